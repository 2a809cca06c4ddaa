import { expect, test } from 'vitest';
import { applyActions } from '../../../domain/rotation/apply.ts';
import { planUndecided } from '../../../domain/rotation/decide-undecided.ts';
import type { Situation } from '../../../domain/rotation/model.ts';
import { recordOf } from '../../../domain/rotation/record.ts';
import { epochMs, hourMs, minuteMs } from '../../../domain/time.ts';
import {
  addFailures,
  addTraffic,
  ago,
  causeOf,
  now,
  originsOf,
  situationOf,
} from '../../support/rotation.ts';

const intersection = { pool: 'a', provider: 'microsoft' };
const undecided = {
  intersection,
  candidates: [
    causeOf({ kind: 'pool', region: { pool: 'a' } }),
    causeOf({ kind: 'pool×provider', region: intersection }),
  ],
};

test('a question has three probe mails in all, however often its hold is renewed', () => {
  let situation: Situation = situationOf();
  addTraffic(situation.book, situation.streams, { perHour: 10 });
  const onA = originsOf(situation.streams).filter(
    ({ pool, provider }) => pool === 'a' && provider === 'microsoft',
  );
  addFailures(situation.book, onA.slice(0, 1), { count: 4 });
  let holds = 0;
  let mails = 0;
  for (let round = 0; round < 8; round += 1) {
    const { now: at, book } = situation;
    const window = { since: ago(hourMs), until: epochMs(now + 1) };
    const found = { cells: book.cells(['block'], window), causes: [], verdict };
    const plan = planUndecided(undecided, found, situation);
    if (plan) {
      const decision = recordOf(plan, situation);
      for (const action of decision.actions)
        if (action.kind === 'hold-pair') {
          const { probes } = action.order;
          holds += 1;
          mails += (probes?.tenants.length ?? 0) * (probes?.mails ?? 0);
        }
      situation = {
        ...situation,
        ...applyActions(situation, decision.actions, at),
        history: [...situation.history, decision],
      };
    }
    const later = epochMs(at + 2 * hourMs);
    situation = { ...situation, now: later, heardAt: epochMs(later - minuteMs) };
  }
  expect(holds).toBeGreaterThan(1);
  expect(mails).toBe(3);
});

const verdict = {
  region: intersection,
  signal: 'block',
  level: 'act',
  lnEvidence: 30,
  lnThreshold: 20,
  onset: ago(minuteMs),
  sent: 40,
  failed: 4,
  tolerated: 0.002,
} as const;
