/** What is carried out once nobody has objected in time. */
import { expect, test } from 'vitest';
import type { Decision } from '../../domain/rotation/model.ts';
import { orderFor } from '../../domain/rotation/orders.ts';
import { epochMs, hourMs } from '../../domain/time.ts';
import { dueDecisions } from '../../lambdas/rotation/due-decisions.ts';
import { ago, decisionOf, now, situationOf } from '../support/rotation.ts';

/** Seven holds of tenants that were announced an hour ago. */
const announced = Array.from({ length: 7 }, (_, index): Decision => {
  const id = `w${index}`;
  const wanted = { region: { tenant: `t${index}` }, share: 0, forMs: 24 * hourMs };
  const order = orderFor(wanted, id, { now: ago(hourMs), part: 1 });
  const actions = [{ kind: 'hold-tenant', order } as const];
  return decisionOf({ id, autonomy: 'veto', done: false, actsAt: now, actions });
});

test('more holds than ten minutes may have are not carried out at once, though all were announced', () => {
  const due = dueDecisions(situationOf({ history: announced }));
  expect(due.map(({ id, settled }) => [id, settled])).toEqual(
    ['w0', 'w1', 'w2', 'w3', 'w4'].map((id) => [id, 'acted']),
  );
  const history = [...due, ...announced.slice(5)];
  expect(dueDecisions(situationOf({ history, now: epochMs(now + 60_000) }))).toEqual([]);
  const later = situationOf({ history, now: epochMs(now + hourMs / 6) });
  expect(dueDecisions(later).map(({ id }) => id)).toEqual(['w5', 'w6']);
});

test('nothing is, while the loop is stopped', () => {
  for (const automation of ['off', 'freeze'] as const)
    expect(dueDecisions(situationOf({ history: announced, automation }))).toEqual([]);
});
