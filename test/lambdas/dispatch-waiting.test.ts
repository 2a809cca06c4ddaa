/**
 * Mail that waits: for a person (held tenants) or for the clock (sendAt, expiresAt). It waits without
 * loss, leaves once, and what an earlier delivery already handed to SES is not handed over again.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { contentFolders } from '../../contract/names.ts';
import { hourMs, minuteMs } from '../../domain/time.ts';
import { createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { type Dynamo, openDynamo } from '../support/dynamo.ts';
import { type Body, message, newId } from '../support/requests.ts';

let dynamo: Dynamo;
let world: DispatchWorld;

beforeAll(async () => {
  dynamo = await openDynamo();
  world = await createDispatchWorld(dynamo);
});
afterAll(() => dynamo.close());

function sentCount(request: Body): number {
  return world.sesCalls.filter(({ request: sent }) => sent.id === request['id']).length;
}

async function newTenant(status: 'active' | 'held' | 'suspended' = 'active'): Promise<string> {
  const tenant = newId('tenant');
  await world.setTenant({ tenant, status });
  return tenant;
}

/** What `tenants release` does: the tenant is active again and its mail goes back to the queue. */
async function release(tenant: string): Promise<number> {
  await world.setTenant({ tenant, status: 'active' });
  const keys = [...world.bucket.keys()].filter((key) =>
    key.startsWith(`${contentFolders.held}${tenant}/`),
  );
  for (const key of keys) {
    const held = JSON.parse(Buffer.from(world.bucket.get(key) ?? '').toString());
    world.intake.put(z.object({ body: z.string() }).parse(held).body);
    world.bucket.delete(key);
  }
  await world.settle();
  return keys.length;
}

/** Kills the invocation that takes the next batch at its first call of this name. */
async function crashAt(name: RegExp): Promise<void> {
  world.faults.outage(name);
  await world.runOnce();
  world.faults.outage(undefined);
}

describe('a held tenant', () => {
  test('has its mail kept whole, and after release it is sent once', async () => {
    const tenant = await newTenant('held');
    const request = message({ tenant });
    world.intake.put(request);
    await world.settle();
    expect(sentCount(request)).toBe(0);
    expect(await world.outcomes(request)).toEqual(['held/tenant-held']);
    expect(await release(tenant)).toBe(1);
    expect(sentCount(request)).toBe(1);
    expect(await world.outcomes(request)).toEqual(['accepted']);
  });

  test('loses no mail when the bucket fails', async () => {
    const tenant = await newTenant('held');
    const request = message({ tenant });
    world.intake.put(request);
    await crashAt(/^holdBody$/);
    await world.settle();
    expect(await release(tenant)).toBe(1);
    expect(sentCount(request)).toBe(1);
  });

  test('whose mail had left before the hold is not sent to again after release', async () => {
    const tenant = await newTenant();
    const request = message({ tenant });
    const queueMessageId = world.intake.put(request);
    await world.settle();
    await world.setTenant({ tenant, status: 'held' });
    world.intake.redeliver(queueMessageId);
    await world.settle();
    await release(tenant);
    expect(sentCount(request)).toBe(1);
    expect(await world.outcomes(request)).toEqual(['accepted']);
  });
});

describe('sendAt', () => {
  const at = (ms: number) => new Date(world.time.clock() + ms).toISOString();

  test('holds a mail in the queue until its time, then it is sent', async () => {
    const due = world.time.clock() + 3 * hourMs;
    const request = message({ sendAt: at(3 * hourMs) });
    world.intake.put(request);
    await world.settle(2 * hourMs);
    expect(await world.outcomes(request)).toEqual(['held/send-at']);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted']);
    expect(world.sesCalls.at(-1)?.at).toBeGreaterThanOrEqual(due);
    expect(sentCount(request)).toBe(1);
  });

  test('just within twelve hours is kept, beyond that it is refused', async () => {
    const [near, far] = [
      message({ sendAt: at(12 * hourMs - minuteMs) }),
      message({ sendAt: at(12 * hourMs + minuteMs) }),
    ];
    for (const request of [near, far]) world.intake.put(request);
    await world.settle();
    expect(await world.outcomes(near)).toEqual(['accepted']);
    expect(await world.outcomes(far)).toEqual(['rejected/send-at-too-far']);
  });

  test('in the past sends at once', async () => {
    const request = message({ sendAt: at(-hourMs) });
    world.intake.put(request);
    await world.settle(0);
    expect(await world.outcomes(request)).toEqual(['accepted']);
  });
});

describe('expiresAt', () => {
  const at = (ms: number) => new Date(world.time.clock() + ms).toISOString();

  test('in the past ends a mail as expired, unsent', async () => {
    const request = message({ expiresAt: at(-1) });
    world.intake.put(request);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['expired/expired']);
    expect(sentCount(request)).toBe(0);
  });

  test('that passes while a mail is held ends it on release', async () => {
    const tenant = await newTenant('held');
    const request = message({ tenant, expiresAt: at(hourMs) });
    world.intake.put(request);
    await world.settle();
    world.time.advance(2 * hourMs);
    await release(tenant);
    expect(await world.outcomes(request)).toEqual(['expired/expired']);
    expect(sentCount(request)).toBe(0);
  });

  test('that passes after the mail was accepted changes nothing', async () => {
    const request = message({ expiresAt: at(minuteMs) });
    const queueMessageId = world.intake.put(request);
    await world.settle();
    world.time.advance(hourMs);
    world.intake.redeliver(queueMessageId);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted']);
    expect(sentCount(request)).toBe(1);
  });
});
