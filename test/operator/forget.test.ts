/** Stored attempts as they are read again, forgotten on request, and refused when their time is over. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  forgetInAttempt,
  readStoredAttempt,
  storeAttempt,
} from '../../adapters/attempt-content.ts';
import { createS3, localTarget } from '../../adapters/clients.ts';
import type { ContentStore } from '../../adapters/content-store.ts';
import { writeIndexes } from '../../adapters/mail-index.ts';
import { packAttempt, packResults } from '../../contract/attempt-codec.ts';
import { namesOf } from '../../contract/names.ts';
import { type KeptMail, storedAttemptKey } from '../../contract/stored-attempt.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { isAddress, parseAddress, recipientKey } from '../../domain/address.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { epochMs } from '../../domain/time.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const { ledger, evidence } = namesOf('test').tables;
const at = epochMs(Date.parse('2026-03-01T09:30:00Z'));
const attempts = { one: 'a'.repeat(22), batch: 'b'.repeat(22), other: 'c'.repeat(22) } as const;
const ada = 'ada@recipient.example';
const bob = 'bob@recipient.example';
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
  await keep(attempts.one, [single('acme', 'order-1', ada), single('acme', 'order-2', bob)]);
  await keep(attempts.batch, [batchOf('acme', 'spring', [ada, bob])]);
  await keep(attempts.other, [single('umbrella', 'receipt', ada)]);
});
afterAll(() => aws.close());

function keyOf(text: string): string {
  const address = parseAddress(text);
  if (!isAddress(address)) throw new Error(address.detail);
  return recipientKey(address, aws.secret);
}

const store = () => ({ s3: aws.s3, bucket: aws.bucket });

function single(tenant: string, id: string, to: string): KeptMail {
  const content = { subject: 'Hi', text: `Hello ${to}` };
  const request = { ...head(tenant, id), kind: 'message' as const, to, content };
  return keptMail({ request }, { tenant, id, recipients: [to] });
}

function batchOf(tenant: string, id: string, recipients: readonly string[]): KeptMail {
  const content = { subject: 'News', text: 'Hello {{name}}' };
  const request = { ...head(tenant, id), kind: 'batch' as const, content, data: { shop: 'ours' } };
  return keptMail({ request }, { tenant, id, recipients });
}

function head(tenant: string, id: string) {
  return { version: 1 as const, id, tenant, stream: 'transactional', from: 'us@sender.example' };
}

function keptMail(
  content: KeptMail['content'],
  about: { tenant: string; id: string; recipients: readonly string[] },
): KeptMail {
  return {
    messageId: messageIdOf(about.tenant, about.id),
    tenant: about.tenant,
    content,
    recipients: about.recipients.map((address, index) => ({
      index,
      key: keyOf(address),
      address,
      data: { name: address.split('@')[0] },
      pool: 'shared',
    })),
  };
}

/** Leaves an attempt as dispatch does: copy, attempt item, request items, indexes. */
async function keep(attemptId: string, mails: KeptMail[]): Promise<void> {
  const stream = 'transactional';
  await storeAttempt(store(), {
    version: 1,
    attemptId,
    stream,
    at,
    expiresAt: at + 3_600_000,
    mails,
  });
  const entries = mails.flatMap(({ messageId, recipients }) =>
    recipients.map(({ index, key, pool }) => ({ m: messageId, r: index, k: key, p: pool })),
  );
  const results = entries.map((_, position) => ({ ses: `ses-${attemptId}-${position}` }));
  const packed = packAttempt({
    ...ledgerKeys.attempt(attemptId),
    stream,
    at,
    entries,
    storedSeconds: 3600,
    ttl: 1,
  });
  await aws.putItem(ledger, { ...packed, c: at, ...packResults(results) });
  for (const mail of mails) {
    const id = 'request' in mail.content ? mail.content.request.id : '';
    await aws.putItem(ledger, requestItem({ id, attemptId, mail }));
  }
  const indexed = mails.flatMap(({ messageId, tenant, recipients }) =>
    recipients.map(({ index, key }) => ({
      messageId,
      recipientIndex: index,
      recipientKey: key,
      tenant,
      stream: 'marketing',
      outcome: 'accepted',
    })),
  );
  await writeIndexes({ dynamo: aws.dynamo, name: ledger, keepDays: 30 }, ['recipient', 'ses'], {
    at,
    mails: indexed.map((mail, position) => ({
      ...mail,
      sesMessageId: `ses-${attemptId}-${position}`,
    })),
  });
}

function requestItem(about: { id: string; attemptId: string; mail: KeptMail }) {
  const { messageId, tenant, recipients } = about.mail;
  return {
    ...ledgerKeys.request(messageId),
    state: 'claimed',
    id: about.id,
    tenant,
    stream: 'transactional',
    queueMessageId: 'q',
    recipientCount: recipients.length,
    claimedAt: at,
    attemptIds: [about.attemptId],
    decided: {},
    enqueuedAt: at,
    ttl: 1,
  };
}

const read = (attemptId: string, now: number = at) =>
  readStoredAttempt(store(), { attemptId, at }, epochMs(now));
const addressesIn = async (attemptId: string) =>
  (await read(attemptId))?.map(({ recipient }) => recipient.address.address);
const indexKeys = async () =>
  (await aws.items(ledger))
    .map(({ pk }) => String(pk))
    .filter((pk) => /^(recipient|ses)#/.test(pk));

describe('a stored attempt', () => {
  test('gives each mail as it can be sent again', async () => {
    const mails = await read(attempts.batch);
    expect(mails).toHaveLength(2);
    expect(mails?.[1]).toMatchObject({
      messageId: messageIdOf('acme', 'spring'),
      recipientIndex: 1,
      recipientKey: keyOf(bob),
      recipient: { address: { address: bob } },
      data: { name: 'bob' },
      pool: 'shared',
      request: { kind: 'batch', recipients: [{ to: bob }], content: { subject: 'News' } },
    });
  });

  test('stands in the folder of its hour, packed', async () => {
    expect(await aws.objectKeys('attempts/')).toContain(`attempts/2026-03-01T09/${attempts.one}`);
    expect(storedAttemptKey({ attemptId: attempts.one, at })).toBe(
      `attempts/2026-03-01T09/${attempts.one}`,
    );
  });

  test('is refused when its time is over, whatever the bucket still holds', async () => {
    expect(await read(attempts.one, at + 3_599_999)).toHaveLength(2);
    expect(await read(attempts.one, at + 3_600_000)).toBeUndefined();
  });

  test('that is not there is told as nothing', async () => {
    expect(await read('z'.repeat(22))).toBeUndefined();
  });

  test('whose body came by pointer is read from there, and left out when that is gone', async () => {
    const pointed = 'd'.repeat(22);
    const id = 'pointed';
    const inner = {
      ...head('acme', id),
      kind: 'message',
      to: bob,
      content: { subject: 'Hi', text: 'x' },
    };
    await aws.putObject('requests/p.json', JSON.stringify(inner));
    const about = { tenant: 'acme', id, recipients: [bob] };
    const mails = [
      keptMail({ s3Key: 'requests/p.json' }, about),
      keptMail({ s3Key: 'requests/gone.json' }, { ...about, id: 'gone' }),
    ];
    await storeAttempt(store(), {
      version: 1,
      attemptId: pointed,
      stream: 's',
      at,
      expiresAt: at + 1,
      mails,
    });
    expect((await read(pointed))?.map(({ request }) => request.id)).toEqual([id]);
    await cliOn(aws, ['forget', '--tenant', 'acme', '--id', id, '--yes']);
    await cliOn(aws, ['forget', '--recipient', bob, '--tenant', 'nobody', '--yes']);
    expect(await read(pointed)).toHaveLength(1);
  });
});

describe('outcome, by the indexes', () => {
  test('lists the mails to a recipient, and of one tenant alone', async () => {
    const all = await cliOn(aws, ['outcome', '--recipient', ada, '--json']);
    expect(all.code).toBe(0);
    expect(
      all
        .json<{ id: string; outcome: string }[]>()
        .map(({ id, outcome }) => `${id} ${outcome}`)
        .sort(),
    ).toEqual(['order-1 accepted', 'receipt accepted', 'spring accepted']);
    const own = await cliOn(aws, ['outcome', '--recipient', ada, '--tenant', 'umbrella']);
    expect(own.stdout).toContain('receipt');
    expect(own.stdout).not.toContain('order-1');
  });

  test('finds the mail that SES gave an id', async () => {
    const found = await cliOn(aws, [
      'outcome',
      '--ses-message-id',
      `ses-${attempts.one}-1`,
      '--json',
    ]);
    expect(found.json<{ id: string }>().id).toBe('order-2');
  });

  test.each([
    [['--recipient', 'nobody@recipient.example'], 'indexes.recipient: true'],
    [['--ses-message-id', 'none'], 'indexes.sesMessageId: true'],
  ])(
    '%j found nothing: it says which setting finds it and what that costs',
    async (asked, setting) => {
      const run = await cliOn(aws, ['outcome', ...asked]);
      expect(run.code).toBe(1);
      expect(run.stdout.replaceAll(/\s+/g, ' ')).toContain(setting);
      expect(run.stdout.replaceAll(/\s+/g, ' ')).toContain('0.63 USD per million');
    },
  );

  test('one question at a time', async () => {
    expect((await cliOn(aws, ['outcome', 'x', '--recipient', ada])).code).toBe(2);
    expect((await cliOn(aws, ['outcome'])).code).toBe(2);
  });
});

describe('forget', () => {
  test('asks first, and does nothing where nobody says yes', async () => {
    const run = await cliOn(aws, ['forget', '--tenant', 'acme', '--id', 'order-1'], {
      answer: 'n',
    });
    expect(run.code).toBe(1);
    expect(await addressesIn(attempts.one)).toEqual([ada, bob]);
  });

  test('one request: its copy and index items are gone, its neighbours’ stay', async () => {
    const run = await cliOn(aws, [
      'forget',
      '--tenant',
      'acme',
      '--id',
      'order-1',
      '--yes',
      '--why',
      'ticket 7',
      '--json',
    ]);
    expect(run.json()).toMatchObject({ copies: 1, deleted: 0, rewritten: 1, indexItems: 2 });
    expect(run.code).toBe(0);
    expect(await addressesIn(attempts.one)).toEqual([bob]);
    const audit = await aws.items(evidence);
    expect(audit).toContainEqual(
      expect.objectContaining({ action: 'forget', by: 'tester', why: 'ticket 7' }),
    );
    expect(JSON.stringify(audit)).not.toContain('@');
  });

  test('one recipient of one tenant: whatever attempt holds it, and no other tenant’s', async () => {
    const run = await cliOn(aws, [
      'forget',
      '--recipient',
      'Ada@Recipient.example',
      '--tenant',
      'acme',
      '--yes',
      '--json',
    ]);
    expect(run.json()).toMatchObject({ copies: 1, rewritten: 1 });
    expect(await addressesIn(attempts.batch)).toEqual([bob]);
    expect(await addressesIn(attempts.other)).toEqual([ada]);
  });

  test('one recipient: an object that holds nothing else is deleted; what stays is told', async () => {
    const run = await cliOn(aws, ['forget', '--recipient', ada, '--yes']);
    expect(run.stdout).toContain('1 object deleted, 0 rewritten');
    expect(run.stdout).toContain('suppression entries');
    expect(await read(attempts.other)).toBeUndefined();
    expect(await indexKeys()).not.toContain(ledgerKeys.recipientIndexes(keyOf(ada)));
    expect(await indexKeys()).toContain(ledgerKeys.recipientIndexes(keyOf(bob)));
    expect((await cliOn(aws, ['forget', '--recipient', ada, '--yes'])).code).toBe(1);
  });

  test('two people who forget in one object at once do not undo each other', async () => {
    const attemptId = 'e'.repeat(22);
    await keep(attemptId, [single('acme', 'e1', ada), single('acme', 'e2', bob)]);
    const key = storedAttemptKey({ attemptId, at });
    const forget = (own: ContentStore, address: string) =>
      forgetInAttempt(own, key, (_, one) => one.address === address);
    // The emulator does not judge If-Match on a put, so its answer is given here.
    const s3 = createS3(localTarget(aws.endpoint));
    const conditions: unknown[] = [];
    s3.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName !== 'PutObjectCommand') return next(args);
          conditions.push('IfMatch' in args.input ? args.input.IfMatch : undefined);
          await forget(store(), bob);
          throw Object.assign(new Error('overtaken'), { name: 'PreconditionFailed' });
        },
      { step: 'initialize' },
    );
    expect(await forget({ s3, bucket: aws.bucket }, ada)).toMatchObject({ kind: 'deleted' });
    expect(conditions).toEqual([expect.stringMatching(/^"[0-9a-f]{32}"$/)]);
    expect(await read(attemptId)).toBeUndefined();
    s3.destroy();
  });

  test('one request that waits: its mail is gone, and its open recipients are told as refused', async () => {
    const messageId = messageIdOf('acme', 'later-1');
    const mail = batchOf('acme', 'later-1', [ada, bob]);
    const waiting = requestItem({ id: 'later-1', attemptId: 'none', mail });
    const held = { outcome: 'held', reason: 'sending-paused' };
    const gone = { outcome: 'suppressed', reason: 'manual' };
    const decided = { '*': held, 1: gone };
    await aws.putItem(ledger, { ...waiting, state: 'waiting', decided });
    const own = [
      `held/acme/${messageId}-q.json`,
      `later/2026-03-01T09:00Z/s/${messageId}-q.json.gz`,
    ];
    const other = `later/2026-03-01T09:00Z/s/${messageIdOf('acme', 'x')}-q.json.gz`;
    for (const key of [...own, other]) await aws.putObject(key, 'mail');
    const forget = ['forget', '--tenant', 'acme', '--id', 'later-1', '--yes'];
    const run = await cliOn(aws, forget);
    expect(run.stdout).toContain('2 waiting mails deleted');
    expect(run.code).toBe(0);
    expect(await aws.objectKeys('held/')).toEqual([]);
    expect(await aws.objectKeys('later/')).toEqual([other]);
    const seen = (await cliOn(aws, ['outcome', '--tenant', 'acme', 'later-1', '--json'])).json<{
      recipients: { outcome: string; reason: string }[];
    }>();
    expect(seen.recipients.map(({ outcome, reason }) => `${outcome}/${reason}`)).toEqual([
      'rejected/forgotten',
      'suppressed/manual',
    ]);
    expect((await cliOn(aws, forget)).code).toBe(1);
  });

  test('one request that is being sent: nothing of it is deleted, and it says so', async () => {
    const mail = single('acme', 'busy-1', ada);
    await aws.putItem(ledger, requestItem({ id: 'busy-1', attemptId: 'none', mail }));
    const key = `held/acme/${messageIdOf('acme', 'busy-1')}-q.json`;
    await aws.putObject(key, 'mail');
    const run = await cliOn(aws, ['forget', '--tenant', 'acme', '--id', 'busy-1', '--yes']);
    expect(run.code).not.toBe(0);
    expect(run.stderr).toContain('run it again');
    expect(await aws.objectKeys('held/')).toEqual([key]);
  });

  test('says what it needs', async () => {
    expect((await cliOn(aws, ['forget', '--yes'])).stderr).toContain(
      'give either --id or --recipient',
    );
    expect((await cliOn(aws, ['forget', '--recipient', 'nobody', '--yes'])).code).toBe(2);
    expect((await cliOn(aws, ['forget', '--id', 'unknown', '--yes'])).code).toBe(1);
  });
});
