/** A dispatch world whose pool `shared` is blocked at Gmail, which takes its mail through `spare` since. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { markTwins, putEvent, putEvents } from '../../adapters/event-store.ts';
import { toItem } from '../../adapters/items.ts';
import { putRescue } from '../../adapters/rescue-store.ts';
import { putOrder } from '../../adapters/standing-store.ts';
import type { StreamPolicy } from '../../contract/environment.ts';
import { pairOf, type RescueItem, writeRescue } from '../../contract/rescue.ts';
import { assignmentKeys } from '../../contract/table-keys.ts';
import type { Order } from '../../domain/rotation/model.ts';
import { epochMs, hourMs } from '../../domain/time.ts';
import { feedback } from '../../lambdas/feedback/feedback.ts';
import { createDispatchWorld, type SesCall } from './dispatch-world.ts';
import type { Dynamo } from './dynamo.ts';
import { noEvidence, quietFeedback } from './evidence-ports.ts';
import { type EventFile, eventBody } from './ses-events.ts';

export type RescueWorld = Awaited<ReturnType<typeof createRescueWorld>>;

const stream = 'transactional';
const rescue = 'd1';

/** What a blocklist's user says. */
export const listed =
  'smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org';

/** Returns a world in which rescues are on; mail to Gmail leaves through `shared` until `decide`. */
export async function createRescueWorld(dynamo: Dynamo, policy: Partial<StreamPolicy> = {}) {
  const world = await createDispatchWorld(dynamo, {
    policy: { storeSeconds: 15 * 3600, rescue: true, ...policy },
  });
  const { tables, time } = world;
  let duplicates = 0;
  const hear = async (
    file: EventFile,
    { messageId, recipientIndex, ...call }: SesCall,
    own: object,
  ) => {
    const body = eventBody(file, {
      ...{ messageId, recipientIndex, attemptId: call.attemptId, own },
      sesMessageId: `ses-${call.attemptId}-${recipientIndex}`,
      mailAt: call.at,
      destination: [call.recipient.address.address],
      ...(call.kind === undefined ? {} : { kind: call.kind }),
    });
    const queueMessageId = `${file}-${call.attemptId}`;
    const record = {
      ...{ queueMessageId, firstQueueMessageId: queueMessageId, receiptHandle: '', body },
      ...{ enqueuedAt: time.clock(), receiveCount: 1, attributes: {}, lane: 'intake' as const },
    };
    const failed = await feedback([record], {
      clock: time.clock,
      ...noEvidence,
      recipientSecret: world.ports.recipientSecret,
      ledgerDays: 30,
      putEvent: (item) => putEvent(tables.ledger, item),
      putEvents: (items) => putEvents(tables.ledger, items),
      markTwins: (about) => markTwins(tables.ledger, about),
      ...quietFeedback,
      duplicates: (count) => {
        duplicates += count;
      },
      failure: (error) => world.failures.push(error),
    });
    if (failed.length > 0) throw new Error('feedback failed');
  };
  const at = () => new Date(time.clock()).toISOString();
  return Object.assign(world, {
    duplicates: () => duplicates,
    /** The provider refuses a mail that SES took. */
    bounce: (call: SesCall, diagnosticCode = listed, bounceSubType = 'General') =>
      hear('bounce', call, {
        ...{ bounceType: 'Permanent', bounceSubType, timestamp: at() },
        feedbackId: `feedback-${call.attemptId}`,
        bouncedRecipients: [{ emailAddress: call.recipient.address.address, diagnosticCode }],
      }),
    deliver: (call: SesCall) =>
      hear('delivery', call, { timestamp: at(), recipients: [call.recipient.address.address] }),
    /** Rotation found pool `shared` at fault at Gmail, moved its mail, and lets lost mail be sent again. */
    decide: async (over: Partial<RescueItem> = {}) => {
      await move(world, 'spare');
      const now = time.clock();
      await putRescue(tables.assignments, stream, {
        ...{ id: rescue, from: 'shared', to: 'spare', cause: 'pool×provider' },
        region: { pool: 'shared', provider: 'gmail' },
        since: epochMs(now - hourMs),
        until: epochMs(now + 15 * hourMs),
        suspects: [],
        volumes: { [pairOf({ pool: 'spare', provider: 'gmail' })]: 10_000 },
        askedUntil: epochMs(0),
        ...over,
      });
      time.advance(3_000);
    },
    move: (pool: string) => move(world, pool),
    order: (over: Partial<Order>) => {
      const now = time.clock();
      return putOrder(tables.assignments, stream, {
        ...{ id: 'o1', kind: 'hold', region: {}, share: 0, decision: 'd1' },
        ...{ since: now, until: epochMs(now + 3 * hourMs) },
        ...over,
      });
    },
    /** What rotation asks of dispatch. */
    askFor: ({ messageId, recipientIndex }: Pick<SesCall, 'messageId' | 'recipientIndex'>) =>
      world.intake.put(writeRescue({ rescue, messageId, recipientIndex }), { group: 'default' }),
    rescued: () => world.sesCalls.filter(({ kind }) => kind === 'rescue'),
    unrescued: () =>
      [...world.counts.keys()].flatMap((key) => /^unrescued (.*)$/.exec(key)?.[1] ?? []),
  });
}

async function move(
  { tables }: Awaited<ReturnType<typeof createDispatchWorld>>,
  pool: string,
): Promise<void> {
  const word = { version: 2, at: 0, by: 'rotation d1', why: 'blocked' };
  const item = {
    ...assignmentKeys.provider(stream, 'gmail'),
    pools: [{ pool, weight: 1 }],
    ...word,
  };
  const { dynamo, name } = tables.assignments;
  await dynamo.send(new PutItemCommand({ TableName: name, Item: toItem(item) }));
}
