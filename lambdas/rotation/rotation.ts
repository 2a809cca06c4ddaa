import { rotationMessage } from '../../contract/rotation-command.ts';
import { decide } from '../../domain/rotation/decide.ts';
import { decisionIdOf } from '../../domain/rotation/decision-id.ts';
import type { Decision, Situation } from '../../domain/rotation/model.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { QueueRecord } from '../queue-records.ts';
import { carryOut } from './carry-out.ts';
import { decideCommand } from './command-decision.ts';
import { clearEnded, closeYesterday, dayOf, goodAssignments } from './daily-work.ts';
import { dueDecisions } from './due-decisions.ts';
import { createEvidenceMemory, type Evidence } from './evidence-memory.ts';
import type { GoodAssignment, RotationPorts, Slow } from './ports.ts';
import { rollUp } from './sent-history.ts';
import { createSituations, type ReadSituation } from './situation.ts';
import { reportEveryMs, weeklyReport } from './weekly-report.ts';

/** A message of the queue, as far as rotation reads it. */
export type RotationRecord = Pick<QueueRecord, 'queueMessageId' | 'body'>;

/** What one environment keeps between its runs. */
type Loop = {
  readonly ports: RotationPorts;
  readonly readEvidence: (now: EpochMs, trigger: 'schedule' | 'at-once') => Promise<Evidence>;
  readonly readSituation: ReadSituation;
  slow: Slow | undefined;
  lastGood: string | undefined;
};

/**
 * Returns the work of a batch: each message in its order becomes decisions, which are written down as
 * begun, carried out and crossed out. Returns the ids of the messages that must come again: the one that
 * failed and all behind it, because order is what the queue is for.
 */
export function createRotation(
  ports: RotationPorts,
): (records: readonly RotationRecord[]) => Promise<readonly string[]> {
  const loop: Loop = {
    ports,
    readEvidence: createEvidenceMemory(ports),
    readSituation: createSituations(ports),
    slow: undefined,
    lastGood: undefined,
  };
  return async (records) => {
    for (const [index, record] of records.entries())
      try {
        await handle(record, loop);
      } catch (error) {
        ports.failure(error);
        return records.slice(index).map(({ queueMessageId }) => queueMessageId);
      }
    return [];
  };
}

async function handle(record: RotationRecord, loop: Loop): Promise<void> {
  const { ports } = loop;
  const now = ports.clock();
  const pending = await ports.readPending();
  if (pending) {
    await carryOut(pending.decisions, ports, now);
    await ports.clearPending();
    if (pending.messageId === record.queueMessageId) return;
  }
  const message = rotationMessage.safeParse(parseJson(record.body));
  if (!message.success) {
    ports.log('rotation.unreadable', { message: message.error.message.slice(0, 500) });
    return;
  }
  const isSchedule = message.data.kind === 'schedule';
  const evidence = await loop.readEvidence(now, isSchedule ? 'schedule' : 'at-once');
  const ids = numbered(record.queueMessageId);
  const look = (choose: (situation: Situation) => readonly Decision[]) =>
    loop.readSituation({ now, evidence, ids, choose });
  if (message.data.kind === 'command') {
    const { command } = message.data;
    const lastGood = command.do === 'last-good' ? await ports.readLastGood() : undefined;
    const { decisions } = await look((situation) =>
      decideCommand({ command, id: decisionIdOf(record.queueMessageId, 0), situation, lastGood }),
    );
    await setSwitches(record, loop, now);
    await finish(record, decisions, loop, now);
    return;
  }
  const trigger = message.data;
  if (isSchedule) await rollUp(ports, evidence.journal, evidence.rolled, now);
  // The ladder's step of a day rests on the day before, so that one is counted first.
  const isReporting = isSchedule && (await workDaily(loop, now, () => look(() => [])));
  const { decisions, situation } = await look((found) => [
    ...(isSchedule ? dueDecisions(found) : []),
    ...decide(found, trigger),
  ]);
  await finish(record, decisions, loop, now);
  if (!isSchedule) return;
  await clearEnded(situation, ports);
  await rememberGood(situation, loop);
  if (isReporting) await report(situation, ids, loop);
}

/** Written down as begun first, so that a crash between two steps leaves a list to go on with. */
async function finish(
  { queueMessageId: messageId }: RotationRecord,
  decisions: readonly Decision[],
  { ports }: Loop,
  now: EpochMs,
): Promise<void> {
  if (decisions.length === 0) return;
  await ports.putPending({ messageId, decisions });
  await carryOut(decisions, ports, now);
  await ports.clearPending();
}

/** The switch itself is no action of a decision; its last word counts, so writing it twice is harmless. */
async function setSwitches({ body }: RotationRecord, { ports }: Loop, now: EpochMs): Promise<void> {
  const message = rotationMessage.parse(parseJson(body));
  if (message.kind !== 'command') return;
  const { command } = message;
  if (command.do !== 'automation' && command.do !== 'autonomy') return;
  const { by, why } = command;
  const before = await ports.readAutomation();
  const { state, autonomy } = before ?? { state: 'on', autonomy: {} };
  await ports.putAutomation({
    state: command.do === 'automation' ? command.state : state,
    autonomy: command.do === 'autonomy' ? { ...autonomy, [command.kind]: command.level } : autonomy,
    at: now,
    by,
    why,
  });
}

/**
 * Does what is due once a day; returns whether the week is to be told. What is due is noted before it is done:
 * a day that counted twice would climb twice.
 */
async function workDaily(
  loop: Loop,
  now: EpochMs,
  lookAround: () => Promise<{ readonly situation: Situation }>,
): Promise<boolean> {
  const { ports } = loop;
  const today = dayOf(now);
  const isDue = ({ dayClosed, reportedAt }: Slow) =>
    dayClosed < today || now - reportedAt >= reportEveryMs;
  if (loop.slow && !isDue(loop.slow)) return false;
  // Another environment may have done it since.
  const before = await ports.readSlow();
  loop.slow = before ?? { reportedAt: now, dayClosed: today };
  if (before && !isDue(before)) return false;
  const isReporting = now - loop.slow.reportedAt >= reportEveryMs;
  loop.slow = { reportedAt: isReporting ? now : loop.slow.reportedAt, dayClosed: today };
  await ports.putSlow(loop.slow);
  if (before && before.dayClosed < today) {
    const { situation } = await lookAround();
    await closeYesterday(situation, ports);
  }
  return isReporting;
}

async function report(situation: Situation, ids: () => string, { ports }: Loop): Promise<void> {
  const { history, now } = situation;
  const { decision, notice } = weeklyReport(history, { id: ids(), now });
  await ports.putDecision(decision);
  await ports.notify(notice);
}

async function rememberGood(situation: Situation, loop: Loop): Promise<void> {
  const good: readonly GoodAssignment[] | undefined = goodAssignments(situation);
  const text = JSON.stringify(good);
  if (good === undefined || text === loop.lastGood) return;
  const known = JSON.stringify(await loop.ports.readLastGood());
  if (known !== text) await loop.ports.putLastGood(good);
  loop.lastGood = text;
}

/** Ids of the decisions of one message, in their order. */
function numbered(queueMessageId: string): () => string {
  let ordinal = 0;
  return () => {
    const id = decisionIdOf(queueMessageId, ordinal);
    ordinal += 1;
    return id;
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
