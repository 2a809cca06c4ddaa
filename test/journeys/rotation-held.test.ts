/**
 * Goal: where the other pool is not warm enough, what does not fit waits under its right name, nothing leaves
 * beyond a cap, and all of it leaves once when the trouble is over. Method: a provider refuses one of two
 * pools, and the other may send it few more mails.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allMails, mailsTo } from './support/mailboxes.ts';
import { outcomeOf, until } from './support/outcomes.ts';
import {
  ask,
  decisionsOf,
  decisionWith,
  deliverAgain,
  endsOf,
  happen,
  leaseAddresses,
  newSenders,
  type Posted,
  post,
  type Sender,
} from './support/reputation.ts';
import { openWorld, type World } from './support/world.ts';

const east = '192.0.2.10';
const west = '192.0.2.20';
/** What the western pool may send to Microsoft in an hour, a tenth of its day. */
const cap = 10;

let world: World;
let ofEast: readonly Sender[] = [];
let ofWest: readonly Sender[] = [];

beforeAll(async () => {
  world = await openWorld({ journey: 'rotation-held', stack: 'rotating' });
  await leaseAddresses(world, { east: [east], west: [west] });
  await ask(world, { do: 'warm', pool: 'west', provider: '*', perDay: 50_000 });
  await ask(world, { do: 'warm', pool: 'west', provider: 'microsoft', perDay: 10 * cap });
  const senders = await newSenders(world, ['east', 'west'], 3);
  ofEast = senders['east'] ?? [];
  ofWest = senders['west'] ?? [];
});

afterAll(() => world.close());

/** Whether every recipient is where it stays for now. */
async function restOf(posted: readonly Posted[]) {
  return until(
    async () =>
      (await Promise.all(posted.map((one) => outcomeOf(world, one)))).flatMap(
        (one) => one?.recipients ?? [],
      ),
    (all) =>
      all.length === posted.flatMap(({ to }) => to).length &&
      all.every(({ outcome }) => !['pending', 'accepted'].includes(outcome)),
  );
}

/** How many mails to Microsoft left through the western pool. */
async function leftWest(): Promise<number> {
  return (await allMails(world)).filter(
    ({ pool, destination }) =>
      pool === 'rotating-west' && destination.to[0]?.endsWith('@outlook.com'),
  ).length;
}

describe('one provider refuses one pool, and the other has little room', {
  concurrent: false,
}, () => {
  const held: Posted[] = [];

  test('what fits moves, what does not waits, and the cap of the hour holds', async () => {
    const others = ['gmail.com', 'yahoo.com', 'shop.example', 'aol.com', 'web.de', 'icloud.com'];
    await endsOf(world, await post(world, [...ofEast, ...ofWest], ['outlook.com', ...others]));
    await happen(world, { kind: 'block-ip', ip: east, provider: 'microsoft' });
    await until(
      async () => {
        // Everybody's mail goes on: what is not refused tells the pool from its provider and its senders.
        await restOf([
          ...(await post(world, ofEast, ['outlook.com', 'outlook.com', 'gmail.com'])),
          ...(await post(world, ofWest, ['outlook.com', 'gmail.com'])),
        ]);
        return (await decisionsOf(world)).map(({ at, actions, evidence }) => ({
          at,
          did: actions.map(({ kind }) => kind),
          evidence,
        }));
      },
      (all) => all.some(({ did }) => did.includes('quarantine')),
    );
    const decision = await decisionWith(world, 'quarantine');
    expect(decision).toMatchObject({ done: true, brake: 'nothing-warm' });
    expect(decision?.evidence.join()).toMatch(/mails an hour wait/);
    // Mail that was on its way when dispatch learned of it may still have met the block.
    const rest = await until(
      async () => {
        const posted = await post(world, ofEast, ['outlook.com']);
        const all = await restOf(posted);
        held.push(...posted.filter((_, index) => all[index]?.outcome === 'held'));
        return all;
      },
      (all) => all.every(({ outcome }) => outcome === 'held'),
    );
    for (const { reason } of rest) expect(['reputation-hold', 'allowance-spent']).toContain(reason);
    expect(await leftWest()).toBeLessThanOrEqual(cap);
  });

  test('when it is over, what waited leaves, each mail once', async () => {
    await happen(world, { kind: 'forgive', name: east });
    const { id = '' } = (await decisionWith(world, 'quarantine')) ?? {};
    await ask(world, { do: 'undo', decision: id });
    await until(
      async () => {
        await deliverAgain(world, held);
        return restOf(held);
      },
      (rest) => rest.every(({ outcome }) => outcome === 'delivered'),
    );
    for (const { to } of held) expect(await mailsTo(world, to[0] ?? '')).toHaveLength(1);
  });
});
