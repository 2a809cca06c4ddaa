/** The event of a canary counts as news of its stream and is nothing else: no bounce, no outcome, no evidence. */
import { expect, test, vi } from 'vitest';
import { canaryTag, tagNames } from '../../contract/tags.ts';
import { epochMs } from '../../domain/time.ts';
import { type FeedbackPorts, feedback } from '../../lambdas/feedback/feedback.ts';
import { createFeedbackTally } from '../../lambdas/feedback/tally.ts';
import { noEvidence } from '../support/evidence-ports.ts';
import { exampleEvent } from '../support/ses-events.ts';

const now = epochMs(Date.parse('2026-03-01T09:00:00Z'));

/** Takes events in where every write is a fault of the test. */
async function take(bodies: readonly string[], over: Partial<FeedbackPorts> = {}) {
  const counts: string[] = [];
  const failures: unknown[] = [];
  const forbidden = async () => {
    throw new Error('a canary is written down');
  };
  const failed = await feedback(
    bodies.map((body, index) => ({
      ...{ queueMessageId: `m${index}`, firstQueueMessageId: `m${index}`, receiptHandle: '' },
      ...{ body, enqueuedAt: now, receiveCount: 1, lane: 'intake' as const, attributes: {} },
    })),
    {
      ...noEvidence,
      clock: () => now,
      recipientSecret: 'a secret of the test',
      ledgerDays: 30,
      putEvent: forbidden,
      putEvents: async (items) => {
        if (items.length > 0) await forbidden();
      },
      markTwins: async () => 0,
      putSuppression: forbidden,
      noteBlock: forbidden,
      putFailure: forbidden,
      putVoid: forbidden,
      putDelay: forbidden,
      outcomeStreams: [],
      readRequestIds: async () => new Map(),
      publishOutcomes: async () => new Set(),
      count: (kind, stream) => counts.push(`${kind} ${stream}`),
      duplicates: () => {},
      unknown: (what) => counts.push(`unknown ${what}`),
      failure: (error) => failures.push(error),
      ...over,
    },
  );
  return { counts, failures, failed };
}

/** AWS's own bounce, of mail with these tags. */
function bounceOf(tags: Readonly<Record<string, readonly string[]>>): string {
  const { mail, ...event } = exampleEvent('bounce');
  return JSON.stringify({ ...event, mail: { ...mail, tags } });
}

const ofMarketing = { [tagNames.configurationSet]: ['test-marketing-shared'] };

test('a canary is counted for the stream of its configuration set, and nothing is written', async () => {
  const canary = bounceOf({ ...ofMarketing, [tagNames.canary]: [canaryTag] });
  const { counts, failures, failed } = await take([canary]);
  expect({ counts, failures, failed }).toEqual({
    counts: ['canary marketing'],
    failures: [],
    failed: [],
  });
});

test('a canary of which nothing tells the stream is counted all the same', async () => {
  const { counts } = await take([bounceOf({ [tagNames.canary]: [canaryTag] })]);
  expect(counts).toEqual(['canary unknown']);
});

test('another value of its tag makes no mail a canary', async () => {
  const { failed } = await take([bounceOf({ ...ofMarketing, [tagNames.canary]: ['mine'] })]);
  expect(failed).toEqual(['m0']);
});

test('every event counts as news of its stream, and by kind', () => {
  const written = vi.spyOn(console, 'log').mockImplementation(() => {});
  const tally = createFeedbackTally('test', () => now);
  for (const kind of ['bounce', 'delivery', 'delivery']) tally.count(kind, 'marketing');
  tally.count('canary', 'news');
  tally.failure(Object.assign(new Error('gone'), { name: 'ResourceNotFoundException' }));
  tally.write();
  const lines = written.mock.calls.flat().map((line) => JSON.parse(String(line)));
  written.mockRestore();
  const of = (wanted: object) => expect(lines).toContainEqual(expect.objectContaining(wanted));
  of({ Deployment: 'test', Stream: 'marketing', News: 3 });
  of({ Deployment: 'test', Stream: 'marketing', Kind: 'delivery', Feedback: 2 });
  of({ Deployment: 'test', Stream: 'news', News: 1 });
  of({ code: 'feedback.broken', error: 'ResourceNotFoundException', message: 'gone' });
  of({ Deployment: 'test', Broken: 1, StoreFailures: 1 });
});
