/** When rotation asks blocklists about its own addresses, and that their answer reaches the decision. */
import { describe, expect, test } from 'vitest';
import { createBook } from '../../domain/evidence/book.ts';
import type { Pool } from '../../domain/rotation/model.ts';
import { hourMs, minuteMs } from '../../domain/time.ts';
import { readOwnListings } from '../../lambdas/rotation/own-listings.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { ago, now, poolOf } from '../support/rotation.ts';
import { createRotationWorld } from '../support/rotation-world.ts';

const dynamo = await dynamoOfFile();

/** What was asked for, and how old an answer might be. */
async function asked(pools: readonly Pool[], book = createBook()) {
  const questions: (readonly [readonly string[], number | undefined])[] = [];
  const readListings = async (ips: readonly string[], ageMaxMs?: number) => {
    questions.push([ips, ageMaxMs]);
    return new Map();
  };
  await readOwnListings({ readListings }, { pools, book, now });
  return questions;
}

const blockedAt = (ageMs: number) => {
  const book = createBook();
  book.addFailure({
    key: 'one',
    origin: {
      tenant: 'acme',
      identity: 'acme.example',
      stream: 'news',
      pool: 'a',
      provider: 'yahoo',
      campaign: '',
    },
    sentAt: ago(ageMs),
    heardAt: ago(ageMs),
    signal: 'block',
    reason: 'blocklist-dnsbl',
    weight: 1,
    recipientDomain: 'yahoo.com',
    vouched: true,
  });
  return book;
};

const pools = [poolOf('a', { ips: ['192.0.2.1', '192.0.2.2'] }), poolOf('b', { ips: [] })];
const ips = ['192.0.2.1', '192.0.2.2'];
const away = new Map([['yahoo', { state: 'quarantined', since: ago(hourMs) } as const]]);

describe('the addresses of our pools are looked up', () => {
  test('every quarter of an hour while nothing is wrong', async () => {
    expect(await asked(pools)).toEqual([[ips, 15 * minuteMs]]);
    expect(await asked(pools, blockedAt(2 * hourMs))).toEqual([[ips, 15 * minuteMs]]);
  });

  test('every five minutes while mail is blocked or a pool is in quarantine', async () => {
    expect(await asked(pools, blockedAt(10 * minuteMs))).toEqual([[ips, 5 * minuteMs]]);
    expect(await asked([...pools, poolOf('c', { ips: [], standings: away })])).toEqual([
      [ips, 5 * minuteMs],
    ]);
  });

  test('never where SES’s own addresses send', async () => {
    expect(await asked([poolOf('shared', { kind: 'shared', ips: [] })])).toEqual([]);
  });
});

test('an address that a list names is taken out of use, its share of the mail first', async () => {
  const world = await createRotationWorld(dynamo, {
    autonomy: { 'quarantine-ip': 'act', move: 'act' },
  });
  const listed = world.another({
    readListings: async () => new Map([['192.0.2.1', ['spamhaus-css']]]),
  });
  await world.tick(listed);
  const [decision] = await world.decisions();
  expect(decision?.done).toBe(true);
  expect(decision?.actions.map(({ kind }) => kind)).toEqual(['move', 'move', 'quarantine-ip']);
  expect(decision?.actions).toContainEqual({ kind: 'quarantine-ip', ip: '192.0.2.1', from: 'a' });
  expect(world.addresses.get('quarantine')).toEqual(['192.0.2.1']);
});
