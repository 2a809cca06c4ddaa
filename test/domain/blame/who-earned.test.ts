import { expect, test } from 'vitest';
import { type EarlierEvidence, whoEarned } from '../../../domain/blame/who-earned.ts';
import { mailGrid } from '../../support/mail-cells.ts';

const tenants = ['t1', 't2', 't3', 't4', 't5'];
const evidence = (
  signal: EarlierEvidence['signal'],
  failed: Readonly<Record<string, number>>,
): EarlierEvidence => ({
  signal,
  tolerated: 0.01,
  cells: mailGrid({ tenants, sent: 1000 }, ({ tenant, pool }) =>
    pool === 'a' ? (failed[tenant] ?? 0) : 0,
  ),
});

test('the tenant whose mail through the pool failed most beyond what is tolerated earned its block', () => {
  const bounces = evidence('hard-bounce', { t1: 12, t2: 300, t3: 40 });
  expect(whoEarned({ pool: 'a', provider: 'gmail' }, [bounces])).toEqual({ tenant: 't2' });
});

test('several signals of one tenant count together', () => {
  const bounces = evidence('hard-bounce', { t1: 30, t2: 28 });
  const complaints = evidence('complaint', { t2: 28 });
  expect(whoEarned({ pool: 'a' }, [bounces, complaints])).toEqual({ tenant: 't2' });
});

test('what left through another pool earned nothing here', () => {
  expect(whoEarned({ pool: 'b' }, [evidence('hard-bounce', { t2: 300 })])).toBeUndefined();
});

test('blocks earn no block, and ordinary mail earns none', () => {
  expect(whoEarned({ pool: 'a' }, [evidence('block', { t2: 300 })])).toBeUndefined();
  expect(whoEarned({ pool: 'a' }, [evidence('complaint', { t2: 11, t3: 10 })])).toBeUndefined();
});
