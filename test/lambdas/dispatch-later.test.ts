/** What comes after a request's first word: its content goes, a person decides, the tenant changes. */
import { beforeEach, describe, expect, test } from 'vitest';
import { dayMs, minuteMs } from '../../domain/time.ts';
import { accepted, createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { batch, message } from '../support/requests.ts';

const dynamo = await dynamoOfFile();
let world: DispatchWorld;

beforeEach(async () => {
  world = await createDispatchWorld(dynamo);
});

const refused = (reason: 'quota-spent') =>
  ({ ok: false, refusal: { kind: 'hold', reason }, detail: 'no' }) as const;

describe('a mail whose attachment goes while it waits is rejected under its own id', () => {
  const key = 'attachments/default/a.pdf';
  const withPointer = () => {
    world.bucket.set(key, Buffer.from('x'));
    return message({
      attachments: [{ filename: 'a.pdf', contentType: 'application/pdf', s3Key: key }],
    });
  };

  test('after a known failure', async () => {
    const request = withPointer();
    world.answer = () => refused('quota-spent');
    world.intake.put(request);
    await world.runOnce();
    world.bucket.clear();
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['rejected/attachment-missing']);
  });

  test('after it was parked and redriven', async () => {
    const request = withPointer();
    world.answer = () => ({
      ok: false,
      refusal: { kind: 'park', reason: 'identity-unverified' },
      detail: 'no',
    });
    world.intake.put(request);
    await world.settle();
    world.bucket.clear();
    world.intake.redrive(world.parked[0]?.body ?? '');
    await world.settle();
    expect(await world.outcomes(request)).toEqual(['rejected/attachment-missing']);
  });
});

test('an ambiguous mail that a person redrives is sent, even when it has to wait once more', async () => {
  world = await createDispatchWorld(dynamo, { policy: { ambiguous: 'leave' } });
  const request = message();
  world.answer = () => ({
    ok: false,
    refusal: { kind: 'unknown', reason: 'no-answer' },
    detail: 'no',
  });
  world.intake.put(request);
  await world.settle();
  expect(await world.outcomes(request)).toEqual(['parked/ambiguous']);
  let asked = 0;
  world.answer = (mail) => {
    asked += 1;
    return asked === 1 ? refused('quota-spent') : accepted(mail);
  };
  world.intake.redrive(world.parked[0]?.body ?? '');
  await world.settle();
  expect(await world.outcomes(request)).toEqual(['accepted']);
  expect(world.parked).toHaveLength(1);
});

test('a rejected request of which nobody got anything may be corrected, whatever it waited for', async () => {
  const request = message();
  world.answer = () => refused('quota-spent');
  world.intake.put(request);
  await world.runOnce();
  await world.setTenant({ tenant: 'default', status: 'suspended' });
  await world.settle();
  expect(await world.outcomes(request)).toEqual(['rejected/tenant-suspended']);
  await world.setTenant({ tenant: 'default', status: 'active' });
  world.time.advance(minuteMs);
  world.answer = accepted;
  world.intake.put({ ...request, content: { subject: 'corrected', text: 'y' } });
  await world.settle();
  expect(await world.outcomes(request)).toEqual(['accepted']);
});

test('when half a batch has its mail, the app is told of the other half by recipient', async () => {
  const request = batch(['told1@recipient.example', 'told2@recipient.example']);
  world.answer = (mail) => (mail.recipientIndex === 0 ? accepted(mail) : refused('quota-spent'));
  world.intake.put(request);
  await world.runOnce();
  await world.setTenant({ tenant: 'default', status: 'suspended' });
  await world.settle();
  expect(world.rejected.map(({ recipientIndex }) => recipientIndex)).toEqual([1]);
});

test('a refused recipient is told at first and once more when the others are done, however often they wait', async () => {
  const request = batch(['twice@recipient.example', 'twice@recipient.example']);
  let asked = 0;
  world.answer = (mail) => {
    asked += 1;
    return asked < 10 ? refused('quota-spent') : accepted(mail);
  };
  world.intake.put(request);
  await world.settle(2 * dayMs);
  expect(await world.outcomes(request)).toEqual(['accepted', 'rejected/duplicate-recipient']);
  // The second time is for a process that died before the first; both have one event id.
  const [first, ...again] = world.rejected;
  expect(again).toEqual([first]);
});

test('a mail that waited in the bucket is refused under the SQS id that its app was given', async () => {
  const sendAt = new Date(world.time.clock() + dayMs).toISOString();
  const request = message({ sendAt });
  const queueMessageId = world.intake.put(request);
  await world.runOnce();
  expect(world.intake.size()).toBe(0);
  await world.setTenant({ tenant: 'default', status: 'suspended' });
  await world.settle(2 * dayMs);
  expect(await world.outcomes(request)).toEqual(['rejected/tenant-suspended']);
  expect(world.rejected.map((one) => one.queueMessageId)).toEqual([queueMessageId]);
});
