/** The promises, checked from outside: what was asked, what SES got, and what a look-up says of it. */
import { queryPartition } from '../adapters/items.ts';
import { readAttempts } from '../adapters/ledger.ts';
import { findOutcome } from '../adapters/outcome-lookup.ts';
import type { AttemptItem } from '../contract/items.ts';
import { type ReadOrigin, readOriginTag } from '../contract/origin-tag.ts';
import type { RecipientOutcome, RequestOutcome } from '../contract/recipient-outcomes.ts';
import { ledgerKeys, suppressionScope } from '../contract/table-keys.ts';
import { messageTag, readMessageTag, tagNames } from '../contract/tags.ts';
import { isAddress, parseAddress, recipientKey } from '../domain/address.ts';
import { messageIdOf } from '../domain/message-id.ts';
import { recipientSecret } from './deployment.ts';
import type { Asked } from './load.ts';
import type { Acceptance, Observer } from './observer.ts';
import type { World } from './world.ts';

/** A request with the ids that SQS gave it. */
export type Enqueued = Asked & { readonly queueMessageIds: readonly string[] };

/** What became of everything that was asked. Numbers are recipients, where nothing else is said. */
export type Verdict = {
  /** Recipients asked for. */
  readonly mails: number;
  /** Mails that SES took. */
  readonly accepted: number;
  /** Asked for, never seen by SES, and without a recorded end and its reason. */
  readonly lost: number;
  /** Mails that SES took although it had the same one already. */
  readonly duplicates: number;
  /** Duplicates that our own metric counted. */
  readonly duplicatesCounted: number;
  /** Duplicates of a mail of which the ledger knew for certain that SES had it. */
  readonly duplicatesUnambiguous: number;
  /** Mails to an address that had been on the suppression list for more than ten seconds. */
  readonly sentToSuppressed: number;
  /** Nobody can tell whether SES took it, and the stream leaves such mail to a person. */
  readonly unsettled: number;
  /** Requests without a recorded end: bad ones that nobody was told of, and mail whose outcome is open. */
  readonly unexplained: number;
  /** Recipients by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Examples of what should not be, to begin a search with. */
  readonly examples: readonly string[];
};

/** A suppression acts within this time everywhere. */
const suppressionActsMs = 10_000;
const examplesMax = 10;

/** Ends that a mail may have without SES. */
const endsWithoutSes: ReadonlySet<string> = new Set([
  'suppressed',
  'rejected',
  'expired',
  'parked',
]);

/** Judges a world that has come to rest. */
export async function judge(
  world: World,
  enqueued: readonly Enqueued[],
  duplicatesCounted: number,
): Promise<Verdict> {
  const { acceptances } = world.observer;
  const byTag = Map.groupBy(acceptances, ({ tags }) => tags[tagNames.message] ?? '');
  const examples: string[] = [];
  const example = (text: string) => {
    if (examples.length < examplesMax) examples.push(text);
  };
  const duplicates = await judgeDuplicates(world, byTag, example);
  const outcomes: Record<string, number> = {};
  const counts = { lost: 0, unsettled: 0, unexplained: 0 };
  for (const one of enqueued) {
    const found = await outcomeOf(world, one);
    if (one.kind !== 'mail') {
      if (found?.recipients.every(({ outcome }) => outcome === 'rejected')) continue;
      counts.unexplained += 1;
      example(`${one.kind} ${one.id} is ${describe(found?.recipients[0])}`);
      continue;
    }
    const messageId = messageIdOf(one.tenant, one.id ?? '');
    for (const index of one.recipients.keys()) {
      const recipient = found?.recipients[index];
      const kind = describe(recipient);
      outcomes[kind] = (outcomes[kind] ?? 0) + 1;
      const mark = markOf(recipient, byTag.has(messageTag(messageId, index)));
      if (mark === undefined) continue;
      counts[mark] += 1;
      if (mark !== 'unsettled') example(`${mark}: ${one.stream} ${one.id}/${index} is ${kind}`);
    }
  }
  return {
    mails: enqueued.reduce((sum, { recipients }) => sum + recipients.length, 0),
    accepted: acceptances.length,
    ...counts,
    ...duplicates,
    duplicatesCounted,
    sentToSuppressed: judgeSuppressed(world.observer, example),
    outcomes: Object.fromEntries(Object.entries(outcomes).sort()),
    examples,
  };
}

/** What is wrong about one recipient, if anything. */
function markOf(
  recipient: RecipientOutcome | undefined,
  sesHasIt: boolean,
): 'lost' | 'unsettled' | 'unexplained' | undefined {
  const outcome = recipient?.outcome ?? 'pending';
  if (recipient?.reason === 'ambiguous') return 'unsettled';
  if (!sesHasIt) return endsWithoutSes.has(outcome) && recipient?.reason ? undefined : 'lost';
  return outcome === 'pending' || outcome === 'held' ? 'unexplained' : undefined;
}

function describe(recipient: RecipientOutcome | undefined): string {
  if (recipient === undefined) return 'unknown';
  const { outcome, reason } = recipient;
  return reason === undefined ? outcome : `${outcome}/${reason}`;
}

/** A request stands under the app's id, or under SQS's where that cannot be read or is taken. */
async function outcomeOf(world: World, one: Enqueued): Promise<RequestOutcome | undefined> {
  const ids = one.kind === 'id-reused' ? [] : [one.id ?? ''];
  for (const id of [...ids, ...one.queueMessageIds]) {
    const found = await findOutcome(world.table('ledger'), { id, tenant: one.tenant });
    if (found) return found;
  }
  return undefined;
}

/** Of the mails that SES took for one recipient, all but the last must have been left unclear. */
async function judgeDuplicates(
  world: World,
  byTag: ReadonlyMap<string, readonly Acceptance[]>,
  example: (text: string) => void,
): Promise<Pick<Verdict, 'duplicates' | 'duplicatesUnambiguous'>> {
  const ledger = { ...world.table('ledger'), keepDays: 30 };
  let duplicates = 0;
  let duplicatesUnambiguous = 0;
  for (const [tag, taken] of byTag) {
    if (taken.length < 2) continue;
    duplicates += taken.length - 1;
    if ((await countMarks(world, tag)) < taken.length - 1) example(`unmarked duplicate of ${tag}`);
    for (const { tags } of taken.slice(0, -1)) {
      const [attempt] = await readAttempts(ledger, attemptIdsOf(tags));
      if (isUnclear(attempt, tag)) continue;
      duplicatesUnambiguous += 1;
      example(`unambiguous duplicate of ${tag}`);
    }
  }
  return { duplicates, duplicatesUnambiguous };
}

function originOf(tags: Acceptance['tags']): ReadOrigin | undefined {
  return readOriginTag(tags[tagNames.origin] ?? '');
}

function attemptIdsOf(tags: Acceptance['tags']): readonly string[] {
  const origin = originOf(tags);
  return origin ? [origin.attemptId] : [];
}

/** How many mails feedback has marked as duplicates; it counts what it marks. */
async function countMarks(world: World, tag: string): Promise<number> {
  const { messageId = '', recipientIndex = 0 } = readMessageTag(tag) ?? {};
  const { sk: prefix } = ledgerKeys.twin(messageId, recipientIndex, '');
  let count = 0;
  for await (const { sk } of queryPartition(world.table('ledger'), messageId))
    if (String(sk).startsWith(prefix)) count += 1;
  return count;
}

/** Whether an attempt leaves it open what SES did with a mail. */
function isUnclear(attempt: AttemptItem | undefined, tag: string): boolean {
  const mail = readMessageTag(tag);
  if (attempt === undefined || mail === undefined) return false;
  const position = attempt.entries.findIndex(
    ({ m, r }) => m === mail.messageId && r === mail.recipientIndex,
  );
  const result = attempt.results?.[position];
  return result === undefined || ('outcome' in result && result.outcome === 'unknown');
}

function judgeSuppressed(observer: Observer, example: (text: string) => void): number {
  const wrong = observer.acceptances.filter(({ at, address, tags }) => {
    const key = keyOf(address);
    return [
      suppressionScope.global,
      suppressionScope.tenant(originOf(tags)?.origin.tenant ?? ''),
    ].some((scope) =>
      observer.suppressions
        .get(`${key}|${scope}`)
        ?.some(({ from, until }) => from < at - suppressionActsMs && until > at),
    );
  });
  for (const { tags } of wrong) example(`to a suppressed address: ${tags[tagNames.message]}`);
  return wrong.length;
}

/** Returns the key under which the pipeline knows an address. */
export function keyOf(address: string): string {
  const parsed = parseAddress(address);
  if (!isAddress(parsed)) throw new Error(`got ${address}: ${parsed.detail}`);
  return recipientKey(parsed, recipientSecret);
}
