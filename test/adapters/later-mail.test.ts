import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ContentStore } from '../../adapters/content-store.ts';
import { deleteLater, listLater, putLater, readLater } from '../../adapters/later-mail.ts';
import { type LaterMail, laterKey, readLaterKey } from '../../contract/waiting-mail.ts';
import { epochMs, minuteMs } from '../../domain/time.ts';
import { inParallel } from '../../operator/actions/in-parallel.ts';
import { type LocalAws, startLocalAws } from '../operator/local-aws.ts';

let aws: LocalAws;
let store: ContentStore;

beforeAll(async () => {
  aws = await startLocalAws();
  store = { s3: aws.s3, bucket: aws.bucket };
});
afterAll(() => aws.close());

const start = Date.parse('2026-12-31T23:50:30Z');

function mail(dueAt: number, queueMessageId = 'q'): LaterMail {
  return {
    stream: 'transactional',
    body: '{"to":"ada"}',
    queueMessageId,
    firstQueueMessageId: 'first',
    enqueuedAt: epochMs(start),
    dueAt: epochMs(dueAt),
    receiveCount: 3,
    group: 'acme',
    attributes: { parkedAt: 'then' },
  };
}

test('mail comes out of the bucket as it went in, and is gone when it is deleted', async () => {
  const given = mail(start);
  await putLater(store, given, 'm');
  const key = laterKey(given, 'm');
  expect(key).toBe('later/2026-12-31T23:50Z/transactional/m-q.json.gz');
  expect(await readLater(store, key)).toEqual(given);
  expect(await deleteLater(store, [key])).toBe(0);
  expect(await readLater(store, key)).toBeUndefined();
});

test('what nobody of us wrote is unreadable, not a failure', async () => {
  await aws.putObject('later/2026-12-31T23:50Z/transactional/x.json.gz', '{}');
  const [[key = ''] = []] = await pages();
  expect(await readLater(store, key)).toBe('unreadable');
  await deleteLater(store, [key]);
});

test('more than a page is listed by time, though what was listed is deleted meanwhile', async () => {
  const dueAts = Array.from({ length: 1_003 }, (_, index) => start + (index % 40) * minuteMs);
  const mails = dueAts.map((dueAt, index) => mail(dueAt, `q${index}`));
  await inParallel(mails, 20, (one) => putLater(store, one, 'm'));
  const listed: string[] = [];
  for await (const keys of listLater(store)) {
    listed.push(...keys);
    expect(await deleteLater(store, keys)).toBe(0);
  }
  expect(new Set(listed)).toEqual(new Set(mails.map((one) => laterKey(one, 'm'))));
  const minutes = listed.map((key) => readLaterKey(key)?.dueMinute ?? 0);
  expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
  expect((await pages()).flat()).toEqual([]);
});

async function pages(): Promise<readonly (readonly string[])[]> {
  const found: (readonly string[])[] = [];
  for await (const keys of listLater(store)) found.push(keys);
  return found;
}
