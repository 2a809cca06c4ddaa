import { expect, test } from 'vitest';
import { putAttempt, putRequest } from '../../../adapters/ledger.ts';
import { attemptRandomBytes, newAttemptId } from '../../../contract/attempt-id.ts';
import { type StoredAttempt, storedAttemptKey } from '../../../contract/stored-attempt.ts';
import { epochMs, hourMs } from '../../../domain/time.ts';
import { createBackend } from '../../../operator/actions/backend.ts';
import { findPreview } from '../../../operator/console/find-preview.ts';
import { dynamoOfFile } from '../../support/dynamo.ts';
import { keptIn } from '../../support/kept-content.ts';

const now = epochMs(Date.UTC(2026, 10, 21, 14, 20));
const attemptId = newAttemptId(now, new Uint8Array(attemptRandomBytes));
const messageId = 'm'.repeat(22);
const key = 'k'.repeat(22);
const entry = { m: messageId, k: key, p: 'warm', v: 'gmail' };

/** A batch of two, shared text with a name for each. */
const kept: StoredAttempt = {
  version: 1,
  attemptId,
  stream: 'marketing',
  at: now,
  expiresAt: now + hourMs,
  mails: [
    {
      messageId,
      tenant: 'acme',
      content: {
        request: {
          ...{ version: 1, kind: 'batch', id: 'news', tenant: 'acme', stream: 'marketing' },
          from: { address: 'news@acme.example', name: 'Acme' },
          content: {
            subject: 'News for {{name}}',
            text: 'Dear {{name}}',
            html: '<p>Dear {{name}}</p><link rel="preconnect" href="https://tracker.example"><img src="cid:logo">',
          },
          attachments: [
            {
              filename: 'logo.png',
              contentType: 'image/png',
              content: 'aGVsbG8=',
              contentId: 'logo',
            },
          ],
        },
      },
      recipients: [
        { index: 0, key, address: 'ada@example.com', data: { name: 'Ada' }, pool: 'warm' },
        { index: 1, key, address: 'bob@example.com', data: { name: 'Bob' }, pool: 'warm' },
      ],
    },
  ],
};

const dynamo = await dynamoOfFile();
const bucket = new Map([
  [storedAttemptKey({ attemptId, at: now }), Buffer.from(JSON.stringify(kept))],
]);

async function previewOf(
  recipientIndex: number,
  stored: { readonly storedSeconds?: number } = { storedSeconds: 3_600 },
) {
  const tables = await dynamo.createTables(dynamo.connectDirectly());
  const ledger = { ...tables.ledger, keepDays: 30 };
  await putRequest(ledger, {
    ...{ messageId, state: 'claimed', id: 'news', tenant: 'acme', stream: 'marketing' },
    ...{ queueMessageId: 'q', recipientCount: 2, attemptIds: [attemptId], decided: {} },
    ...{ enqueuedAt: now, claimedAt: now },
  });
  const entries = [0, 1].map((r) => ({ ...entry, r }));
  await putAttempt(ledger, { attemptId, stream: 'marketing', entries, at: now, ...stored });
  const backend = createBackend({ region: 'us-east-1' }, 'test');
  const own = { ...backend, tables, contentStore: async () => keptIn(bucket) };
  return findPreview(own, { messageId, recipientIndex }, () => now);
}

test('each recipient of a batch is shown the mail as it was sent to that one', async () => {
  const preview = await previewOf(1);
  expect(preview).toMatchObject({
    found: true,
    subject: 'News for Bob',
    text: 'Dear Bob',
    attachments: [{ name: 'logo.png', type: 'image/png', bytes: 5 }],
  });
  expect(preview.headers).toContainEqual({ name: 'To', value: 'bob@example.com' });
  expect(preview.html).toContain('src="data:image/png;base64,aGVsbG8="');
  expect(preview.html).not.toContain('<link');
});

test('where nothing is kept, it says what would keep it', async () => {
  expect(await previewOf(0, {})).toMatchObject({
    found: false,
    problem: expect.stringContaining('storeRequests'),
  });
});
