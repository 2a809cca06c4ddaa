/**
 * Goal: a tenant's standing and a mail's own hours decide when it leaves, and whether. Method: what an
 * operator does, with the actions of the CLI, while apps enqueue.
 */
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listHeld, readHeld } from '../../adapters/held-mail.ts';
import { toItem } from '../../adapters/items.ts';
import { addTenant, holdTenant, releaseTenant } from '../../adapters/tenant-directory.ts';
import { directoryKeys } from '../../contract/table-keys.ts';
import { releaseHeld } from '../../operator/actions/release-held.ts';
import { message, newId } from '../support/requests.ts';
import { mailsTo } from './support/mailboxes.ts';
import { rejections, until, untilKnown, untilOne } from './support/outcomes.ts';
import { newTenant, openWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld({ journey: 'tenants', stack: 'many' });
  await newTenant(world, 'acme');
  // The first mail waits for processes to start; those with an hour of their own must not.
  const id = newId();
  await world.enqueue([message({ id, tenant: 'acme', to: `${id}@recipient.example` })]);
  await untilOne(world, { id, tenant: 'acme' }, 'delivered');
});

afterAll(() => world.close());

const inMs = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();

test('a held tenant’s mail is kept as it came, and is delivered once after the release', async () => {
  const tenant = await newTenant(world, 'held');
  const { directory } = world.backend.tables;
  expect(await holdTenant(directory, { tenant, why: 'spam?' }, Date.now())).toBe(true);
  const ids = [newId(), newId()];
  const to = (id: string) => `${id}@recipient.example`;
  const bodies = ids.map((id) => message({ id, tenant, to: to(id) }));
  const late = newId();
  const expiresAt = inMs(8_000);
  bodies.push(message({ id: late, tenant, to: to(late), expiresAt }));
  await world.enqueue([...bodies, bodies[0] ?? {}]);
  for (const id of [...ids, late]) {
    const { reason } = await untilOne(world, { id, tenant }, 'held');
    expect(reason).toBe('tenant-held');
  }
  expect(await keptBodies(tenant)).toEqual(
    expect.arrayContaining(bodies.map((body) => JSON.stringify(body))),
  );
  await until(
    async () => Date.now(),
    (at) => at > Date.parse(expiresAt),
  );
  expect(await releaseTenant(directory, tenant, Date.now())).toBe(true);
  const result = await releaseHeld(world.backend, { tenant });
  expect(result.failed).toEqual({});
  for (const id of ids) {
    await untilOne(world, { id, tenant }, 'delivered');
    expect(await mailsTo(world, to(id))).toHaveLength(1);
  }
  await untilOne(world, { id: late, tenant }, 'expired');
  expect(await keptBodies(tenant)).toEqual([]);
});

test('a suspended tenant’s mail is refused', async () => {
  const tenant = await newTenant(world, 'suspended');
  const { directory } = world.backend.tables;
  await directory.dynamo.send(
    new UpdateItemCommand({
      TableName: directory.name,
      Key: toItem(directoryKeys.tenant(tenant)),
      UpdateExpression: 'SET #status = :suspended',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: toItem({ ':suspended': 'suspended' }),
    }),
  );
  expect(await refusal(tenant, {})).toBe('tenant-suspended');
});

test('a tenant sends only as whom it owns, and only on its streams', async () => {
  await addTenant(
    world.backend.tables.directory,
    { tenant: 'narrow', fromOwned: ['only@sender.example'], streams: ['marketing'] },
    Date.now(),
  );
  expect(await refusal('narrow', {})).toBe('tenant-stream-forbidden');
  const id = newId();
  const to = `${id}@recipient.example`;
  const mine = { id, tenant: 'narrow', to, stream: 'marketing', from: 'only@sender.example' };
  const theirs = { ...mine, id: newId(), from: 'ada@sender.example' };
  await world.enqueue([message(mine), message(theirs)], 'marketing');
  await untilOne(world, mine, 'accepted');
  expect((await untilOne(world, theirs, 'rejected')).reason).toBe('from-domain-foreign');
});

test('a mail for later leaves at its hour, not before', async () => {
  const id = newId();
  const to = `${id}@recipient.example`;
  const sendAt = inMs(6_000);
  await world.enqueue([message({ id, tenant: 'acme', to, sendAt })]);
  const { reason } = await untilOne(world, { id, tenant: 'acme' }, 'held');
  expect(reason).toBe('send-at');
  const told = ['accepted', 'delivery'];
  const { facts } = await untilKnown(world, { id, tenant: 'acme' }, told);
  const accepted = facts.find(({ what }) => what === 'accepted');
  expect(accepted?.at).toBeGreaterThanOrEqual(Date.parse(sendAt));
  expect(await mailsTo(world, to)).toHaveLength(1);
});

test('a mail that is past its time is not sent', async () => {
  const id = newId();
  const to = `${id}@recipient.example`;
  await world.enqueue([message({ id, tenant: 'acme', to, expiresAt: inMs(-1_000) })]);
  await untilOne(world, { id, tenant: 'acme' }, 'expired');
  expect(await mailsTo(world, to)).toEqual([]);
});

/** Returns why a tenant's mail is refused, as the event bus and the ledger say alike. */
async function refusal(tenant: string, over: object): Promise<string | undefined> {
  const id = newId();
  await world.enqueue([message({ id, tenant, to: `${id}@recipient.example`, ...over })]);
  const { reason } = await untilOne(world, { id, tenant }, 'rejected');
  const told = await until(
    () => rejections(world),
    (all) => all.some((event) => event.id === id),
  );
  expect(told.find((event) => event.id === id)?.reason).toBe(reason);
  return reason;
}

/** Returns the bodies that wait for a tenant's release, as they came. */
async function keptBodies(tenant: string): Promise<readonly string[]> {
  const store = await world.backend.contentStore();
  const bodies: string[] = [];
  for await (const keys of listHeld(store, tenant))
    for (const key of keys) {
      const held = await readHeld(store, key);
      if (held && held !== 'unreadable') bodies.push(held.body);
    }
  return bodies;
}
