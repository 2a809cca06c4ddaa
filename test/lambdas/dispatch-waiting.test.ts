/**
 * Mail that waits: for a person (held tenants) or for the clock (sendAt, expiresAt). It waits without
 * loss, leaves once, and what an earlier delivery already handed to SES is not handed over again.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { parseHeld, releasedBody } from '../../adapters/held-mail.ts';
import { readRequest } from '../../adapters/ledger.ts';
import { contentFolders } from '../../contract/names.ts';
import { readWaited, waitedAttribute } from '../../contract/waiting-mail.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { dayMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { accepted, createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { type Body, batch, message, newId } from '../support/requests.ts';

const dynamo = await dynamoOfFile();
let world: DispatchWorld;

beforeAll(async () => {
  world = await createDispatchWorld(dynamo);
});

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
    const held = parseHeld(Buffer.from(world.bucket.get(key) ?? '').toString());
    if (held === 'unreadable') throw new Error(`${key} is not what dispatch writes`);
    const released = releasedBody(held, tenant, world.time.clock());
    world.intake.put(released.body, released);
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

  test('whose stored body is gone on release ends as rejected, under its own id', async () => {
    const tenant = await newTenant('held');
    const request = message({ tenant });
    const s3Key = `requests/${tenant}/gone.json`;
    world.bucket.set(s3Key, Buffer.from(JSON.stringify(request)));
    const queueMessageId = world.intake.put(
      { version: 1, kind: 'stored', s3Key },
      { attributes: { trace: 'abc' } },
    );
    await world.settle();
    world.bucket.delete(s3Key);
    const before = world.rejected.length;
    await release(tenant);
    expect(await world.outcomes(request)).toEqual(['rejected/stored-body-missing']);
    expect(world.rejected.slice(before)).toMatchObject([
      { tenant, id: request['id'], queueMessageId, reason: 'stored-body-missing' },
    ]);
  });

  test('gets back what travelled with its mail, and the age that it had', async () => {
    const tenant = await newTenant('held');
    const enqueuedAt = world.time.clock();
    world.intake.put(message({ tenant }), { attributes: { trace: 'abc' } });
    await world.settle();
    const [key = ''] = [...world.bucket.keys()].filter((one) => one.startsWith(`held/${tenant}/`));
    const held = parseHeld(Buffer.from(world.bucket.get(key) ?? '').toString());
    if (held === 'unreadable') throw new Error('unreadable');
    const { attributes = {} } = releasedBody(held, tenant, world.time.clock());
    expect(attributes['trace']).toBe('abc');
    expect(readWaited(attributes[waitedAttribute])).toMatchObject({ enqueuedAt });
  });

  test('has a batch of its mail kept side by side, so that nobody waits long behind it', async () => {
    const tenant = await newTenant('held');
    const requests = Array.from({ length: 10 }, () => message({ tenant }));
    for (const request of requests) world.intake.put(request);
    const everyone = Promise.withResolvers<void>();
    let begun = 0;
    await world.runOnce({
      holdBody: () => {
        begun += 1;
        if (begun === requests.length) everyone.resolve();
        return everyone.promise;
      },
    });
    expect(world.intake.size()).toBe(0);
    for (const request of requests)
      expect(await world.outcomes(request)).toEqual(['held/tenant-held']);
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

/** The minute in which an instant falls, as keys say it. */
function minuteOf(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 16)}Z`;
}

/** Every death but one leaves no doubt about what was sent. */
function sentCountMax(struck: { readonly begun: readonly string[] } | undefined): number {
  return struck?.begun.includes('send') ? 2 : 1;
}

describe('sendAt', () => {
  const at = (ms: number) => new Date(world.time.clock() + ms).toISOString();

  test('a quarter of an hour ahead waits in the queue, to its time', async () => {
    const due = world.time.clock() + 15 * minuteMs;
    const request = message({ sendAt: at(15 * minuteMs) });
    world.intake.put(request);
    await world.runOnce();
    expect(await world.outcomes(request)).toEqual(['held/send-at']);
    expect((await world.outcome(request))?.recipients[0]?.facts).toMatchObject([
      { detail: `waits until ${new Date(due).toISOString()}` },
    ]);
    expect([world.intake.size(), world.later.keys()]).toEqual([1, []]);
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['accepted']);
    expect(world.sesCalls.at(-1)?.at).toBe(due);
  });

  test.each([16 * minuteMs, 13 * hourMs, 365 * dayMs])(
    '%i ms ahead leaves the queue, and is sent once within seconds of its time',
    async (aheadMs) => {
      const due = world.time.clock() + aheadMs;
      const request = message({ sendAt: at(aheadMs) });
      world.intake.put(request, { group: 'default', attributes: { trace: 'abc' } });
      await world.runOnce();
      expect(await world.outcomes(request)).toEqual(['held/send-at']);
      expect(world.intake.size()).toBe(0);
      const [key = ''] = world.later.keys();
      expect(key).toMatch(
        new RegExp(`^later/${minuteOf(due)}/transactional/[\\w-]{22,}-[\\w-]{36}`),
      );
      expect(await world.later.read(key)).toMatchObject({
        body: JSON.stringify(request),
        dueAt: due,
        group: 'default',
        attributes: { trace: 'abc' },
      });
      await world.settle(aheadMs + dayMs);
      expect(await world.outcomes(request)).toEqual(['accepted']);
      expect(world.sesCalls.at(-1)?.at).toBeGreaterThanOrEqual(due);
      expect(world.sesCalls.at(-1)?.at).toBeLessThan(due + 2 * secondMs);
      expect(sentCount(request)).toBe(1);
    },
  );

  test('stays in the ledger for as long as it waits', async () => {
    const request = message({ sendAt: at(300 * dayMs) });
    world.intake.put(request);
    await world.runOnce();
    const seen = await readRequest(
      world.ports.ledger,
      messageIdOf('default', String(request['id'])),
    );
    expect(seen?.ttl).toBeGreaterThan((world.time.clock() + 365 * dayMs) / 1000);
    await world.settle(301 * dayMs);
    expect(await world.outcomes(request)).toEqual(['accepted']);
  });

  test.each(['before', 'after'] as const)(
    'is sent once, also when a function dies %s any of its calls, on the way out and on the way back',
    async (when) => {
      for (let call = 1; ; call += 1) {
        const request = message({ sendAt: at(hourMs) });
        world.intake.put(request);
        world.faults.plan({ call, when, kind: 'dead' });
        await world.settle(2 * hourMs);
        const struck = world.faults.struck();
        world.faults.plan(undefined);
        await world.settle();
        expect(await world.outcomes(request), struck?.at).toEqual(['accepted']);
        expect(world.later.keys()).toEqual([]);
        // A death after SES took it and before anybody wrote it down is the one that may send twice.
        expect(sentCount(request)).toBeLessThanOrEqual(sentCountMax(struck));
        if (!struck) break;
      }
    },
  );

  test('waits in the queue where the bucket does not take it, and is sent at its time', async () => {
    const due = world.time.clock() + hourMs;
    const request = message({ sendAt: at(hourMs) });
    world.intake.put(request);
    await crashAt(/^putLater$/);
    expect([world.intake.size(), world.later.keys()]).toEqual([1, []]);
    await world.settle();
    expect(sentCount(request)).toBe(1);
    expect(world.sesCalls.at(-1)?.at).toBe(due);
  });

  test('is said to be too far beyond a year, and beyond what its stored content lives', async () => {
    const key = 'attachments/default/later.pdf';
    world.bucket.set(key, Buffer.from('x'));
    const attachments = [{ filename: 'a.pdf', contentType: 'application/pdf', s3Key: key }];
    const stored = message({ sendAt: at(300 * dayMs) });
    world.bucket.set('requests/default/later', Buffer.from(JSON.stringify(stored)));
    const [far, pointing] = [
      message({ sendAt: at(365 * dayMs + minuteMs) }),
      message({ sendAt: at(59 * dayMs), attachments }),
    ];
    const pointer = { version: 1, kind: 'stored', s3Key: 'requests/default/later' };
    for (const body of [far, pointing, pointer]) world.intake.put(body);
    await world.runOnce();
    for (const request of [far, pointing, stored])
      expect(await world.outcomes(request)).toEqual(['rejected/send-at-too-far']);
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
