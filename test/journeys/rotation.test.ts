/**
 * Goal: when one mailbox provider refuses one pool, the mail to it leaves through the other pool and nothing
 * else changes; people see why, take it back, and switch the loop off. Method: eight accounts write to four
 * providers through two pools of one address each; one provider blocks one address. Order and outcome count,
 * never how long it took.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allMails, mailsTo } from './support/mailboxes.ts';
import { outcomeOf, until } from './support/outcomes.ts';
import {
  ask,
  decisionsOf,
  decisionWith,
  endsOf,
  happen,
  leaseAddresses,
  newSenders,
  type Posted,
  post,
  type Sender,
} from './support/reputation.ts';
import { fireSchedule } from './support/schedules.ts';
import { openWorld, type World } from './support/world.ts';

const east = '192.0.2.10';
const west = '192.0.2.20';
const domains = ['outlook.com', 'gmail.com', 'yahoo.com', 'shop.example'] as const;
/** Rescued mail may be a hundredth of what its new pool sends, so that one has to send something. */
const many = Array.from({ length: 50 }, () => 'outlook.com');

let world: World;
let ofEast: readonly Sender[] = [];
let ofWest: readonly Sender[] = [];
const lost: Posted[] = [];

beforeAll(async () => {
  world = await openWorld({ journey: 'rotation', stack: 'rotating' });
  await leaseAddresses(world, { east: [east], west: [west] });
  await ask(world, { do: 'warm', pool: 'west', provider: '*', perDay: 50_000 });
  const senders = await newSenders(world, ['east', 'west'], 4);
  ofEast = senders['east'] ?? [];
  ofWest = senders['west'] ?? [];
});

afterAll(() => world.close());

/** Sends a mail of every account to every provider, and returns what became of each. */
async function wave() {
  const posted = await post(world, [...ofEast, ...ofWest], domains);
  return { posted, ends: await endsOf(world, posted) };
}

/** Sends until dispatch has learned where mail goes now. */
async function untilPools(expected: Readonly<Record<string, string>>): Promise<void> {
  await until(
    async () => poolsOf((await wave()).posted),
    (pools) => isDeepStrictEqual(pools, expected),
  );
}

/** Returns the pool that each mail left through, by the recipient's domain and the account's usual pool. */
async function poolsOf(posted: readonly Posted[]): Promise<Readonly<Record<string, string>>> {
  const mails = await allMails(world);
  const ids = new Map(posted.map((one) => [one.id, one]));
  const found = new Map<string, Set<string>>();
  for (const { pool, destination } of mails) {
    const [local = '', domain] = (destination.to[0] ?? '').split('@');
    const one = ids.get(local.replace(/-\d+$/, ''));
    if (!one) continue;
    const usual = ofEast.some(({ tenant }) => tenant === one.tenant) ? 'east' : 'west';
    const key = `${usual}: ${domain}`;
    found.set(key, (found.get(key) ?? new Set<string>()).add(pool.replace('rotating-', '')));
  }
  return Object.fromEntries([...found].map(([key, pools]) => [key, [...pools].sort().join()]));
}

const whereItWas = Object.fromEntries(
  ['east', 'west'].flatMap((pool) => domains.map((domain) => [`${pool}: ${domain}`, pool])),
);

describe('one provider refuses one pool', { concurrent: false }, () => {
  test('its mail of that pool leaves through the other one, other mail stays, and none is lost', async () => {
    const clean = [
      ...(await post(world, [...ofEast, ...ofWest, ...ofEast, ...ofWest], domains)),
      ...(await post(world, ofWest, many)),
    ];
    expect((await endsOf(world, clean)).filter(({ outcome }) => outcome !== 'delivered')).toEqual(
      [],
    );
    await happen(world, { kind: 'block-ip', ip: east, provider: 'microsoft' });
    const moved = await until(
      async () => {
        const { posted, ends } = await wave();
        lost.push(...posted);
        for (const { to, outcome, reason } of ends)
          if (to.endsWith('@outlook.com'))
            // What the first failures cannot decide is held for a moment.
            expect(['delivered', 'block-ip-reputation', 'reputation-hold']).toContain(
              reason ?? outcome,
            );
          else expect(outcome).toBe('delivered');
        return decisionWith(world, 'move');
      },
      (decision) => decision !== undefined,
    );
    expect(moved?.done).toBe(true);
    // A mail that was on its way when dispatch learned of it may still have met the block.
    const after = await until(wave, ({ ends }) =>
      ends.every(({ outcome }) => outcome === 'delivered'),
    );
    expect(await poolsOf(after.posted)).toEqual({ ...whereItWas, 'east: outlook.com': 'west' });
  });

  test('the decision says in plain words what was seen, what speaks against others, and how to undo it', async () => {
    const { evidence, counterEvidence, undo, id, cause } =
      (await decisionWith(world, 'move')) ?? {};
    expect(cause).toMatchObject({ region: { pool: 'east', provider: 'microsoft' } });
    expect(evidence?.[0]).toMatch(
      /^since .*\d+ of \d+ mails to microsoft through pool east blocked/,
    );
    expect(counterEvidence).toContainEqual(
      expect.stringMatching(
        /^without mails to microsoft through pool east, mails to microsoft are at 0 %/,
      ),
    );
    expect(undo).toBe(`goodstanding decisions undo ${id}`);
  });

  test('some of what the block cost is sent once more through the other pool, no more than a hundredth of its mail', async () => {
    await fireSchedule(world, world.names.rotationQueue);
    const rescued = await until(
      async () => {
        const ends = await endsOf(world, lost);
        const through = await Promise.all(
          ends
            .filter(({ to, outcome }) => to.endsWith('@outlook.com') && outcome === 'delivered')
            .map(({ to }) => mailsTo(world, to)),
        );
        return through.filter((mails) => mails.length > 1);
      },
      (twice) => twice.length > 0,
    );
    for (const mails of rescued)
      expect(mails.map(({ pool }) => pool)).toEqual(['rotating-east', 'rotating-west']);
    const sent = (await allMails(world)).filter(
      ({ pool, destination }) =>
        pool === 'rotating-west' && destination.to[0]?.endsWith('@outlook.com'),
    );
    expect(rescued.length).toBeLessThanOrEqual(sent.length / 100);
  });

  test('undone, the mail leaves through its own pool again', async () => {
    await happen(world, { kind: 'forgive', name: east });
    const { id = '' } = (await decisionWith(world, 'move')) ?? {};
    expect(await ask(world, { do: 'undo', decision: id })).toMatchObject({ done: true, by: 'ada' });
    await untilPools(whereItWas);
  });

  test('while automation is off, dispatch forgets holds; switched on again, they count', async () => {
    const [sender] = ofWest;
    if (!sender) throw new Error('nobody sends through west');
    const outcomes = async () => {
      const posted = await post(world, [sender], ['gmail.com']);
      return until(
        () => Promise.all(posted.map((one) => outcomeOf(world, one))),
        ([one]) => /delivered|held/.test(one?.recipients[0]?.outcome ?? ''),
      );
    };
    const untilOutcome = (outcome: string, reason?: string) =>
      until(outcomes, ([one]) => {
        const [only] = one?.recipients ?? [];
        return only?.outcome === outcome && only.reason === reason;
      });
    const { tenant } = sender;
    await ask(world, { do: 'hold', region: { tenant }, forMs: 3_600_000 });
    await untilOutcome('held', 'reputation-hold');
    await ask(world, { do: 'automation', state: 'off' });
    await untilOutcome('delivered');
    await ask(world, { do: 'automation', state: 'on' });
    await untilOutcome('held', 'reputation-hold');
  });

  test('at observe, what would be done is written down and nothing changes', async () => {
    for (const kind of ['move', 'quarantine', 'rescue'] as const)
      await ask(world, { do: 'autonomy', kind, level: 'observe' });
    await happen(world, { kind: 'block-ip', ip: west, provider: 'yahoo' });
    const waiting = ofWest.slice(1);
    const observed = await until(
      async () => {
        await endsOf(world, await post(world, [...ofEast, ...waiting], domains));
        const all = await decisionsOf(world);
        return all.find(({ actions }) =>
          actions.some((one) => one.kind === 'move' && one.provider === 'yahoo'),
        );
      },
      (decision) => decision !== undefined,
    );
    expect(observed).toMatchObject({ done: false, autonomy: 'observe' });
    // What the first failures could not decide was held for a moment, and would be released.
    const kinds = observed?.actions.map(({ kind }) => kind).filter((kind) => kind !== 'release');
    expect(kinds).toEqual(['move', 'quarantine']);
    const after = await post(world, waiting, ['yahoo.com']);
    expect((await endsOf(world, after)).map(({ reason }) => reason)).toEqual(
      waiting.map(() => 'block-ip-reputation'),
    );
  });
});
