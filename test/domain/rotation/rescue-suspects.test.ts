import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Origin, Region } from '../../../domain/evidence/model.ts';
import type { Order } from '../../../domain/rotation/model.ts';
import { isSuspected, suspectsOf } from '../../../domain/rotation/rescue-suspects.ts';
import { epochMs, hourMs } from '../../../domain/time.ts';
import { ago, causeOf, decisionOf, now } from '../../support/rotation.ts';

const decided = (region: Region, earnedBy?: Region, agoMs = hourMs) =>
  decisionOf({
    at: ago(agoMs),
    done: false,
    cause: causeOf({ kind: 'pool', region, ...(earnedBy && { earnedBy }) }),
  });

const orderOn = (region: Region, untilMs: number): Order => ({
  ...{ id: 'o', kind: 'hold', region, share: 0, decision: 'd' },
  ...{ since: ago(hourMs), until: epochMs(now + untilMs) },
});

test('whoever a cause, what earned it, or an open order names is suspected, each once', () => {
  const history = [
    decided({ tenant: 'acme', provider: 'gmail' }),
    decided({ pool: 'a', tenant: 'acme' }),
    decided({ pool: 'a' }, { identity: 'bolt.example' }),
  ];
  const orders = [orderOn({ campaign: 'spring', provider: 'yahoo' }, hourMs)];
  expect(suspectsOf({ history, orders, now })).toEqual([
    { tenant: 'acme' },
    { identity: 'bolt.example' },
    { campaign: 'spring' },
  ]);
});

test('pools, providers and addresses are nobody; what is over is forgotten', () => {
  const history = [
    decided({ pool: 'a', provider: 'gmail' }),
    decided({ ip: '192.0.2.1' }),
    decided({ tenant: 'acme' }, undefined, 73 * hourMs),
  ];
  const orders = [orderOn({ pool: 'a' }, hourMs), orderOn({ tenant: 'bolt' }, -1)];
  expect(suspectsOf({ history, orders, now })).toEqual([]);
});

test('a suspected tenant is suspected wherever its mail goes; nobody is where nobody is named', () => {
  const name = fc.constantFrom('a', 'b');
  const origin: fc.Arbitrary<Origin> = fc.record({
    ...{ tenant: name, identity: name, stream: name, pool: name, provider: name, campaign: name },
  });
  fc.assert(
    fc.property(origin, (mail) => {
      expect(isSuspected(mail, [{ tenant: 'a' }])).toBe(mail.tenant === 'a');
      expect(isSuspected(mail, [])).toBe(false);
    }),
  );
});
