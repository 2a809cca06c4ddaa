import type { CountedReads } from '../../adapters/counted-reads.ts';
import { unpackAttempt } from '../../contract/attempt-codec.ts';
import {
  type AttemptItem,
  eventItem,
  type RequestItem,
  requestItem,
} from '../../contract/items.ts';
import type { Names } from '../../contract/names.ts';
import { outcomesOf } from '../../contract/recipient-outcomes.ts';
import { type RescueClaim, rescueClaim } from '../../contract/rescue.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { epochMs } from '../../domain/time.ts';
import type {
  TracedAttempt,
  TracedEvent,
  TracedRequest,
  TraceMaterial,
} from '../../domain/trace/model.ts';
import type { TraceHand } from './trace-question.ts';
import { gatherReasons } from './trace-reasons.ts';

/** How much of each kind is read at most; a usual mail has one or two. */
const most = { attempts: 4, events: 6, claims: 3 } as const;

type RawItem = Readonly<Record<string, unknown>>;

/**
 * Returns all that the tables say of a mail, of one recipient or of all; undefined where the ledger does not
 * know it. What was not read for want of items is told.
 */
export async function gatherMaterial(
  hand: TraceHand,
  messageId: string,
  recipientIndex?: number,
): Promise<TraceMaterial | undefined> {
  const { backend, reads } = hand;
  const raw = await reads.get(backend.tables.ledger, ledgerKeys.request(messageId));
  if (!raw) return undefined;
  const request = requestItem.parse(raw);
  const found = await readLedger(hand, request, recipientIndex);
  const attempts = found.attempts.flatMap((attempt) =>
    tracedAttempts(attempt, { messageId, names: backend.names }),
  );
  const isAsked = (index: number) => recipientIndex === undefined || index === recipientIndex;
  const withClaims = {
    ...request,
    attemptIds: [...request.attemptIds, ...found.claims.map(({ attemptId }) => attemptId)],
  };
  const material = {
    now: epochMs(Date.now()),
    request: tracedRequest(request),
    recipients: outcomesOf(withClaims, found.attempts, found.events).recipients.filter(
      ({ index }) => isAsked(index),
    ),
    attempts: attempts.filter((attempt) => isAsked(attempt.recipientIndex)),
    events: found.events.map(tracedEvent),
    rescues: found.claims.filter((claim) => isAsked(claim.recipientIndex)),
    twins: found.twins.filter((twin) => isAsked(twin.recipientIndex)),
  };
  const reasons = await gatherReasons(hand, material);
  return { ...material, ...reasons, unread: [...found.unread, ...reasons.unread] };
}

async function readLedger(
  { backend, reads }: TraceHand,
  { pk, attemptIds }: RequestItem,
  recipientIndex: number | undefined,
) {
  const { ledger } = backend.tables;
  const events = recipientIndex === undefined ? 'event#' : ledgerKeys.eventsOf(recipientIndex);
  const [attempted, heard, other] = await Promise.all([
    readAttempts(reads, ledger, attemptIds.slice(-most.attempts)),
    reads.query(ledger, {
      pk,
      between: { first: events, last: `${events}~` },
      countMax: most.events,
    }),
    // Claims of rescues (`rescue#…`) and proofs of twins (`twin#…`) stand behind the request.
    reads.query(ledger, {
      pk,
      between: { first: 'rescue#', last: 'twin#~' },
      countMax: most.claims,
    }),
  ]);
  const claims = other.items.flatMap(claimOf);
  const rescued = await readAttempts(
    reads,
    ledger,
    claims.map(({ attemptId }) => attemptId),
  );
  return {
    attempts: [...attempted.items, ...rescued.items].map((item) => unpackAttempt(item)),
    events: heard.items.map((item) => eventItem.parse(item)),
    claims,
    twins: other.items.flatMap(twinOf),
    unread: [
      ...(attempted.isCut || rescued.isCut || attemptIds.length > most.attempts
        ? [`only the latest ${attempted.items.length} of its attempts were read`]
        : []),
      ...(heard.isCut
        ? [
            `only ${heard.items.length} of its events were read; of a batch ask for one recipient: --index`,
          ]
        : []),
      ...(other.isCut ? ['not all of its rescues were read; ask for one recipient: --index'] : []),
    ],
  };
}

function readAttempts(
  reads: CountedReads,
  ledger: TraceHand['backend']['tables']['ledger'],
  attemptIds: readonly string[],
) {
  const keys = attemptIds.map((id) => ledgerKeys.attempt(id));
  return keys.length === 0
    ? Promise.resolve({ items: [], isCut: false })
    : reads.getMany(ledger, keys);
}

function claimOf(item: RawItem): readonly (RescueClaim & { readonly recipientIndex: number })[] {
  const [, index] = /^rescue#(\d+)$/.exec(String(item['sk'])) ?? [];
  return index === undefined ? [] : [{ ...rescueClaim.parse(item), recipientIndex: Number(index) }];
}

function twinOf(item: RawItem) {
  const [, index, sesMessageId] = /^twin#(\d+)#(.+)$/.exec(String(item['sk'])) ?? [];
  return sesMessageId === undefined ? [] : [{ recipientIndex: Number(index), sesMessageId }];
}

function tracedRequest(item: RequestItem): TracedRequest {
  const { pk, redrivenAt, waits = [], ...rest } = item;
  return {
    ...rest,
    messageId: pk,
    enqueuedAt: epochMs(item.enqueuedAt),
    claimedAt: epochMs(item.claimedAt),
    redrivenAt: redrivenAt === undefined ? undefined : epochMs(redrivenAt),
    waits: waits.map((wait) => ({
      ...wait,
      since: epochMs(wait.since),
      until: epochMs(wait.until),
    })),
  };
}

function tracedAttempts(
  { sk, at, completedAt, stream, entries, results }: AttemptItem,
  { messageId, names }: { readonly messageId: string; readonly names: Names },
): readonly TracedAttempt[] {
  return entries.flatMap(({ m, r, p, v, t, d, c, e }, position) =>
    m === messageId
      ? [
          {
            attemptId: sk,
            at: epochMs(at),
            completedAt: completedAt === undefined ? undefined : epochMs(completedAt),
            recipientIndex: r,
            pool: p,
            configurationSet: names.configurationSet(stream, p),
            provider: v ?? '',
            tenant: t ?? '',
            identity: d ?? '',
            campaign: c ?? '',
            kind: e ?? 'normal',
            result: results?.[position],
          },
        ]
      : [],
  );
}

function tracedEvent(event: ReturnType<typeof eventItem.parse>): TracedEvent {
  return { ...event, at: epochMs(event.at) };
}
