/** `goodstanding trace` over a ledger as the pipeline leaves it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchWrite } from '../../adapters/batch-write.ts';
import { writeIndexes } from '../../adapters/mail-index.ts';
import { packAttempt } from '../../contract/attempt-codec.ts';
import { newAttemptId } from '../../contract/attempt-id.ts';
import type { AttemptEntry, AttemptResult, RequestItem } from '../../contract/items.ts';
import { namesOf } from '../../contract/names.ts';
import {
  assignmentKeys,
  evidenceKeys,
  ledgerKeys,
  suppressionKeys,
} from '../../contract/table-keys.ts';
import { isAddress, parseAddress, recipientKey } from '../../domain/address.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { type EpochMs, epochMs, minuteMs, secondMs } from '../../domain/time.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
const { ledger, assignments, evidence, suppression } = names.tables;
const tenant = 'acme';
const start = epochMs(Date.now() - 5 * minuteMs);
const ttl = Math.floor(Date.now() / 1000) + 86_400;
const sesId = '010001890abcdef0-12345678-1234-1234-1234-123456789abc-000000';
let aws: LocalAws;
let attempts = 0;

beforeAll(async () => {
  aws = await startLocalAws();
  await aws.putItem(assignments, {
    ...assignmentKeys.provider('transactional', 'gmail'),
    ...{ pools: [{ pool: 'east', weight: 2 }], version: 7, at: start - minuteMs },
    ...{ by: 'rotation 0123456789ab', why: 'pool west is blocked' },
  });
  await aws.putItem(evidence, {
    ...evidenceKeys.audit(isoOf(start).slice(0, 10), isoOf(epochMs(start + 59 * secondMs)), 'a1'),
    ...{ action: 'dlq.redrive', subject: 'all messages', by: 'ada', why: 'DNS is there' },
    at: start + 59 * secondMs,
  });
});
afterAll(() => aws.close());

const isoOf = (at: EpochMs) => new Date(at).toISOString();

async function keyOf(address: string): Promise<string> {
  const parsed = parseAddress(address);
  return isAddress(parsed) ? recipientKey(parsed, aws.secret) : '';
}

/** Writes a request, its attempt and, as asked for, the index items, as dispatch does. */
async function sent(
  id: string,
  over: Partial<RequestItem> & {
    readonly result?: AttemptResult;
    readonly to?: string;
    readonly recipients?: number;
    readonly indexes?: readonly ('recipient' | 'ses' | 'tenant')[];
    readonly secondsLater?: number;
    readonly owner?: string;
  } = {},
): Promise<string> {
  const { result = { ses: `${id}-ses` }, to = `${id}@gmail.com`, recipients = 1 } = over;
  const { indexes = [], secondsLater = 60, owner = tenant, ...item } = over;
  const messageId = messageIdOf(owner, id);
  const at = epochMs(start + secondsLater * secondMs);
  attempts += 1;
  const attemptId = newAttemptId(at, Buffer.alloc(13, attempts));
  const key = await keyOf(to);
  const entries: AttemptEntry[] = Array.from({ length: recipients }, (_, r) => ({
    ...{ m: messageId, r, k: key, p: 'east', v: 'gmail', t: owner, d: 'acme.example' },
  }));
  await aws.putItem(
    ledger,
    packAttempt({
      ...ledgerKeys.attempt(attemptId),
      ...{ stream: 'transactional', at, entries, ttl, completedAt: at + 80 },
      results: entries.map(() => result),
    }),
  );
  const { result: _r, to: _t, recipients: _n, ...request } = item;
  await aws.putItem(ledger, {
    ...ledgerKeys.request(messageId),
    ...{ state: 'claimed', id, tenant: owner, stream: 'transactional', queueMessageId: 'q' },
    ...{ recipientCount: recipients, claimedAt: at, attemptIds: [attemptId], decided: {} },
    ...{ enqueuedAt: start, ttl },
    ...request,
  });
  const mails = entries.map(({ r }) => ({
    ...{ messageId, recipientIndex: r, recipientKey: key, tenant: owner },
    ...{ stream: 'transactional', outcome: 'accepted', pool: 'east', provider: 'gmail' },
    ...('ses' in result ? { sesMessageId: result.ses } : {}),
  }));
  const table = { dynamo: aws.dynamo, name: ledger, keepDays: 30 };
  expect(await writeIndexes(table, indexes, { at, mails })).toBe(0);
  return messageId;
}

async function heard(messageId: string, over: Record<string, unknown>): Promise<void> {
  const event = { kind: 'delivery', recipientIndex: 0, at: start + 2 * minuteMs, ...over };
  await aws.putItem(ledger, {
    ...ledgerKeys.event(messageId, event.recipientIndex, event.kind, 'digest'),
    ...{ sesMessageId: 'ses', ttl, ...event },
  });
}

describe('by id', () => {
  test('tells the whole way of a bounced mail within 80 columns, and reads few items', async () => {
    const messageId = await sent('bounced-1');
    await heard(messageId, {
      ...{ kind: 'bounce', outcome: 'bounced', reason: 'invalid-recipient', status: '5.1.1' },
      diagnostic: '550 5.1.1 no such user',
    });
    await aws.putItem(suppression, {
      ...suppressionKeys.entry(await keyOf('bounced-1@gmail.com'), 'global'),
      ...{ reason: 'hard-bounce', source: 'feedback', at: start + 2 * minuteMs, messageId },
    });
    const ran = await cliOn(aws, ['trace', 'bounced-1', '--tenant', tenant]);
    expect(ran.code).toBe(0);
    const told = ran.stdout;
    expect(told).toMatch(/^bounced \(invalid-recipient\)\n/);
    expect(told).toMatch(/\+0 s +enqueued for stream transactional, 1 recipient/);
    expect(told).toMatch(/\+1 min +the gate admitted it/);
    expect(told).toMatch(/\+1 min +pool east for mail to gmail/);
    expect(told).toContain('assignment version 7 of transactional to gmail: east 2');
    expect(told).toContain('goodstanding decisions show 0123456789ab');
    expect(told).toContain('configuration set test-transactional-east');
    expect(told).toMatch(/\+2 min +bounced: invalid-recipient/);
    expect(told).toContain("it blames the tenant's list of addresses");
    expect(told).toContain('reply: 550 5.1.1 no such user');
    expect(told).toMatch(
      /put on the suppression list: hard-bounce\n.*by an SES event about this mail/,
    );
    expect(told).toContain('what next ');
    for (const line of told.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const json = await cliOn(aws, ['trace', messageId, '--json']);
    const { itemsRead, trace } = json.json<{ itemsRead: number; trace: { messageId: string } }>();
    expect(trace.messageId).toBe(messageId);
    expect(itemsRead).toBeLessThanOrEqual(10);
  });

  test('tells of a park and who redrove it, though the mail has left since', async () => {
    const wait = { outcome: 'parked', reason: 'identity-unverified' } as const;
    await sent('redriven-1', {
      waits: [{ ...wait, since: start + secondMs, until: start + minuteMs, times: 1 }],
    });
    const ran = await cliOn(aws, ['trace', 'redriven-1', '--tenant', tenant]);
    expect(ran.stdout).toMatch(/\+1 s +parked: identity-unverified/);
    expect(ran.stdout).toMatch(/\+1 min +a redrive sent it back/);
    expect(ran.stdout).toContain('by ada, of all messages: DNS is there');
  });

  test('of a batch reads no more than it may, says so, and tells one recipient whole', async () => {
    const messageId = await sent('batch-1', { recipients: 50 });
    const events = Array.from({ length: 50 }, (_, index) => ({
      ...ledgerKeys.event(messageId, index, 'delivery', 'digest'),
      ...{ kind: 'delivery', recipientIndex: index, at: start + 2 * minuteMs, ttl },
      ...{ sesMessageId: `ses-${index}`, outcome: 'delivered' },
    }));
    await batchWrite({ dynamo: aws.dynamo, name: ledger }, { puts: events }, 3);
    const whole = await cliOn(aws, ['trace', 'batch-1', '--tenant', tenant, '--json']);
    expect(whole.json<{ itemsRead: number }>().itemsRead).toBeLessThanOrEqual(20);
    expect(whole.json()).toMatchObject({
      trace: { unknown: expect.arrayContaining([expect.stringContaining('--index')]) },
    });
    const one = await cliOn(aws, ['trace', 'batch-1', '--tenant', tenant, '--index', '37']);
    expect(one.stdout).toMatch(/^recipient 37: delivered/);
    expect(one.stdout).toContain('SES message id ses-37');
  });

  test('of an id that nobody knows says what that may mean', async () => {
    const ran = await cliOn(aws, ['trace', 'nobody']);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('nothing is known of nobody for tenant default');
  });
});

describe('by what the indexes know', () => {
  test('SES’s message id finds the mail, and says which switch it needs where it does not', async () => {
    await sent('indexed-1', { indexes: ['ses'], result: { ses: sesId } });
    const found = await cliOn(aws, ['trace', '--ses-message-id', sesId]);
    expect(found.stdout).toContain('id indexed-1, tenant acme');
    const not = await cliOn(aws, ['trace', '--ses-message-id', 'other']);
    expect(not.code).toBe(1);
    expect(not.stdout).toContain('indexes.sesMessageId: true');
  });

  test('a recipient’s latest mail is told whole, the others in a line each', async () => {
    for (const [id, secondsLater] of [
      ['first', 61],
      ['second', 62],
    ] as const)
      await sent(id, { to: 'ada@gmail.com', indexes: ['recipient'], secondsLater });
    const ran = await cliOn(aws, ['trace', '--recipient', 'Ada@gmail.com']);
    expect(ran.stdout).toContain('id second, tenant acme');
    expect(ran.stdout).toContain(`its latest mails`);
    expect(ran.stdout).toContain(messageIdOf(tenant, 'first'));
    const not = await cliOn(aws, ['trace', '--recipient', 'nobody@gmail.com']);
    expect(not.stdout).toContain('indexes.recipient: true');
    expect((await cliOn(aws, ['trace', '--recipient', 'no address'])).code).toBe(2);
  });

  test('a tenant’s mails of a time are told page by page, each once, with what became of them', async () => {
    const owner = 'paged';
    const ids = Array.from({ length: 15 }, (_, index) => `paged-${index}`);
    for (const [index, id] of ids.entries())
      await sent(id, { owner, indexes: ['tenant'], secondsLater: Math.floor(index / 4) });
    await heard(messageIdOf(owner, 'paged-3'), { outcome: 'delivered' });
    const told: { messageId: string; outcome: string }[] = [];
    let next: string | undefined;
    let pages = 0;
    do {
      const args = ['trace', '--tenant', owner, '--since', '30m', '--json'];
      const ran = await cliOn(aws, [...args, ...(next ? ['--from', next] : [])]);
      const page = ran.json<{
        mails: typeof told;
        next?: string;
        itemsRead: number;
      }>();
      expect(page.itemsRead).toBeLessThanOrEqual(20);
      told.push(...page.mails);
      next = page.next;
      pages += 1;
    } while (next !== undefined && pages < 9);
    expect(told.map(({ messageId }) => messageId).sort()).toEqual(
      ids.map((id) => messageIdOf(owner, id)).sort(),
    );
    expect(told.filter(({ outcome }) => outcome === 'delivered')).toMatchObject([
      { messageId: messageIdOf(owner, 'paged-3') },
    ]);
    const wanted = ['trace', '--tenant', owner, '--since', '30m', '--outcome', 'delivered'];
    const ran = await cliOn(aws, [...wanted, '--items', '100', '--json']);
    expect(ran.json()).toMatchObject({ mails: [{ messageId: messageIdOf(owner, 'paged-3') }] });
  });

  test('without the index a tenant’s mails come from the journal, and the answer says so', async () => {
    await sent('unindexed', { owner: 'quiet' });
    const times = ['--since', isoOf(start), '--until', isoOf(epochMs(start + 61 * secondMs))];
    const ran = await cliOn(aws, ['trace', '--tenant', 'quiet', ...times]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain(messageIdOf('quiet', 'unindexed'));
    expect(ran.stdout).toMatch(/looked through the journal from/);
    expect(ran.stdout).toContain('indexes.tenant: true');
    const none = await cliOn(aws, ['trace', '--tenant', 'absent', ...times]);
    expect(none).toMatchObject({ code: 1 });
  });

  test('a time alone tells the mails of every tenant, each with whose it is', async () => {
    await sent('of-one', { owner: 'one' });
    await sent('of-other', { owner: 'other', recipients: 50 });
    const times = ['--since', isoOf(start), '--until', isoOf(epochMs(start + 61 * secondMs))];
    const ran = await cliOn(aws, ['trace', '--items', '1000', ...times]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(new RegExp(`${messageIdOf('one', 'of-one')} .* one$`, 'm'));
    expect(ran.stdout).toMatch(new RegExp(`${messageIdOf('other', 'of-other')} .* other$`, 'm'));
    expect(ran.stdout).not.toContain('indexes.tenant');
  });
});

test.each([
  [[], /give one of ID/],
  [['a', '--recipient', 'b@example.com'], /give one of ID/],
  [['--tenant', 'acme', '--outcome', 'happy'], /--outcome: got happy; allowed are/],
  [['--tenant', 'acme', '--since', 'soon'], /--since: got soon/],
  [['--tenant', 'acme', '--since', '5m', '--until', '10m'], /allowed is an instant before --until/],
])('%j is wrong usage', async (args, error) => {
  const ran = await cliOn(aws, ['trace', ...args]);
  expect(ran).toMatchObject({ code: 2, stdout: '' });
  expect(ran.stderr).toMatch(error);
});
