import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { namesOf } from '../../contract/names.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
const parked = names.parkedQueue('transactional');
const intake = names.intakeQueue('transactional');
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());
beforeEach(async () => {
  for (const queue of [parked, intake, names.feedbackDeadQueue, names.feedbackQueue])
    await aws.purge(queue);
});

function park(reason: string, index: number, over: Record<string, string> = {}) {
  const parkedAt = new Date(Date.now() - 3 * 3600_000).toISOString();
  return {
    body: `${reason} ${index}`,
    attributes: { reason, tenant: 'acme', id: `id-${index}`, parkedAt, ...over },
  };
}

/** SQS counts milliseconds: what is parked in the same one as a redrive begins is left for the next. */
async function parkAndWait(
  messages: Parameters<LocalAws['sendTo']>[1],
  queue = parked,
): Promise<void> {
  await aws.sendTo(queue, messages);
  await new Promise((resolve) => setTimeout(resolve, 5));
}

async function bodies(queue: string): Promise<readonly (string | undefined)[]> {
  return (await aws.receiveAll(queue)).map(({ Body }) => Body).sort();
}

test('list groups what waits by reason, with count, age and remedy, within 80 columns', async () => {
  await parkAndWait([
    ...[1, 2, 3].map((index) => park('identity-unverified', index)),
    park('mail-from-unverified', 4),
    { body: 'moved by SQS' },
  ]);
  await parkAndWait([{ body: '{"an":"event"}' }], names.feedbackDeadQueue);
  const ran = await cliOn(aws, ['dlq', 'list']);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/transactional +identity-unveri\S* +3 +3 h/);
  expect(ran.stdout).toMatch(/transactional +mail-from-unverified +1 +3 h/);
  expect(ran.stdout).toMatch(/transactional +unprocessable +1 +\d s/);
  expect(ran.stdout).toMatch(/feedback +unprocessable +1/);
  for (const line of ran.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('list leaves every message where it was, and visible', async () => {
  await parkAndWait(Array.from({ length: 23 }, (_, index) => park('mail-from-unverified', index)));
  const first = await cliOn(aws, ['dlq', 'list', '--json']);
  const again = await cliOn(aws, ['dlq', 'list', '--json']);
  expect(first.json()).toMatchObject({ groups: [{ count: 23, reason: 'mail-from-unverified' }] });
  expect(again.json()).toEqual(first.json());
  expect(await bodies(parked)).toHaveLength(23);
});

test('list says when it did not look at all', async () => {
  await parkAndWait(Array.from({ length: 60 }, (_, index) => park('mail-from-unverified', index)));
  const ran = await cliOn(aws, ['dlq', 'list', '--limit', '10']);
  expect(ran.stdout).toMatch(/transactional: looked at \d+ of about 60; raise --limit/);
  expect(await bodies(parked)).toHaveLength(60);
});

test('list of nothing is an answer like any other', async () => {
  expect(await cliOn(aws, ['dlq', 'list'])).toMatchObject({
    code: 0,
    stdout: 'nothing is parked\n',
  });
});

test.each([
  [['list', '--limit', 'many'], /--limit <count>.*'many' is invalid. Allowed is a whole number/],
  [['list', '--limit', '0'], /Allowed is a whole number from 1 to/],
  [['list', '--stream', 'pigeons'], /--stream: got pigeons; allowed are marketing, transactional/],
  [['redrive', '--stream', 'pigeons', '--yes'], /--stream: got pigeons; allowed are marketing/],
  [
    ['redrive', '--reason', 'none', '--yes'],
    /--reason: got none; allowed are .*mail-from-unverified/,
  ],
])('%j is wrong usage', async (args, error) => {
  const ran = await cliOn(aws, ['dlq', ...args]);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(error);
});

test('redrive sends back exactly what the filter means, in the group of its tenant', async () => {
  await parkAndWait([
    ...Array.from({ length: 25 }, (_, index) => park('identity-unverified', index)),
    ...Array.from({ length: 12 }, (_, index) => park('mail-from-unverified', index)),
  ]);
  const ran = await cliOn(aws, [
    'dlq',
    'redrive',
    '--reason',
    'identity-unverified',
    '--yes',
    '--why',
    'DNS is there',
    '--json',
  ]);
  expect(ran.code).toBe(0);
  expect(ran.json()).toMatchObject({ redriven: 25, left: 12, failed: 0 });
  const sent = await aws.receiveAll(intake);
  expect(sent.map(({ Body }) => Body).sort()).toEqual(
    Array.from({ length: 25 }, (_, index) => `identity-unverified ${index}`).sort(),
  );
  expect(new Set(sent.map(({ Attributes }) => Attributes?.MessageGroupId))).toEqual(
    new Set(['acme']),
  );
  expect(await bodies(parked)).toHaveLength(12);
  expect(await aws.items(names.tables.evidence)).toContainEqual(
    expect.objectContaining({
      action: 'dlq.redrive',
      subject: 'messages with reason identity-unverified',
      why: 'DNS is there',
    }),
  );
});

test('redrive can mean one tenant, and --dry-run moves nothing', async () => {
  await parkAndWait([
    park('mail-from-unverified', 1),
    park('mail-from-unverified', 2, { tenant: 'other' }),
  ]);
  const dry = await cliOn(aws, ['dlq', 'redrive', '--tenant', 'other', '--dry-run']);
  expect(dry.code).toBe(0);
  expect(dry.stdout).toContain('1 message would be sent back, 1 left');
  expect(await bodies(intake)).toEqual([]);
  const real = await cliOn(aws, ['dlq', 'redrive', '--tenant', 'other', '--yes']);
  expect(real.stdout).toContain('1 message sent back, 1 left');
  expect(await bodies(intake)).toEqual(['mail-from-unverified 2']);
});

test('redrive sends events that feedback failed on back to feedback', async () => {
  await parkAndWait([{ body: 'event' }], names.feedbackDeadQueue);
  const ran = await cliOn(aws, ['dlq', 'redrive', '--yes']);
  expect(ran.code).toBe(0);
  expect(await bodies(names.feedbackQueue)).toEqual(['event']);
});

test('redrive leaves what is parked again while it runs, or an unmended cause would go round for ever', async () => {
  await parkAndWait([park('identity-unverified', 1)]);
  let going = true;
  const pipeline = (async () => {
    while (going)
      for (const { Body = '' } of await aws.receiveAll(intake))
        await aws.sendTo(parked, [{ body: Body, attributes: { reason: 'identity-unverified' } }]);
  })();
  const ran = await cliOn(aws, ['dlq', 'redrive', '--yes', '--json']);
  going = false;
  await pipeline;
  expect(ran.json()).toMatchObject({ redriven: 1 });
});

test('redrive with nothing to do ends with 1, and asks before it does anything', async () => {
  expect((await cliOn(aws, ['dlq', 'redrive', '--yes'])).code).toBe(1);
  await parkAndWait([park('mail-from-unverified', 1)]);
  const declined = await cliOn(aws, ['dlq', 'redrive'], { answer: 'n' });
  expect(declined.code).toBe(1);
  expect(declined.stderr).toContain('send back all messages (about 1 message in');
  expect(await bodies(parked)).toHaveLength(1);
});
