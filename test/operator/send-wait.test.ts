import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namesOf } from '../../contract/names.ts';
import { messageIdOf, messageIdOfQueueMessage } from '../../domain/message-id.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
const mail = ['send', '--from', 'a@example.com', '--to', 'b@example.org', '--subject', 's'];
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());

type Queued = { readonly id: string; readonly queueMessageId: string };

/** Takes what is sent out of the queue, as dispatch does, and records what `outcomes` says of it. */
async function dispatchNext(record: (queued: Queued) => readonly object[]): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    for (const { Body = '', MessageId = '' } of await aws.receiveAll(
      names.intakeQueue('transactional'),
    )) {
      const { id } = JSON.parse(Body);
      for (const item of record({ id, queueMessageId: MessageId }))
        await aws.putItem(names.tables.ledger, item);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function requestItem(pk: string, over: object) {
  return {
    pk,
    sk: 'request',
    state: 'decided',
    stream: 'transactional',
    recipientCount: 1,
    claimedAt: 1,
    attemptIds: [],
    enqueuedAt: 1,
    ttl: 1,
    ...over,
  };
}

const decided = (outcome: string, reason: string) => ({ decided: { '*': { outcome, reason } } });

async function sendAndWait(
  args: readonly string[],
  record: (queued: Queued) => readonly object[],
  around: Parameters<typeof cliOn>[2] = {},
) {
  const [ran] = await Promise.all([
    cliOn(aws, [...mail, '--text', 't', ...args], around),
    dispatchNext(record),
  ]);
  return ran;
}

test.each([
  ['delivered', 0],
  ['rejected', 1],
])('--wait prints %s, with the exit code of the outcome', async (outcome, code) => {
  const ran = await sendAndWait(['--id', outcome, '--wait', '5'], ({ id, queueMessageId }) => [
    requestItem(messageIdOf('default', id), {
      queueMessageId,
      ...decided(outcome, 'content-rejected'),
    }),
  ]);
  expect(ran.stdout).toContain(`recipient 0: ${outcome}`);
  expect(ran.code).toBe(code);
});

test("--wait shows that the id was taken, never the other mail's outcome", async () => {
  const first = requestItem(messageIdOf('default', 'taken'), {
    queueMessageId: 'another',
    digest: 'of-other-content',
    ...decided('delivered', 'content-rejected'),
  });
  await aws.putItem(names.tables.ledger, first);
  const ran = await sendAndWait(['--id', 'taken', '--wait', '5'], ({ queueMessageId }) => [
    requestItem(messageIdOfQueueMessage(queueMessageId), {
      queueMessageId,
      ...decided('rejected', 'id-reused'),
    }),
  ]);
  expect(ran.stdout).toMatch(/recipient 0: rejected \(id-reused\)/);
  expect(ran.stdout).not.toContain('delivered');
  expect(ran.code).toBe(1);
});

test('--wait says nothing of a mail under the same id while its own is not taken up', async () => {
  const ran = await cliOn(aws, [...mail, '--text', 't', '--id', 'taken', '--wait', '1']);
  expect(ran.stdout).toContain('not taken up yet');
  expect(ran.code).toBe(1);
  await aws.purge(names.intakeQueue('transactional'));
});

test('--wait does not wait for Delivery events that the configuration switches off', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'goodstanding-'));
  const streams = '{ transactional: { pools: [] } }';
  await writeFile(
    join(cwd, 'goodstanding.config.ts'),
    `export const config = { streams: ${streams} };`,
  );
  const startedAt = performance.now();
  const ran = await sendAndWait(
    ['--id', 'quick', '--wait', '20'],
    ({ id, queueMessageId }) => [
      requestItem(messageIdOf('default', id), {
        queueMessageId,
        ...decided('accepted', 'content-rejected'),
      }),
    ],
    { cwd },
  );
  expect(ran.stdout).toContain('recipient 0: accepted');
  expect(performance.now() - startedAt).toBeLessThan(8_000);
});

test('--wait over a file names what was not sent, by id and reason', async () => {
  const requests = Array.from({ length: 6 }, (_, index) => ({
    version: 1,
    kind: 'message',
    id: `unread-${index}`,
    tenant: 'default',
    stream: 'transactional',
    from: 'a@example.com',
    to: 'b@example.org',
    content: { subject: 's', text: 't' },
  }));
  const stdin = requests.map((request) => JSON.stringify(request)).join('\n');
  let refused = '';
  const [ran] = await Promise.all([
    cliOn(aws, ['send', '--file', '-', '--wait', '1'], { stdin }),
    dispatchNext(({ id, queueMessageId }) => {
      refused = id;
      const why = decided('parked', 'identity-unverified');
      return [requestItem(messageIdOf('default', id), { queueMessageId, ...why })];
    }),
  ]);
  expect(ran.stdout).toMatch(/parked +1/);
  expect(ran.stdout).toMatch(/pending +5/);
  for (const { id } of requests) {
    const what = id === refused ? '0 +parked \\(identity-unverified\\)' : 'not taken up yet';
    expect(ran.stdout).toMatch(new RegExp(`${id} +${what}`));
  }
  await aws.purge(names.intakeQueue('transactional'));
});
