/** What `dlq show`, the filters of redrive, and purge do with parked mail, and what they leave alone. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { namesOf } from '../../contract/names.ts';
import { messageIdsFor } from '../../contract/recipient-outcomes.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { hourMs } from '../../domain/time.ts';
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
  for (const queue of [parked, intake]) await aws.purge(queue);
});

type Parked = { readonly reason?: string; readonly tenant?: string; readonly hoursAgo?: number };

/** Parks requests as dispatch does; a moment later, as SQS counts milliseconds. */
async function park(...mails: readonly Parked[]): Promise<readonly string[]> {
  const ids = mails.map((_, index) => `order-${index}`);
  await aws.sendTo(
    parked,
    mails.map(({ reason = 'mail-from-unverified', tenant = 'acme', hoursAgo = 3 }, index) => ({
      body: JSON.stringify({
        ...{ version: 1, kind: 'message', id: ids[index], tenant, stream: 'transactional' },
        ...{ from: 'hello@acme.example', to: 'ada@example.com' },
        content: { subject: 'Secret', text: 'Hello Ada' },
      }),
      attributes: {
        ...{ reason, tenant, id: ids[index] ?? '', detail: 'no MX record' },
        parkedAt: new Date(Date.now() - hoursAgo * hourMs).toISOString(),
      },
    })),
  );
  await new Promise((resolve) => setTimeout(resolve, 5));
  return ids;
}

/** The ledger as dispatch leaves it when it parks. */
async function noteParked(id: string, tenant = 'acme'): Promise<void> {
  await aws.putItem(names.tables.ledger, {
    ...ledgerKeys.request(messageIdOf(tenant, id)),
    ...{ state: 'waiting', id, tenant, stream: 'transactional', queueMessageId: 'q' },
    ...{ recipientCount: 1, claimedAt: 1_000, attemptIds: [], enqueuedAt: 500, ttl: 1 },
    decided: { '*': { outcome: 'parked', reason: 'mail-from-unverified' } },
  });
}

const count = async (queue: string) => (await aws.receiveAll(queue)).length;

describe('show', () => {
  test('tells why, since when, until when SQS keeps it and what to do, and hides the content', async () => {
    await park({}, {});
    const ran = await cliOn(aws, ['dlq', 'show', 'order-1', '--tenant', 'acme']);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^mail-from-unverified, in queue transactional\nno MX record\n/);
    expect(ran.stdout).toMatch(/parked since .*, 3 h ago/);
    expect(ran.stdout).toMatch(/SQS keeps it until .*, for 3 d more/);
    expect(ran.stdout).toContain('what to do: the custom MAIL FROM domain has no MX record');
    expect(ran.stdout).toContain('"id": "order-1"');
    expect(ran.stdout).not.toMatch(/Secret|ada@example/);
    for (const line of ran.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(await count(parked)).toBe(2);
  });

  test('finds by our message id, and shows the content where it is asked for', async () => {
    await park({});
    const [messageId = ''] = messageIdsFor('order-0', 'acme');
    const ran = await cliOn(aws, ['dlq', 'show', messageId, '--content', '--json']);
    expect(ran.json()).toMatchObject([
      {
        id: 'order-0',
        messageId,
        request: { to: 'ada@example.com', content: { text: 'Hello Ada' } },
      },
    ]);
  });

  test('says where else to look when nothing is parked under the id', async () => {
    const ran = await cliOn(aws, ['dlq', 'show', 'nothing']);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('goodstanding trace nothing');
  });
});

test('list tells by tenant and by stream as well', async () => {
  await park({}, { tenant: 'other' }, { tenant: 'other', reason: 'ambiguous' });
  const byTenant = await cliOn(aws, ['dlq', 'list', '--by', 'tenant', '--json']);
  expect(byTenant.json()).toMatchObject({
    groups: [
      { tenant: 'other', count: 2, reason: 'ambiguous, mail-from-unverified' },
      { tenant: 'acme', count: 1, reason: 'mail-from-unverified' },
    ],
  });
  const byStream = await cliOn(aws, ['dlq', 'list', '--by', 'stream', '--json']);
  expect(byStream.json()).toMatchObject({ groups: [{ queue: 'transactional', count: 3 }] });
  const wrong = await cliOn(aws, ['dlq', 'list', '--by', 'weekday']);
  expect(wrong).toMatchObject({ code: 2 });
  expect(wrong.stderr).toContain('--by: got weekday; allowed are reason, stream, tenant');
});

describe('redrive', () => {
  test.each([
    ['--older-than', '2h', ['order-0']],
    ['--newer-than', '2h', ['order-1']],
  ])('%s %s means those alone, and says what it left', async (option, value, expected) => {
    await park({ hoursAgo: 3 }, { hoursAgo: 1 });
    const ran = await cliOn(aws, ['dlq', 'redrive', option, value, '--yes']);
    expect(ran.stdout).toContain('1 message sent back, 1 left');
    expect(ran.stdout).toContain('left in transactional: 1 mail-from-unverified');
    const bodies = (await aws.receiveAll(intake)).map(({ Body = '' }) => JSON.parse(Body).id);
    expect(bodies).toEqual(expected);
    expect(await count(parked)).toBe(1);
  });

  test('--limit sends back no more than so many, and the rest is visible at once', async () => {
    await park(...Array.from({ length: 35 }, () => ({})));
    const ran = await cliOn(aws, ['dlq', 'redrive', '--limit', '12', '--yes', '--json']);
    expect(ran.json()).toMatchObject({ redriven: 12, failed: 0 });
    expect(await count(intake)).toBe(12);
    expect(await count(parked)).toBe(23);
    expect(await aws.items(names.tables.evidence)).toContainEqual(
      expect.objectContaining({ action: 'dlq.redrive', subject: 'at most 12 of all messages' }),
    );
  });
});

describe('purge', () => {
  test('needs a filter or --all, and the typed word', async () => {
    await park({});
    const bare = await cliOn(aws, ['dlq', 'purge', '--yes']);
    expect(bare).toMatchObject({ code: 2 });
    expect(bare.stderr).toContain('give a filter');
    const declined = await cliOn(aws, ['dlq', 'purge', '--all'], { answer: 'y' });
    expect(declined.code).toBe(1);
    expect(declined.stderr).toContain('delete for good all messages (about 1 message in');
    expect(await count(parked)).toBe(1);
  });

  test('deletes what the filter means, says so in the ledger, and writes down who and why', async () => {
    const [mine = ''] = await park({}, { tenant: 'other' });
    await noteParked(mine);
    const ran = await cliOn(
      aws,
      ['dlq', 'purge', '--tenant', 'acme', '--why', 'too late', '--json'],
      { answer: 'purge' },
    );
    expect(ran.code).toBe(0);
    expect(ran.json()).toMatchObject({ moved: 1, left: 1, failed: 0 });
    expect(await count(parked)).toBe(1);
    expect(await count(intake)).toBe(0);
    const outcome = await cliOn(aws, ['outcome', mine, '--tenant', 'acme', '--json']);
    expect(outcome.json()).toMatchObject({
      state: 'decided',
      recipients: [{ outcome: 'rejected', reason: 'purged' }],
    });
    expect(await aws.items(names.tables.evidence)).toContainEqual(
      expect.objectContaining({
        ...{ action: 'dlq.purge', subject: 'messages with tenant acme' },
        ...{ by: 'tester', why: 'too late' },
      }),
    );
  });

  test('with --dry-run deletes nothing', async () => {
    await park({});
    const ran = await cliOn(aws, ['dlq', 'purge', '--all', '--dry-run']);
    expect(ran.stdout).toContain('1 message would be deleted for good, 0 left');
    expect(await count(parked)).toBe(1);
  });
});
