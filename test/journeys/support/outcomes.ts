import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { findOutcome } from '../../../adapters/outcome-lookup.ts';
import { type OutcomeEvent, outcomeEvent } from '../../../contract/outcome-event.ts';
import type { RecipientOutcome, RequestOutcome } from '../../../contract/recipient-outcomes.ts';
import type { OutcomeName } from '../../../domain/reasons.ts';
import { askLocal, type World } from './world.ts';

const lookMs = 100;
/** The machine may be busy with other tests; nothing passes or fails by its speed. */
const patienceMs = 100_000;
const toldCharacters = 2_000;

/** A request by the app's id, or by SQS's message id where the body could not be read. */
export type Asked = { readonly id: string; readonly tenant?: string };

/** Looks again until something is true of what it sees, and returns that; fails telling what it saw last. */
export async function until<T>(
  look: () => Promise<T>,
  isEnough: (seen: T) => boolean | undefined,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (isEnough(seen)) return seen;
    if (performance.now() > deadline)
      throw new Error(
        `not within ${patienceMs / 1000} s; last: ${JSON.stringify(seen)?.slice(0, toldCharacters)}`,
      );
    await sleep(lookMs);
  }
}

/** Returns what the ledger says of a request, undefined when it knows nothing. */
export function outcomeOf(world: World, asked: Asked): Promise<RequestOutcome | undefined> {
  const { id, tenant = 'default' } = asked;
  return findOutcome(world.backend.tables.ledger, { id, tenant });
}

/** Waits until every recipient of a request has this outcome and returns them. */
export async function untilAll(
  world: World,
  asked: Asked,
  outcome: OutcomeName,
): Promise<readonly RecipientOutcome[]> {
  const seen = await until(
    () => outcomeOf(world, asked),
    (found) => found?.recipients.every((one) => one.outcome === outcome),
  );
  return seen?.recipients ?? [];
}

/** Waits until the one recipient of a message has this outcome and returns it. */
export async function untilOne(
  world: World,
  asked: Asked,
  outcome: OutcomeName,
): Promise<RecipientOutcome> {
  const [only] = await untilAll(world, asked, outcome);
  if (!only) throw new Error(`${asked.id} has no recipient`);
  return only;
}

/**
 * Waits until all of these facts are known of the one recipient of a message, and returns it: they are written by
 * several functions, in whatever order those come to it.
 */
export async function untilKnown(
  world: World,
  asked: Asked,
  facts: readonly string[],
): Promise<RecipientOutcome> {
  const seen = await until(
    () => outcomeOf(world, asked),
    (found) => facts.every((fact) => found?.recipients[0]?.facts.some(({ what }) => what === fact)),
  );
  const [only] = seen?.recipients ?? [];
  if (!only) throw new Error(`${asked.id} has no recipient`);
  return only;
}

const rejection = z.object({
  stream: z.string(),
  messageId: z.string(),
  queueMessageId: z.string(),
  tenant: z.exactOptional(z.string()),
  id: z.exactOptional(z.string()),
  recipientIndex: z.exactOptional(z.number()),
  reason: z.string(),
  detail: z.string(),
});
export type Rejection = z.output<typeof rejection>;

const busLog = z.object({
  events: z.array(
    z.object({
      bus: z.string(),
      busExists: z.boolean(),
      event: z.looseObject({ 'detail-type': z.string(), detail: z.unknown() }),
    }),
  ),
});

/** Returns the rejections that the deployment's event bus saw. */
export async function rejections(world: World): Promise<readonly Rejection[]> {
  return (await published(world, 'Send Request Rejected')).map((one) => rejection.parse(one));
}

/** Returns the other outcomes that the deployment's event bus saw. */
export async function outcomesTold(world: World): Promise<readonly OutcomeEvent[]> {
  return (await published(world, 'Mail Outcome')).map((one) => outcomeEvent.parse(one));
}

async function published(world: World, detailType: string): Promise<readonly unknown[]> {
  const { events } = busLog.parse(await askLocal(world, '/events'));
  return events.flatMap(({ bus, busExists, event }) =>
    busExists && bus === world.names.eventBus && event['detail-type'] === detailType
      ? [event.detail]
      : [],
  );
}
