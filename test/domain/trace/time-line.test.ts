import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outcomes } from '../../../domain/reasons.ts';
import { traceStages } from '../../../domain/trace/model.ts';
import { tellTrace } from '../../../domain/trace/time-line.ts';
import {
  eventfulMaterial,
  minute,
  tracedAttempt,
  tracedEvent,
  tracedRequest,
  traceMaterial,
} from '../../support/trace.ts';

const lists = [
  'attempts',
  'events',
  'rescues',
  'twins',
  'suppressions',
  'assignments',
  'orders',
  'decisions',
  'acts',
  'recipients',
] as const;

/** The same facts, each list in another order, some of it twice. */
const disturbed = fc
  .tuple(fc.infiniteStream(fc.nat()), fc.constantFrom(...lists))
  .map(([numbers, doubled]) => {
    const material = eventfulMaterial();
    const shuffled = <T>(items: readonly T[]): readonly T[] =>
      items
        .map((item) => [numbers.next().value ?? 0, item] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, item]) => item);
    return {
      ...material,
      attempts: shuffled(times(material.attempts, doubled === 'attempts' ? 2 : 1)),
      events: shuffled(times(material.events, doubled === 'events' ? 2 : 1)),
      rescues: shuffled(times(material.rescues, doubled === 'rescues' ? 2 : 1)),
      twins: shuffled(times(material.twins, doubled === 'twins' ? 2 : 1)),
      suppressions: shuffled(times(material.suppressions, doubled === 'suppressions' ? 2 : 1)),
      assignments: shuffled(times(material.assignments, doubled === 'assignments' ? 2 : 1)),
      orders: shuffled(times(material.orders, doubled === 'orders' ? 2 : 1)),
      decisions: shuffled(times(material.decisions, doubled === 'decisions' ? 2 : 1)),
      acts: shuffled(times(material.acts, doubled === 'acts' ? 2 : 1)),
    };
  });

function times<T>(items: readonly T[], count: number): readonly T[] {
  return Array.from({ length: count }, () => items).flat();
}

describe('laws', () => {
  test('the same facts tell the same line, in whatever order and however often they are given', () => {
    const expected = tellTrace(eventfulMaterial());
    fc.assert(
      fc.property(disturbed, (material) => {
        expect(tellTrace(material)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('entries stand in the order of time, and none stands twice', () => {
    fc.assert(
      fc.property(disturbed, (material) => {
        const { entries } = tellTrace(material);
        const ats = entries.map(({ at }) => at);
        expect(ats).toEqual(ats.toSorted((a, b) => a - b));
        expect(new Set(entries.map((entry) => JSON.stringify(entry))).size).toBe(entries.length);
      }),
      { numRuns: 30 },
    );
  });
});

test('every stage that a mail can go through is told', () => {
  const { entries } = tellTrace(eventfulMaterial());
  expect(new Set(entries.map(({ stage }) => stage))).toEqual(new Set(traceStages));
});

test('every event and every attempt of the ledger is told, and each names its SES message id', () => {
  const material = eventfulMaterial();
  const { entries } = tellTrace(material);
  const told = entries.filter(({ stage }) => stage === 'event');
  expect(told).toHaveLength(material.events.length + material.twins.length);
  expect(told.every(({ sesMessageId }) => sesMessageId !== undefined)).toBe(true);
  expect(entries.filter(({ stage }) => stage === 'answer')).toHaveLength(2);
});

test('a bounce says why, whom that blames, and what the provider said', () => {
  const { entries } = tellTrace(eventfulMaterial());
  const bounce = entries.find(({ text }) => text.startsWith('bounced'));
  expect(bounce?.text).toBe('bounced: block-ip-reputation');
  expect(bounce?.details).toContain('it blames the addresses of our pool');
  expect(bounce?.details).toContain('reply: 550 5.7.1 blocked');
});

test('a delay is classified although the ledger keeps only its reply', () => {
  const { entries } = tellTrace(eventfulMaterial());
  const delay = entries.find(({ text }) => text.startsWith('delayed'));
  expect(delay?.reason).toBe('greylisted');
  expect(delay?.details).toContain('reply: 450 4.2.0 Greylisted, try again later');
});

test('what a person ended names the person and why', () => {
  const { entries } = tellTrace(eventfulMaterial());
  const release = entries.find(({ stage }) => stage === 'release');
  const redrive = entries.find(({ stage }) => stage === 'redrive');
  expect(release?.details).toContain('by grace, who gave no reason');
  expect(redrive?.details).toContain('by ada, of all messages: DNS is there');
});

test('a hold for reputation links the decision that gave the order, and counts its looks', () => {
  const { entries, decisions } = tellTrace(eventfulMaterial());
  const hold = entries.find(
    ({ reason, stage }) => stage === 'hold' && reason === 'reputation-hold',
  );
  expect(hold?.decisions).toEqual(['d1']);
  expect(hold?.details).toContain('it was looked at 3 times and waited on');
  expect(decisions.map(({ command }) => command)).toContain('goodstanding decisions show d1');
});

test('a mail that the gate stopped says which check did, and which ones nobody looked at', () => {
  const { entries } = tellTrace(
    traceMaterial({
      request: tracedRequest({
        state: 'rejected',
        decided: { '*': { outcome: 'rejected', reason: 'from-domain-foreign', detail: 'foreign' } },
      }),
      attempts: [],
      events: [],
    }),
  );
  const gate = entries.find(({ stage }) => stage === 'gate');
  expect(gate?.text).toBe('rejected before SES: from-domain-foreign');
  expect(gate?.details).toContain('stopped by: from owned');
  expect(gate?.details.join('\n')).toMatch(/passed: stream known.*tenant stream\nstopped by/);
  expect(gate?.details.join('\n')).toMatch(/not looked at: expiry/);
});

test('an attempt without an answer says that nobody knows, and one refused says why', () => {
  const answers = (result: ReturnType<typeof tracedAttempt>['result']) =>
    tellTrace(traceMaterial({ attempts: [tracedAttempt({ result })], events: [] })).entries.find(
      ({ stage }) => stage === 'answer',
    );
  expect(answers(undefined)).toMatchObject({ reason: 'no-answer' });
  expect(answers({ outcome: 'parked', reason: 'identity-unverified' })).toMatchObject({
    text: 'SES did not take it: identity-unverified (parked)',
    reason: 'identity-unverified',
  });
});

test.each([...outcomes, 'pending' as const])(
  'a mail that is %s says what to do next',
  (outcome) => {
    const recipients = [{ index: 0, outcome, sesMessageIds: [] }];
    const { next } = tellTrace(traceMaterial({ recipients }));
    expect(next.length).toBeGreaterThan(0);
    expect(next.every((step) => step.length > 10)).toBe(true);
  },
);

test('a mail that was purged says that a person took it out, and not to redrive it', () => {
  const decided = { '*': { outcome: 'rejected', reason: 'purged' } } as const;
  const { entries, next } = tellTrace(
    traceMaterial({
      request: tracedRequest({ state: 'decided', decided }),
      recipients: [{ index: 0, outcome: 'rejected', reason: 'purged', sesMessageIds: [] }],
      ...{ attempts: [], events: [] },
    }),
  );
  expect(entries.at(-1)?.text).toBe('rejected before SES: purged');
  expect(next.join()).toMatch(/a person took it out/);
});

test('events that SES has not been heard of before are told by their name', () => {
  const events = [tracedEvent({ kind: 'teleported', at: minute(4), outcome: undefined })];
  const { entries } = tellTrace(traceMaterial({ events }));
  expect(entries.at(-1)?.text).toBe('SES reported teleported');
});
