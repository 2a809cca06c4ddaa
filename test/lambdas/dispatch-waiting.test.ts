/**
 * Mail that waits: for a person (held tenants) or for the clock (sendAt, expiresAt). It waits without
 * loss, leaves once, and what an earlier delivery already handed to SES is not handed over again.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { contentFolders } from '../../contract/names.ts';
import { hourMs, minuteMs } from '../../domain/time.ts';
import { accepted, createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { type Dynamo, openDynamo } from '../support/dynamo.ts';
import { type Body, batch, message, newId } from '../support/requests.ts';

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

  test('whose hold came between a crash and the next delivery still has its mail kept', async () => {
    const tenant = await newTenant();
    const request = message({ tenant });
    world.intake.put(request);
    // The claim was made, then the function died before it handed anything to SES.
    await crashAt(/^UpdateItemCommand$/);
    expect(sentCount(request)).toBe(0);
    await world.setTenant({ tenant, status: 'held' });
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['held/tenant-held']);
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

test('a suspended tenant is told so, and mail that was claimed before the suspension is not left open', async () => {
  const tenant = await newTenant();
  const [claimed, fresh] = [message({ tenant }), message({ tenant })];
  world.intake.put(claimed);
  await crashAt(/^UpdateItemCommand$/);
  await world.setTenant({ tenant, status: 'suspended' });
  world.intake.put(fresh);
  await world.settle();
  expect(await world.outcomes(fresh)).toEqual(['rejected/tenant-suspended']);
  expect(await world.outcomes(claimed)).toEqual(['rejected/tenant-suspended']);
  expect(sentCount(claimed) + sentCount(fresh)).toBe(0);
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

  test('that passes after a crash before the send is recorded as expired, not forgotten', async () => {
    const request = message({ expiresAt: at(10_000) });
    world.intake.put(request);
    await crashAt(/^UpdateItemCommand$/);
    await world.settle();
    expect(sentCount(request)).toBe(0);
    expect(await world.outcomes(request)).toEqual(['expired/expired']);
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

test('a batch whose recipients were all suppressed after a crash is recorded as suppressed', async () => {
  const request = batch(['late1@recipient.example', 'late2@recipient.example']);
  world.intake.put(request);
  await crashAt(/^UpdateItemCommand$/);
  await world.suppress('late1@recipient.example');
  await world.suppress('late2@recipient.example');
  await world.settle();
  expect(sentCount(request)).toBe(0);
  expect(await world.outcomes(request)).toEqual(['suppressed/manual', 'suppressed/manual']);
});

describe('a batch of which some recipients were sent to when it had to wait', () => {
  /** Lets SES fail once for the second recipient. */
  async function sendHalf(request: Body): Promise<void> {
    let failed = false;
    world.answer = (mail) => {
      if (mail.recipientIndex !== 1 || failed) return accepted(mail);
      failed = true;
      return { ok: false, refusal: { kind: 'retry', reason: 'ses-error' }, detail: 'try again' };
    };
    world.intake.put(request);
    await world.runOnce();
  }

  test('keeps them accepted when they are suppressed before the rest goes out', async () => {
    const request = batch(['half1@recipient.example', 'half2@recipient.example']);
    await sendHalf(request);
    await world.suppress('half1@recipient.example');
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted', 'accepted']);
  });

  test('sends to nobody twice under its id after its tenant was suspended and reinstated', async () => {
    const tenant = await newTenant();
    const request = batch(['half3@recipient.example', 'half4@recipient.example'], { tenant });
    await sendHalf(request);
    await world.setTenant({ tenant, status: 'suspended' });
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted', 'rejected/tenant-suspended']);
    await world.setTenant({ tenant, status: 'active' });
    world.intake.put(request);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted', 'accepted']);
    const first = world.sesCalls.filter(
      ({ recipient }) => recipient.address.address === 'half3@recipient.example',
    );
    expect(first).toHaveLength(1);
  });
});
