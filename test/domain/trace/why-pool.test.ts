import { expect, test } from 'vitest';
import { choosePool, placedBy } from '../../../domain/assignment.ts';
import type { TracedAssignment } from '../../../domain/trace/model.ts';
import { whyPool } from '../../../domain/trace/why-pool.ts';
import {
  minute,
  tracedAttempt,
  tracedDecision,
  tracedOrder,
  traceMaterial,
} from '../../support/trace.ts';

const both = [
  { pool: 'east', weight: 1 },
  { pool: 'west', weight: 1 },
];

function assignment(over: Partial<TracedAssignment> = {}): TracedAssignment {
  return {
    ...{ provider: 'gmail', pools: both, version: 4, at: minute(-20) },
    ...{ by: 'rotation d2', why: 'pool west is blocked' },
    ...over,
  };
}

test('names the assignment in force with its weights, version, author and decision', () => {
  const { details, decisions } = whyPool(
    tracedAttempt(),
    traceMaterial({ assignments: [assignment()] }),
  );
  expect(details[0]).toBe(
    'assignment version 4 of transactional to gmail: east 1, west 1; by rotation d2: pool west is blocked',
  );
  expect(decisions).toEqual(['d2']);
});

test('a provider without a word of its own follows the assignment for all', () => {
  const { details } = whyPool(tracedAttempt(), traceMaterial());
  expect(details).toEqual([
    'assignment version 1 of transactional to all providers: east 1; by seed: the first deploy',
    'it is the only pool with a weight',
  ]);
});

test('says when the rendezvous hash chose the pool, and when it would have chosen another', () => {
  const chosen = choosePool(both, 'acme') ?? '';
  const other = chosen === 'east' ? 'west' : 'east';
  const material = traceMaterial({ assignments: [assignment()] });
  expect(whyPool(tracedAttempt({ pool: chosen }), material).details).toContain(
    `the weighted rendezvous hash of tenant acme chooses ${chosen} among them`,
  );
  expect(whyPool(tracedAttempt({ pool: other }), material).details.join()).toContain(
    `chooses ${chosen}: the app asked for ${other}`,
  );
  expect(whyPool(tracedAttempt({ pool: 'north' }), material).details.join()).toContain(
    'north is not among them',
  );
});

test('says when rotation placed the tenant, and when the tenant is spread over pools', () => {
  const hashed = choosePool(both, 'acme') ?? '';
  const other = hashed === 'east' ? 'west' : 'east';
  const detailsOf = (parts: Readonly<Record<string, number>>) =>
    whyPool(
      tracedAttempt({ pool: other }),
      traceMaterial({
        assignments: [
          assignment({
            pools: placedBy(both, new Map([['acme', new Map(Object.entries(parts))]])),
          }),
        ],
      }),
    ).details;
  expect(detailsOf({ [other]: 1 })).toContain(
    `tenant acme is placed on ${other}, where there was room; the hash alone would choose ${hashed}`,
  );
  expect(detailsOf({ east: 0.6, west: 0.4 })).toContain(
    "tenant acme is larger than one pool's room: its messages are spread over east 60 %, west 40 %",
  );
});

test('an assignment that came later is taken back by the decision that made it', () => {
  const move = tracedDecision({
    ...{ id: 'd9', at: minute(5) },
    actions: [
      {
        ...{ kind: 'move', stream: 'transactional', provider: 'gmail' },
        ...{ before: [{ pool: 'east', weight: 1 }], pools: [{ pool: 'west', weight: 1 }] },
      },
    ],
  });
  const later = assignment({ at: minute(5), by: 'rotation d9' });
  const known = whyPool(
    tracedAttempt(),
    traceMaterial({ assignments: [later], decisions: [move] }),
  );
  expect(known.details).toEqual([
    'the assignment of transactional to gmail was east 1 until decision d9 changed it',
    'it is the only pool with a weight',
  ]);
  const unknown = whyPool(tracedAttempt(), traceMaterial({ assignments: [later] }));
  expect(unknown.details.join()).toContain('what stood then is not kept');
});

test('orders in force then are told, those of other mail and other times are not', () => {
  const orders = [
    tracedOrder({ id: 'mine', kind: 'slow', share: 0.5 }),
    tracedOrder({ id: 'other', region: { tenant: 'other' } }),
    tracedOrder({ id: 'over', until: minute(-1) }),
    tracedOrder({ id: 'elsewhere', streams: ['marketing'] }),
  ];
  const { details, decisions } = whyPool(tracedAttempt(), traceMaterial({ orders }));
  expect(details.filter((line) => line.startsWith('order'))).toEqual([
    expect.stringContaining('order mine in force: mails of tenant acme leave at 50 %'),
  ]);
  expect(decisions).toEqual(['d1']);
});

test('a rescue needs no assignment, and decisions about the pool are linked', () => {
  const quarantine = tracedDecision({
    actions: [
      {
        ...{ kind: 'quarantine', pool: 'east', provider: '*' },
        standing: { state: 'quarantined', since: minute(-10) },
      },
    ],
  });
  const material = traceMaterial({ assignments: [], decisions: [quarantine] });
  expect(whyPool(tracedAttempt({ kind: 'rescue' }), material)).toEqual({
    details: [
      'the assignment that stood then is not known any more',
      'a rescue goes where there is warm room: east',
    ],
    decisions: ['d1'],
  });
});
