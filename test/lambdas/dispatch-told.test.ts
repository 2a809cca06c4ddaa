/** An app hears of every recipient that is refused, whoever died between the refusal and its event. */
import { beforeEach, expect, test } from 'vitest';
import { createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, type Body, batch } from '../support/requests.ts';

const dynamo = await dynamoOfFile();
let world: DispatchWorld;

beforeEach(async () => {
  world = await createDispatchWorld(dynamo, { ratePerSecond: 5 });
});

const failing = {
  ok: false,
  refusal: { kind: 'retry', reason: 'ses-error' },
  detail: 'x',
} as const;
const refusing = {
  ok: false,
  refusal: { kind: 'reject', reason: 'content-rejected' },
  detail: 'x',
} as const;

/** Recipients that the app was told of, each once. */
function told(): readonly (number | undefined)[] {
  return [...new Set(world.rejected.map(({ recipientIndex }) => recipientIndex))].sort();
}

/** A batch of which the first recipient is refused by us. */
function withInvalid(): Body {
  const request = batch(['no address', ...addresses(25)]);
  world.intake.put(request);
  return request;
}

test.each([6, 12, 18, 24, 30, 36])(
  'a process that dies at its call %d takes no rejection with it',
  async (call) => {
    withInvalid();
    world.faults.plan({ call, when: 'before', kind: 'dead' });
    await world.runOnce();
    expect(world.faults.struck()).toBeDefined();
    world.faults.plan(undefined);
    await world.settle();
    expect(told()).toEqual([0]);
  },
);

test('a refusal of SES is told when the bus was down and a neighbour had to wait', async () => {
  world.answer = ({ recipientIndex }) => (recipientIndex === 0 ? refusing : failing);
  const request = batch(addresses(2));
  world.intake.put(request);
  world.faults.outage(/publishRejected/);
  await world.runOnce();
  world.faults.outage(undefined);
  world.answer = ({ attemptId }) => ({ ok: true, sesMessageId: attemptId });
  await world.settle();
  expect(await world.outcomes(request)).toEqual(['rejected/content-rejected', 'accepted']);
  expect(told()).toEqual([0]);
});

test('a rejection is told when the rest of its batch expired after a crash', async () => {
  const expiresAt = new Date(world.time.clock() + 60_000).toISOString();
  world.intake.put(batch(['no address', ...addresses(2)], { expiresAt }));
  world.faults.plan({ call: 8, when: 'before', kind: 'dead' });
  await world.runOnce();
  world.faults.plan(undefined);
  await world.settle();
  expect(told()).toEqual([0]);
});

test('what nobody died of is told once', async () => {
  withInvalid();
  await world.settle();
  expect(world.rejected).toHaveLength(1);
});

test('mail that comes again and again tells of its rejections with the first and the last time alone', async () => {
  withInvalid();
  world.answer = () => failing;
  await world.settle(3_600_000);
  world.answer = ({ attemptId, recipientIndex }) => ({
    ok: true,
    sesMessageId: `${attemptId}-${recipientIndex}`,
  });
  await world.settle();
  expect(world.intake.receivesMax()).toBeGreaterThan(4);
  expect(world.rejected).toHaveLength(2);
});

test('a request whose attachment goes while it waits keeps what was decided, and each of the others is told', async () => {
  world.bucket.set('attachments/a', Buffer.from('x'));
  const attachment = { filename: 'a', contentType: 'text/plain', s3Key: 'attachments/a' };
  await world.suppress('gone@recipient.example');
  const request = batch(['gone@recipient.example', 'no address', ...addresses(1)], {
    attachments: [attachment],
  });
  world.answer = () => failing;
  world.intake.put(request);
  await world.runOnce();
  world.bucket.delete('attachments/a');
  await world.settle();
  expect(await world.outcomes(request)).toEqual([
    'suppressed/manual',
    'rejected/recipient-without-domain',
    'rejected/attachment-missing',
  ]);
  expect(told()).toEqual([1, 2]);
});
