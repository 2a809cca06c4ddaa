import { busy } from '../../adapters/failure.ts';
import { readAttempts, readRequest } from '../../adapters/ledger.ts';
import type { DecidedOutcome } from '../../contract/items.ts';
import { type OutcomeEvent, outcomeEventId } from '../../contract/outcome-event.ts';
import { outcomesOf } from '../../contract/recipient-outcomes.ts';
import type { OutcomeName } from '../../domain/reasons.ts';
import { type JobResult, rejectedRecipient } from './conclude-job.ts';
import type { Job } from './job.ts';
import type { JudgedJob } from './judge-jobs.ts';
import type { DispatchPorts } from './ports.ts';
import type { Refused } from './progress.ts';

/** An outcome about one recipient of a job. */
export type ToldOutcome = {
  readonly index: number;
  readonly outcome: OutcomeName | 'pending';
  readonly reason?: string | undefined;
  readonly detail?: string | undefined;
  readonly sesMessageId?: string;
};

/**
 * Publishes the outcomes that the stream wants told and dispatch decides. Rejections are not among them:
 * they are told for every stream. At least once: see `tellAgain`.
 * @throws when the bus does not take one; the message comes again, meets its claim, and is told of then
 */
export async function tellOutcomes(
  job: Job,
  outcomes: readonly ToldOutcome[],
  ports: DispatchPorts,
): Promise<void> {
  const { tells = [] } = ports.policy;
  const at = new Date(ports.clock()).toISOString();
  const events = outcomes.flatMap((told) => {
    const outcome = tells.find((wanted) => wanted === told.outcome);
    return outcome ? [eventOf(job, { ...told, outcome }, { at, stream: ports.stream })] : [];
  });
  if (events.length === 0) return;
  const left = await ports.publishOutcomes(events);
  if (left.size > 0) throw busy(`the event bus refused ${left.size} outcomes; retry later`);
}

/** Publishes what was decided of a job's recipients in its first claim, and what SES took of them. */
export function tellFirst(
  { job, decided }: JudgedJob,
  results: readonly JobResult[],
  ports: DispatchPorts,
): Promise<void> {
  const accepted = results.flatMap(({ index, result }): ToldOutcome[] =>
    result && 'ses' in result ? [{ index, outcome: 'accepted', sesMessageId: result.ses }] : [],
  );
  return tellOutcomes(job, [...asTold(decided), ...accepted], ports);
}

/**
 * Tells again what the ledger says of a request: an earlier delivery sent to some of its recipients, or
 * died between its record and its event. The ids are the same, so an app that heard it drops it.
 */
export async function tellAgain(job: Job, ports: DispatchPorts): Promise<void> {
  if (ports.policy.tells === undefined) return;
  const request = await readRequest(ports.ledger, job.messageId);
  if (!request) return;
  const attempts = await readAttempts(ports.ledger, request.attemptIds);
  const { recipients } = outcomesOf(request, attempts, []);
  const outcomes = recipients.flatMap(({ index, outcome, reason, facts }): ToldOutcome[] => {
    if (outcome !== 'accepted') return [{ index, outcome, reason }];
    return facts.flatMap(({ outcome: said, sesMessageId }) =>
      said === 'accepted' && sesMessageId !== undefined ? [{ index, outcome, sesMessageId }] : [],
    );
  });
  await tellOutcomes(job, outcomes, ports);
}

/**
 * Tells again of recipients that an earlier delivery refused: it may have died before it told. The ids are
 * the same.
 * @throws when the bus takes one not; the message comes again
 */
export async function tellRefused(
  job: Job,
  refused: readonly Refused[],
  ports: DispatchPorts,
): Promise<void> {
  if (refused.length === 0) return;
  await ports.publishRejected(
    refused.map((one) => rejectedRecipient(job, one.index, one, ports.stream)),
  );
}

/** Returns decisions about single recipients as they are told. */
export function asTold(decided: Readonly<Record<string, DecidedOutcome>>): readonly ToldOutcome[] {
  return Object.entries(decided).map(([index, why]) => ({ index: Number(index), ...why }));
}

function eventOf(
  job: Job,
  told: ToldOutcome & { readonly outcome: OutcomeName },
  common: { readonly at: string; readonly stream: string },
): OutcomeEvent {
  const { index, outcome, reason, detail, sesMessageId } = told;
  const about = { messageId: job.messageId, recipientIndex: index };
  return {
    version: 1,
    eventId: outcomeEventId(about, outcome, sesMessageId),
    outcome,
    ...(reason === undefined ? {} : { reason }),
    ...(detail === undefined ? {} : { detail }),
    ...common,
    tenant: job.request.tenant,
    id: job.request.id,
    ...about,
    ...(sesMessageId === undefined ? {} : { sesMessageId }),
  };
}
