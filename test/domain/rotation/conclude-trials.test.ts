/** A pool that its only tenant left on trial is found at fault when the same mail passes elsewhere. */
import { expect, test } from 'vitest';
import type { Origin } from '../../../domain/evidence/model.ts';
import { planConclusions } from '../../../domain/rotation/conclude-trials.ts';
import { decide } from '../../../domain/rotation/decide.ts';
import type { Decision, Situation } from '../../../domain/rotation/model.ts';
import { minuteMs, secondMs } from '../../../domain/time.ts';
import {
  addFailures,
  ago,
  causeOf,
  decisionOf,
  situationOf,
  streamOf,
} from '../../support/rotation.ts';

const address = causeOf({
  kind: 'pool×provider',
  region: { pool: 'a', provider: 'microsoft' },
  onset: ago(20 * minuteMs),
});
const movedAt = ago(10 * minuteMs);
const trial: Decision = decisionOf({
  id: 'trial',
  at: movedAt,
  undecided: { candidates: [address], intersection: address.region },
  actions: [
    {
      kind: 'move',
      stream: 'transactional',
      provider: 'microsoft',
      before: [{ pool: 'a', weight: 1 }],
      pools: [{ pool: 'b', weight: 1 }],
    },
  ],
});

const mailBy = (pool: string): Origin => ({
  ...{ tenant: 'solo', identity: 'solo.example', stream: 'transactional' },
  ...{ pool, provider: 'microsoft', campaign: '' },
});

/** Ten mails through a before the move, and so many through b since. */
function afterTrial(passed: number, history: readonly Decision[] = [trial]): Situation {
  const stream = streamOf('transactional', {
    rescue: true,
    assignment: new Map([['microsoft', [{ pool: 'b', weight: 1 }]]]),
  });
  const situation = situationOf({ streams: [stream], history });
  for (let mail = 0; mail < 10; mail += 1)
    situation.book.addSent({ origin: mailBy('a'), at: ago(15 * minuteMs), count: 1 });
  for (let mail = 0; mail < passed; mail += 1)
    situation.book.addSent({ origin: mailBy('b'), at: ago((5 * 60 + mail) * secondMs), count: 1 });
  return situation;
}

const plansOf = (situation: Situation) => [...planConclusions(() => situation)];

test('seven mails that pass elsewhere rescue what the pool lost, and name the pool', () => {
  const [plan, ...others] = plansOf(afterTrial(7));
  expect(others).toEqual([]);
  expect(plan?.cause).toEqual(address);
  expect(plan?.actions).toEqual([{ kind: 'rescue', stream: 'transactional', from: 'a', to: 'b' }]);
});

test('it is said once', () => {
  const situation = afterTrial(7);
  const said = decide(situation, { kind: 'schedule' }).filter(({ cause }) => cause === address);
  expect(said.map(({ done }) => done)).toEqual([true]);
  const history = [...situation.history, ...said];
  expect(plansOf({ ...situation, history })).toEqual([]);
});

test('nothing is rescued while few have passed, or where they are refused there too', () => {
  expect(plansOf(afterTrial(3))).toEqual([]);
  const refused = afterTrial(7);
  addFailures(refused.book, [mailBy('b')], { count: 3 });
  expect(plansOf(refused)).toEqual([]);
});

test('nothing is rescued of a move that was not done, or was no trial', () => {
  const history = [{ ...trial, done: false }];
  expect(plansOf(afterTrial(7, history))).toEqual([]);
  const { undecided: _undecided, ...decided } = trial;
  expect(plansOf(afterTrial(7, [decided]))).toEqual([]);
});
