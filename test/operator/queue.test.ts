/** How a person sees what waits, looks into a queue without loss, and is told whose turn it is. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { putDelay, putFailure } from '../../adapters/failure-store.ts';
import { putOrder } from '../../adapters/standing-store.ts';
import { namesOf } from '../../contract/names.ts';
import { ledgerKeys, pacingKeys } from '../../contract/table-keys.ts';
import { messageTag } from '../../contract/tags.ts';
import { laterKey } from '../../contract/waiting-mail.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { message } from '../support/requests.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
const intake = names.intakeQueue('transactional');
const parked = names.parkedQueue('transactional');
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());
beforeEach(async () => {
  for (const queue of [intake, parked]) await aws.purge(queue);
});

const fits = (text: string) => text.split('\n').filter((line) => line.length > 80);

function evidence() {
  return { dynamo: aws.dynamo, name: names.tables.evidence };
}

test('list shows how much waits at every stage, within 80 columns', async () => {
  await aws.sendTo(
    intake,
    Array.from({ length: 3 }, () => ({ body: JSON.stringify(message()) })),
  );
  await aws.sendTo(parked, [{ body: '{}', attributes: { reason: 'identity-unverified' } }]);
  const ran = await cliOn(aws, ['queue']);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/^intake +transactional +3 +0/m);
  expect(ran.stdout).toMatch(/^parked +transactional +1 +0/m);
  expect(ran.stdout).toMatch(/^feedback, dead +0 +0/m);
  expect(ran.stdout).toContain('CloudWatch does not tell the ages of queues');
  expect(fits(ran.stdout)).toEqual([]);
});

test('a stage that the deployment has not is left out', async () => {
  const { rows } = (await cliOn(aws, ['queue', 'list', '--json'])).json<{
    rows: readonly { stage: string; stream?: string; dead?: true }[];
  }>();
  expect(rows.filter(({ stage }) => stage === 'overflow')).toEqual([]);
  expect(rows.filter(({ stage }) => stage === 'rotation').map(({ dead }) => dead)).toEqual([
    undefined,
  ]);
});

test('peek says who and to whom, without content and without whole addresses', async () => {
  await aws.sendTo(intake, [
    { body: JSON.stringify(message({ id: 'order-7', tenant: 'acme' })) },
    { body: 'no request' },
  ]);
  const ran = await cliOn(aws, ['queue', 'peek', 'transactional']);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/^order-7 +acme +g\*\*\*@recipient\.example +\d+ s +1$/m);
  expect(ran.stdout.replace(/\s+/g, ' ')).toMatch(/invalid-json: the body .*is not JSON/);
  expect(ran.stdout).not.toContain('grace@');
  expect(ran.stdout).not.toContain('It is on its way');
  expect(fits(ran.stdout)).toEqual([]);
});

test('peek loses nothing, hides nothing, and counts as a delivery', async () => {
  await aws.sendTo(
    intake,
    Array.from({ length: 13 }, () => ({ body: JSON.stringify(message()) })),
  );
  const first = await cliOn(aws, ['queue', 'peek', 'transactional', '--limit', '40', '--json']);
  expect(first.json<unknown[]>()).toHaveLength(13);
  const all = await aws.receiveAll(intake);
  expect(new Set(all.map(({ MessageId }) => MessageId)).size).toBe(13);
  expect(new Set(all.map(({ Attributes }) => Attributes?.ApproximateReceiveCount))).toEqual(
    new Set(['2']),
  );
});

test('peek names recipients in full when it is asked to', async () => {
  await aws.sendTo(intake, [{ body: JSON.stringify(message()) }]);
  const ran = await cliOn(aws, ['queue', 'peek', 'transactional', '--show-addresses']);
  expect(ran.stdout).toContain('grace@recipient.example');
});

test('peek says what it cannot look into', async () => {
  expect(await cliOn(aws, ['queue', 'peek', 'nope'])).toMatchObject({ code: 2 });
  const lane = await cliOn(aws, ['queue', 'peek', 'transactional', '--lane', 'overflow']);
  expect(lane).toMatchObject({ code: 1 });
  expect(lane.stdout).toContain('has no overflow queue');
  expect((await cliOn(aws, ['queue', 'peek', 'transactional'])).code).toBe(1);
});

test('stuck says whose turn it is and what to do, for every stage where mail waits', async () => {
  expect(await cliOn(aws, ['queue', 'stuck'])).toMatchObject({ code: 0 });
  const now = Date.now();
  await aws.sendTo(parked, [{ body: '{}', attributes: { reason: 'mail-from-unverified' } }]);
  await aws.putObject('held/acme/m-1.json', '{}');
  const overdue = { stream: 'marketing', dueAt: epochMs(now - hourMs), queueMessageId: 'q-1' };
  await aws.putObject(laterKey(overdue, messageIdOf('acme', 'late')), '{}');
  await heldByOrder(now);
  await aws.sendTo(names.intakeQueue('marketing'), [{ body: JSON.stringify(message()) }]);
  await aws.putItem(names.tables.pacing, {
    ...pacingKeys.switchState('marketing'),
    ...{ on: false, since: now - hourMs, reason: 'sending-paused' },
    ...{ trips: 0, mappings: [], version: 1 },
  });
  await deferred(now, 'open');
  await deferred(now, 'over');
  await mailboxFull(now);
  const ran = await cliOn(aws, ['queue', 'stuck']);
  expect(ran.code).toBe(5);
  const flat = ran.stdout.replace(/\s+/g, ' ');
  expect(flat).toContain('intake, marketing: 1 theirs: SES sending is paused');
  expect(flat).toMatch(/later, marketing: 1, oldest 1 h ours: its time has come/);
  expect(flat).toMatch(
    /later, transactional: 1, oldest 2 h ours: an order .* decisions show 4f0c to end it: goodstanding orders lift 4f0c\.1/,
  );
  expect(flat).toMatch(/held, tenant acme: 1, .* next: .*goodstanding tenants release acme/);
  expect(flat).toMatch(/parked, transactional: 1, .* --reason mail-from-unverified/);
  expect(flat).toMatch(
    /in-ses, to gmail: 1, oldest 3 h, given up in 1[01] h theirs: the provider takes no more/,
  );
  expect(flat).toMatch(/in-ses, to yahoo: 1, oldest 2 h, .* the recipient: the mailbox is full/);
  expect(fits(ran.stdout)).toEqual([]);
});

/** Mail that waits in the content bucket because an order of the loop holds it. */
async function heldByOrder(now: number): Promise<void> {
  const messageId = messageIdOf('acme', 'held');
  const mail = { stream: 'transactional', dueAt: epochMs(now + hourMs), queueMessageId: 'q-2' };
  await aws.putObject(laterKey(mail, messageId), '{}');
  await aws.putItem(names.tables.ledger, {
    ...ledgerKeys.request(messageId),
    ...{ state: 'waiting', stream: 'transactional', queueMessageId: 'q-2', recipientCount: 1 },
    ...{ claimedAt: now, attemptIds: [], enqueuedAt: now - 2 * hourMs - minuteMs, ttl: 1 },
    decided: { '*': { outcome: 'held', reason: 'reputation-hold' } },
  });
  await putOrder({ dynamo: aws.dynamo, name: names.tables.assignments }, 'transactional', {
    ...{ id: '4f0c.1', kind: 'hold', region: { tenant: 'acme' }, share: 0, decision: '4f0c' },
    ...{ since: epochMs(now - hourMs), until: epochMs(now + hourMs) },
  });
}

/** A mail that Yahoo has put off since two hours because nothing more goes into the mailbox. */
async function mailboxFull(now: number): Promise<void> {
  const sentAt = epochMs(now - 2 * hourMs - minuteMs);
  await putDelay(evidence(), {
    key: `${messageTag(messageIdOf('acme', 'full'), 0)}#mailbox-full`,
    origin: {
      ...{ tenant: 'acme', identity: 'acme.example', stream: 'transactional' },
      ...{ pool: 'shared', provider: 'yahoo', campaign: '' },
    },
    ...{ sentAt, heardAt: epochMs(sentAt + minuteMs), reason: 'mailbox-full' },
  });
}

/** A mail that Gmail put off three hours ago; `over`: it has arrived since. */
async function deferred(now: number, end: 'open' | 'over'): Promise<void> {
  const messageId = messageIdOf('acme', end);
  const sentAt = epochMs(now - 3 * hourMs - minuteMs);
  await putFailure(evidence(), {
    key: `${messageTag(messageId, 0)}#deferral`,
    origin: {
      ...{ tenant: 'acme', identity: 'acme.example', stream: 'transactional' },
      ...{ pool: 'shared', provider: 'gmail', campaign: '' },
    },
    ...{ sentAt, heardAt: epochMs(sentAt + minuteMs), signal: 'deferral' },
    ...{ reason: 'rate-limited', weight: 1, recipientDomain: 'd', vouched: true },
  });
  if (end === 'over')
    await aws.putItem(names.tables.ledger, {
      ...ledgerKeys.event(messageId, 0, 'delivery', 'digest'),
      ...{ kind: 'delivery', at: now, recipientIndex: 0, outcome: 'delivered' },
    });
}
