import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../../client/client.ts';
import { packAttempt } from '../../contract/attempt-codec.ts';
import { namesOf } from '../../contract/names.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { type LocalAws, startLocalAws } from '../operator/local-aws.ts';
import { batch, message } from './requests.ts';

const names = namesOf('test');
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());

function client(over: object = {}) {
  return createClient({ endpoint: aws.endpoint, deployment: aws.deployment, ...over });
}

describe('send', () => {
  test('enqueues each request as it was given, in the group of its tenant', async () => {
    const request = message({
      id: 'one',
      tenant: 'acme',
      content: { subject: 'Grüße 🎉', text: '你好' },
    });
    const { accepted, notAccepted } = await client().send([request]);
    const [received] = await aws.receiveAll(names.intakeQueue('transactional'));
    expect(notAccepted).toEqual([]);
    expect(accepted).toEqual([
      {
        id: 'one',
        tenant: 'acme',
        messageId: messageIdOf('acme', 'one'),
        queueMessageId: received?.MessageId,
      },
    ]);
    expect(JSON.parse(received?.Body ?? '')).toEqual(request);
    expect(received?.Attributes?.MessageGroupId).toBe('acme');
  });

  test('sends any number, each to the queue of its stream, and tells how far it is', async () => {
    const requests = Array.from({ length: 57 }, (_, index) =>
      message({ id: `many-${index}`, stream: index % 3 === 0 ? 'marketing' : 'transactional' }),
    );
    const seen: number[] = [];
    const { accepted } = await client().send(requests, {
      onProgress: (progress) => seen.push(progress.accepted),
    });
    const transactional = await aws.receiveAll(names.intakeQueue('transactional'));
    const marketing = await aws.receiveAll(names.intakeQueue('marketing'));
    expect(accepted).toHaveLength(57);
    expect([transactional.length, marketing.length]).toEqual([38, 19]);
    expect(seen.at(-1)).toBe(57);
  });

  test('returns what the pipeline would reject, with the reason, and harms nothing else', async () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const { accepted, notAccepted } = await client().send([
      message({ id: 'good' }),
      message({ id: 'bad', to: 'nobody' }),
      message({ id: 'worse', content: { subject: 'a\r\nBcc: x@example.org', text: '' } }),
      message({ id: 'far', sendAt: new Date(Date.now() + 366 * 86_400_000).toISOString() }),
      message({ id: 'cycle', tags: cyclic }),
      message({ id: 'never', sendAt: '2026-03-02T09:00:00Z', expiresAt: '2026-03-01T09:00:00Z' }),
      batch(['nobody', 'a b@example.org'], { id: 'batch' }),
      message({ kind: 'stored', s3Key: 'requests/x' }),
    ]);
    await aws.receiveAll(names.intakeQueue('transactional'));
    expect(accepted.map(({ id }) => id)).toEqual(['good']);
    expect(notAccepted.map(({ reason }) => reason).sort()).toEqual([
      'expires-before-send',
      'header-injection',
      'invalid-json',
      'recipient-without-domain',
      'recipient-without-domain',
      'send-at-too-far',
      'unknown-field',
    ]);
    expect(notAccepted.every(({ retryable }) => !retryable)).toBe(true);
  });

  test('leaves one bad address of a batch to the pipeline, which sends the others', async () => {
    const { accepted } = await client().send([
      batch(['nobody', 'ada@example.org'], { id: 'mixed' }),
    ]);
    await aws.receiveAll(names.intakeQueue('transactional'));
    expect(accepted).toHaveLength(1);
  });

  test('names an unknown stream, and the other streams are served', async () => {
    const { accepted, notAccepted } = await client().send([
      message({ id: 'a', stream: 'nope' }),
      message({ id: 'b' }),
    ]);
    await aws.receiveAll(names.intakeQueue('transactional'));
    expect(accepted.map(({ id }) => id)).toEqual(['b']);
    expect(notAccepted).toMatchObject([{ reason: 'stream-unknown', retryable: false }]);
  });

  test('offloads what the queue does not take, and queues a pointer', async () => {
    const large = message({ id: 'large', content: { subject: 's', text: 'x'.repeat(1_100_000) } });
    const { accepted } = await client().send([large, message({ id: 'small' })]);
    const received = await aws.receiveAll(names.intakeQueue('transactional'));
    const pointer = received
      .map(({ Body = '' }) => JSON.parse(Body))
      .find(({ kind }) => kind === 'stored');
    const [key] = await aws.objectKeys('requests/default/');
    expect(accepted.map(({ id }) => id).sort()).toEqual(['large', 'small']);
    expect(pointer).toEqual({ version: 1, kind: 'stored', s3Key: key });
    expect(key).toContain(messageIdOf('default', 'large'));
  });

  test('never hands SQS more than 1 MiB in one call', async () => {
    const requests = Array.from({ length: 12 }, (_, index) =>
      message({ id: `big-${index}`, content: { subject: 's', text: 'é'.repeat(200_000) } }),
    );
    const { accepted, notAccepted } = await client().send(requests);
    const received = await aws.receiveAll(names.intakeQueue('transactional'));
    expect(notAccepted).toEqual([]);
    expect([accepted.length, received.length]).toEqual([12, 12]);
  });

  test('refuses what even the bucket does not take', async () => {
    const { notAccepted } = await client().send([
      message({ content: { subject: 's', text: 'x'.repeat(30_000_001) } }),
    ]);
    expect(notAccepted).toMatchObject([{ reason: 'message-too-large', retryable: false }]);
  });

  test('keeps the two characters that SQS refuses or replaces', async () => {
    const text = 'before \ufffe and \uffff after';
    await client().send([message({ id: 'rare', content: { subject: 's', text } })]);
    const [received] = await aws.receiveAll(names.intakeQueue('transactional'));
    expect(received?.Body).not.toMatch(/[\ufffe\uffff]/);
    expect(JSON.parse(received?.Body ?? '').content.text).toBe(text);
  });

  test('sends what a slow source has given before the source goes on', async () => {
    let queued = 0;
    async function* source() {
      yield message({ id: 'early' });
      const until = Date.now() + 20_000;
      while (queued === 0 && Date.now() < until) {
        queued = (await aws.receiveAll(names.intakeQueue('transactional'))).length;
      }
      yield message({ id: 'late' });
    }
    const { accepted } = await client({ lingerMs: 20 }).send(source());
    expect(queued).toBe(1);
    expect(accepted).toHaveLength(2);
    await aws.receiveAll(names.intakeQueue('transactional'));
  });

  test('tells what was settled when the source itself fails', async () => {
    async function* source() {
      yield message({ id: 'before' });
      throw new Error('the database went away');
    }
    const failure = await client()
      .send(source())
      .catch((error: unknown) => error);
    await aws.receiveAll(names.intakeQueue('transactional'));
    expect(failure).toMatchObject({
      cause: new Error('the database went away'),
      result: { accepted: [{ id: 'before' }], notAccepted: [] },
    });
  });

  test('returns everything as retryable when nothing answers', async () => {
    const away = client({ endpoint: 'http://127.0.0.1:9', attempts: 1 });
    const { accepted, notAccepted } = await away.send([message({ id: 'a' }), message({ id: 'b' })]);
    expect(accepted).toEqual([]);
    expect(notAccepted).toMatchObject([
      { reason: 'aws-unavailable', retryable: true },
      { reason: 'aws-unavailable', retryable: true },
    ]);
  });

  test('refuses options out of their range by name', () => {
    expect(() => client({ attempts: 0 })).toThrow(
      /attempts: got 0; allowed is a whole number from 1 to 20/,
    );
    expect(() => client({ offloadAboveBytes: 2_000_000 })).toThrow(/offloadAboveBytes/);
  });
});

describe('outcome', () => {
  test('is undefined while nothing is known', async () => {
    expect(await client().outcome({ id: 'never-sent' })).toBeUndefined();
  });

  test('is what the ledger holds, by the id of the app, ours or the queue', async () => {
    const messageId = messageIdOf('acme', 'known');
    await aws.putItem(names.tables.ledger, {
      pk: messageId,
      sk: 'request',
      state: 'claimed',
      id: 'known',
      tenant: 'acme',
      stream: 'transactional',
      queueMessageId: 'q',
      recipientCount: 1,
      claimedAt: 1000,
      attemptIds: ['attempt-1'],
      decided: {},
      enqueuedAt: 900,
      ttl: 1,
    });
    const attempt = packAttempt({
      ...ledgerKeys.attempt('attempt-1'),
      stream: 'transactional',
      at: 1100,
      entries: [{ m: messageId, r: 0, k: 'k'.repeat(22), p: 'shared' }],
      results: [{ ses: 'ses-1' }],
      completedAt: 1200,
      ttl: 1,
    });
    await aws.putItem(names.tables.ledger, attempt);
    const byId = await client().outcome({ id: 'known', tenant: 'acme' });
    expect(byId?.recipients).toMatchObject([
      { index: 0, outcome: 'accepted', sesMessageIds: ['ses-1'] },
    ]);
    expect(await client().outcome({ messageId })).toEqual(byId);
    expect(await client().outcome({ queueMessageId: 'q' })).toBeUndefined();
  });
});
