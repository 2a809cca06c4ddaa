import type { RequestOutcome } from '../../contract/recipient-outcomes.ts';
import { streamsWithoutDeliveries } from '../actions/find-target.ts';
import { inParallel } from '../actions/in-parallel.ts';
import type { DraftsSent, SentDrafts } from '../actions/send-drafts.ts';
import { waitForOutcome } from '../actions/wait-for-outcome.ts';
import { exitCodes } from './io.ts';
import { describeOutcome } from './outcome.ts';
import type { Session } from './session.ts';
import { noteStoppedStreams } from './stopped-streams.ts';
import { counted } from './words.ts';

const waitersMax = 8;
/** More than this is a summary, not something to read. */
const describedMax = 5;
const refusedShownMax = 20;
const unsentShownMax = 20;

/** Prints what was enqueued and what was not, and with `waitSeconds` what became of it. */
export async function reportSent(
  session: Session,
  { digests, ...sent }: DraftsSent,
  waitSeconds: number | undefined,
): Promise<number> {
  const { terminal } = session;
  const outcomes =
    waitSeconds === undefined
      ? undefined
      : await waitForAll(session, { ...sent, digests }, waitSeconds);
  terminal.answer({ ...sent, ...(outcomes ? { outcomes } : {}) }, () =>
    [
      ...describeSent(sent),
      ...describeRefused(sent, terminal),
      ...(outcomes ? describeOutcomes(sent, outcomes, terminal) : []),
    ].join('\n'),
  );
  if (sent.accepted.length === 0) return exitCodes.nothing;
  const queued = sent.notAccepted.length > 0 ? exitCodes.partly : exitCodes.ok;
  return outcomes ? Math.max(queued, exitCodeOf(outcomes)) : queued;
}

async function waitForAll(
  session: Session,
  { accepted, digests }: DraftsSent,
  waitSeconds: number,
): Promise<readonly (RequestOutcome | undefined)[]> {
  const { backend, progress, io } = session;
  const bar = progress('waiting', accepted.length);
  const until = Date.now() + waitSeconds * 1000;
  const withoutDeliveries = await streamsWithoutDeliveries(backend.target, io);
  let done = 0;
  const outcomes = await inParallel(accepted, waitersMax, async ({ messageId, queueMessageId }) => {
    const digest = digests.get(messageId);
    const mail = { messageId, queueMessageId, ...(digest === undefined ? {} : { digest }) };
    const found = await waitForOutcome(backend, mail, {
      waitMs: until - Date.now(),
      withoutDeliveries,
    });
    done += 1;
    bar.to(done);
    return found;
  });
  bar.end();
  if (outcomes.some(isUnanswered)) await noteStoppedStreams(session);
  return outcomes;
}

function isUnanswered(outcome: RequestOutcome | undefined): boolean {
  return outcome?.recipients.some((each) => /^(pending|held)$/.test(each.outcome)) ?? true;
}

function describeSent({ accepted }: SentDrafts): readonly string[] {
  if (accepted.length > describedMax) return [`${counted(accepted.length, 'request')} enqueued`];
  return accepted.map(({ id, messageId }) => `enqueued: id ${id}, message ${messageId}`);
}

function describeRefused(
  { notAccepted }: SentDrafts,
  terminal: Session['terminal'],
): readonly string[] {
  if (notAccepted.length === 0) return [];
  const rows = notAccepted
    .slice(0, refusedShownMax)
    .map(({ line, id, reason, detail }) => [
      line === undefined ? (id ?? '') : `line ${line}`,
      reason,
      detail,
    ]);
  const more = notAccepted.length - rows.length;
  return [
    `${counted(notAccepted.length, 'request')} not enqueued:`,
    terminal.table(['request', 'reason', 'detail'], rows),
    ...(more > 0 ? [`and ${more} more (all with --json)`] : []),
  ];
}

function describeOutcomes(
  { accepted }: SentDrafts,
  outcomes: readonly (RequestOutcome | undefined)[],
  terminal: Session['terminal'],
): readonly string[] {
  if (outcomes.length <= describedMax)
    return outcomes.flatMap((outcome) => [
      '',
      outcome
        ? describeOutcome(outcome, terminal)
        : 'not taken up yet, safe in the queue: ask again with goodstanding outcome',
    ]);
  const counts = new Map<string, number>();
  for (const each of recipientOutcomes(outcomes)) counts.set(each, (counts.get(each) ?? 0) + 1);
  return [
    terminal.table(
      ['outcome', 'recipients'],
      [...counts].map(([name, count]) => [name, String(count)]),
    ),
    ...describeUnsent(
      accepted.flatMap(({ id }, position) => unsentOf(id, outcomes[position])),
      terminal,
    ),
  ];
}

function describeUnsent(
  unsent: readonly (readonly string[])[],
  terminal: Session['terminal'],
): readonly string[] {
  if (unsent.length === 0) return [];
  const more = unsent.length - unsentShownMax;
  return [
    '',
    terminal.table(['not sent: id', 'recipient', 'outcome'], unsent.slice(0, unsentShownMax)),
    ...(more > 0 ? [`and ${more} more (all with --json)`] : []),
  ];
}

function unsentOf(id: string, request: RequestOutcome | undefined): readonly (readonly string[])[] {
  if (!request) return [[id, '', 'not taken up yet']];
  return request.recipients
    .filter(({ outcome, reason }) => !isGood(outcome, reason))
    .map(({ index, outcome, reason }) => [
      id,
      String(index),
      reason ? `${outcome} (${reason})` : outcome,
    ]);
}

/** Mail that waits for its own sendAt goes as it was asked to. */
function isGood(outcome: string, reason: string | undefined): boolean {
  return outcome === 'accepted' || outcome === 'delivered' || reason === 'send-at';
}

function recipientOutcomes(outcomes: readonly (RequestOutcome | undefined)[]): readonly string[] {
  return outcomes.flatMap((request) =>
    request ? request.recipients.map(({ outcome }) => outcome) : ['pending'],
  );
}

function exitCodeOf(outcomes: readonly (RequestOutcome | undefined)[]): number {
  const good = outcomes.flatMap((request) =>
    request ? request.recipients.map(({ outcome, reason }) => isGood(outcome, reason)) : [false],
  );
  if (good.every((each) => each)) return exitCodes.ok;
  return good.some((each) => each) ? exitCodes.partly : exitCodes.nothing;
}
