/**
 * Goal: who earns trouble is held while others' mail flows, and an address that a blocklist names is taken
 * out of use, but never a pool's last. Method: one account of a good pool writes to dead addresses; a
 * blocklist that the loop asks itself names the addresses of a pool one after the other.
 */
import { isDeepStrictEqual } from 'node:util';
import { GetDedicatedIpsCommand } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSes, localTarget } from '../../adapters/clients.ts';
import { quarantinePool } from '../../contract/names.ts';
import { outcomeOf, until } from './support/outcomes.ts';
import {
  ask,
  decisionsOf,
  decisionWith,
  endsOf,
  happen,
  leaseAddresses,
  newSenders,
  post,
  type Sender,
} from './support/reputation.ts';
import { fireSchedule } from './support/schedules.ts';
import { askLocal, openWorld, type World } from './support/world.ts';

const domains = ['outlook.com', 'gmail.com', 'yahoo.com', 'shop.example'];
const listed = ['192.0.2.31', '192.0.2.32'];

let world: World;
let ofEast: readonly Sender[] = [];

beforeAll(async () => {
  world = await openWorld({ journey: 'rotation-suspects', stack: 'rotating' });
  await leaseAddresses(world, { east: ['192.0.2.10'], west: ['192.0.2.20'], north: listed });
  // Before the loop asks for the first time: what it was told it believes for minutes.
  for (const ip of listed) await happen(world, { kind: 'list-ip', ip, list: 'spamhaus-css' });
  ofEast = (await newSenders(world, ['east', 'west'], 4))['east'] ?? [];
});

afterAll(() => world.close());

async function addressesOf(pool: string): Promise<readonly string[]> {
  const ses = createSes(localTarget(world.endpoint));
  const PoolName = world.names.dedicatedIpPool(pool);
  const { DedicatedIps = [] } = await ses.send(new GetDedicatedIpsCommand({ PoolName }));
  ses.destroy();
  return DedicatedIps.map(({ Ip = '' }) => Ip).sort();
}

describe('who is at fault', { concurrent: false }, () => {
  test('of the addresses that a blocklist names all leave their pool but the last, which takes no mail any more', async () => {
    await fireSchedule(world, world.names.rotationQueue);
    const out = await until(
      () => decisionWith(world, 'quarantine'),
      (decision) => decision !== undefined,
    );
    const [taken = ''] = await until(
      () => addressesOf(quarantinePool),
      (ips) => ips.length > 0,
    );
    expect(listed).toContain(taken);
    expect(await addressesOf('north')).toEqual(listed.filter((ip) => ip !== taken));
    expect(out?.actions).toContainEqual(expect.objectContaining({ pool: 'north', provider: '*' }));
    const posted = await post(world, ofEast.slice(0, 1), ['gmail.com'], 'marketing');
    const [ended] = await endsOf(world, posted);
    expect(ended).toMatchObject({ outcome: 'held', reason: 'reputation-hold' });
  });

  test('undone, the address is back in its pool', async () => {
    const { id = '' } = (await decisionWith(world, 'quarantine-ip')) ?? {};
    expect(await ask(world, { do: 'undo', decision: id })).toMatchObject({ done: true });
    await until(
      () => addressesOf('north'),
      (ips) => isDeepStrictEqual(ips, listed),
    );
  });

  test('an account that writes to dead addresses is held, and the mail of its pool flows on where it did', async () => {
    const [bad, ...good] = ofEast;
    if (!bad) throw new Error('nobody sends through east');
    const senders = { [bad.domain]: { unknownShare: 1 } };
    await askLocal(world, '/world', { method: 'PUT', body: { senders } });
    const held = await until(
      async () => {
        await endsOf(world, await post(world, good, domains));
        const [one] = await post(world, [bad], domains);
        const seen = await until(
          () => outcomeOf(world, one ?? { id: '' }),
          (found) => found?.recipients.every(({ outcome }) => /bounced|held/.test(outcome)),
        );
        return seen?.recipients.map(({ outcome, reason }) => `${outcome} ${reason}`) ?? [];
      },
      (ends) => ends.every((end) => end === 'held reputation-hold'),
    );
    expect(held).toHaveLength(domains.length);
    const ends = await endsOf(world, await post(world, good, domains));
    expect(ends.every(({ outcome }) => outcome === 'delivered')).toBe(true);
    const kinds = (await decisionsOf(world)).flatMap(({ actions }) =>
      actions.map(({ kind }) => kind),
    );
    expect(kinds).toContain('hold-tenant');
    expect(kinds).not.toContain('move');
  });
});
