import { expect, test } from 'vitest';
import { chooseProbes } from '../../../domain/blame/choose-probes.ts';
import type { Cause, Undecided } from '../../../domain/blame/model.ts';
import type { Region } from '../../../domain/evidence/model.ts';
import { epochMs } from '../../../domain/time.ts';
import { mailCell } from '../../support/mail-cells.ts';

const candidate = (region: Region): Cause => ({
  kind: 'pool×provider',
  region,
  signal: 'block',
  onset: epochMs(0),
  sent: 10,
  failed: 5,
  expected: 0.1,
  score: 9,
  lnOdds: 1,
  counterEvidence: [],
  vouchedBy: { providers: 1, tenants: 1, recipientDomains: 1 },
});
const intersection = { pool: 'a', provider: 'gmail' };
const undecided: Undecided = {
  candidates: [candidate(intersection), candidate({ tenant: 'suspect' })],
  intersection,
};
const mails = (sent: Readonly<Record<string, number>>) =>
  Object.entries(sent).map(([tenant, count]) => mailCell({ tenant, sent: count }));
const probesOf = (sent: Readonly<Record<string, number>>, trusted = Object.keys(sent)) =>
  chooseProbes(undecided, mails(sent), (tenant) => trusted.includes(tenant));

test('three mails probe in all, of the tenants that send most there', () => {
  const busy = { t1: 5, t2: 9, t3: 7, t4: 8 };
  expect(probesOf(busy)).toEqual({ tenants: ['t2', 't4', 't3'], mails: 1 });
  expect(probesOf(busy, ['t1'])).toEqual({ tenants: ['t1'], mails: 3 });
  expect(probesOf(busy, ['t1', 't2'])).toEqual({ tenants: ['t2', 't1'], mails: 1 });
});

test('no suspect probes, nobody without trust, and nobody who sends elsewhere', () => {
  expect(probesOf({ suspect: 100 })).toBeUndefined();
  expect(probesOf({ stranger: 100 }, [])).toBeUndefined();
  const elsewhere = [mailCell({ tenant: 't1', pool: 'b' })];
  expect(chooseProbes(undecided, elsewhere, () => true)).toBeUndefined();
});

test('those whose mail there failed come last', () => {
  const cells = [
    mailCell({ tenant: 'failing', sent: 50, failed: 2 }),
    mailCell({ tenant: 'clean', sent: 5 }),
  ];
  expect(chooseProbes(undecided, cells, () => true)?.tenants).toEqual(['clean', 'failing']);
});
