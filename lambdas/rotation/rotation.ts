import type { RotationMessage } from '../../contract/rotation-command.ts';
import { againMs, awaitsMail } from '../../domain/rotation/awaits-mail.ts';
import { decide } from '../../domain/rotation/decide.ts';
import { decisionIdOf } from '../../domain/rotation/decision-id.ts';
import type { Decision, Situation } from '../../domain/rotation/model.ts';
import { type EpochMs, epochMs, secondMs } from '../../domain/time.ts';
import { type Begun, createBegun } from './begun.ts';
import { decideCommand } from './command-decision.ts';
import { dueDecisions } from './due-decisions.ts';
import { createEvidenceMemory, type Evidence } from './evidence-memory.ts';
import { createHistory, type History } from './history.ts';
import type { RotationPorts } from './ports.ts';
import {
  type Asked,
  messageOf,
  type RotationRecord,
  type Round,
  readAsked,
  roundsOf,
  without,
} from './rounds.ts';
import { rollUp } from './sent-history.ts';
import { createSituations, type ReadSituation } from './situation.ts';
import { type SlowMemory, tidyUp, workDaily } from './slow-work.ts';
import { isSwitch, throwSwitch } from './switches.ts';

/** What one environment keeps between its runs. */
type Loop = {
  readonly ports: RotationPorts;
  readonly begun: Begun;
  readonly history: History;
  readonly readEvidence: (now: EpochMs, trigger: 'schedule' | 'at-once') => Promise<Evidence>;
  readonly readSituation: ReadSituation;
  readonly memory: SlowMemory;
};

/** A run takes a few seconds; one that begins later than this before the function's end might be cut off. */
const roundMs = 20 * secondMs;

/**
 * Returns the work of a batch in the time that the function has left: switches first, then each round in its order becomes
 * decisions, which are written down as begun, carried out and crossed out. Returns the ids of the messages
 * that must come again: those of the round that failed and all behind it, because order is what the queue is for.
 */
export function createRotation(
  bound: RotationPorts,
): (records: readonly RotationRecord[], remainingMs?: number) => Promise<readonly string[]> {
  const history = createHistory(bound);
  const ports: RotationPorts = {
    ...bound,
    putDecision: async (decision) => {
      await bound.putDecision(decision);
      history.note(decision);
    },
  };
  const loop: Loop = {
    ports,
    history,
    begun: createBegun(ports, history),
    readEvidence: createEvidenceMemory(ports),
    readSituation: createSituations(ports, history),
    memory: { asked: new Set(), slow: undefined, lastGood: undefined, told: undefined },
  };
  return async (records, remainingMs = Number.POSITIVE_INFINITY) => {
    const deadline = ports.clock() + remainingMs;
    const left = [...readable(records, ports)];
    try {
      await throwSwitches(left, ports);
      let isFirst = true;
      for (const round of roundsOf(left)) {
        if (!isFirst && ports.clock() > deadline - roundMs) {
          ports.log('rotation.out-of-time', { message: `${left.length} messages come again` });
          break;
        }
        // A look that only asks again waits for its moment, unless somebody waits behind it.
        if (left.length === round.length) await waitFor(messageOf(round), ports);
        await handle(round, loop);
        left.splice(0, round.length);
        isFirst = false;
      }
    } catch (error) {
      history.forget();
      ports.failure(error);
    }
    return left.map(({ queueMessageId }) => queueMessageId);
  };
}

function readable(
  records: readonly RotationRecord[],
  { log }: Pick<RotationPorts, 'log'>,
): readonly Asked[] {
  return records.flatMap((record) => {
    const asked = readAsked(record);
    if (typeof asked !== 'string') return [asked];
    log('rotation.unreadable', { message: asked });
    return [];
  });
}

/** Takes the switches out of a batch: they hold before anything else of it is looked at, whatever is stuck. */
async function throwSwitches(left: Asked[], ports: RotationPorts): Promise<void> {
  for (const { message, queueMessageId } of [...left])
    if (message.kind === 'command' && isSwitch(message.command)) {
      await throwSwitch({ command: message.command, queueMessageId }, ports, ports.clock());
      left.splice(
        left.findIndex((asked) => asked.queueMessageId === queueMessageId),
        1,
      );
    }
}

async function waitFor(message: RotationMessage, ports: RotationPorts): Promise<void> {
  if (message.kind !== 'again') return;
  const ms = Math.min(againMs, message.notBefore - ports.clock());
  if (ms > 0) await ports.wait(ms);
}

async function handle(whole: Round, loop: Loop): Promise<void> {
  const { ports } = loop;
  const now = ports.clock();
  const round = without(whole, await loop.begun.workOff(now));
  if (!round) return;
  const [{ queueMessageId }] = round;
  const message = messageOf(round);
  const isSchedule = message.kind === 'schedule';
  const evidence = await loop.readEvidence(now, isSchedule ? 'schedule' : 'at-once');
  const ids = numbered(queueMessageId);
  const look = (choose: (situation: Situation) => readonly Decision[]) =>
    loop.readSituation({ now, evidence, ids, choose });
  if (isSchedule) await rollUp(ports, evidence.journal, evidence.rolled, now);
  // The ladder's step of a day rests on the day before, so that one is counted first.
  const isReporting =
    isSchedule && !evidence.isBehind && (await workDaily(loop, now, () => look(() => [])));
  const choose = await chooserOf(message, { queueMessageId, ports, evidence });
  const { decisions, situation, strayCaps } = await look(choose);
  if (decisions.length > 0)
    await loop.begun.carryOut({ messageId: queueMessageId, decisions }, now);
  await askAgain({ history: [...situation.history, ...decisions], now }, ports);
  if (!isSchedule) return;
  const reportId = isReporting ? ids() : undefined;
  const { isBehind } = evidence;
  const after = { situation, strayCaps, isBehind, ...(reportId === undefined ? {} : { reportId }) };
  await tidyUp(after, ports, loop.memory);
}

/** A look that asks for itself: where that fails, the schedule looks within a minute. */
async function askAgain(
  { history, now }: Pick<Situation, 'history' | 'now'>,
  ports: RotationPorts,
): Promise<void> {
  if (!awaitsMail({ history, now })) return;
  try {
    await ports.askAgain(epochMs((Math.floor(now / againMs) + 1) * againMs));
  } catch (error) {
    ports.failure(error);
  }
}

/**
 * Returns what a message makes of a situation. Failures of mail whose sending is not counted yet would look like
 * a catastrophe, so until the journal is read to its end nothing is decided but what people ask for.
 */
async function chooserOf(
  message: RotationMessage,
  {
    queueMessageId,
    ports,
    evidence,
  }: {
    readonly queueMessageId: string;
    readonly ports: RotationPorts;
    readonly evidence: Evidence;
  },
): Promise<(situation: Situation) => readonly Decision[]> {
  if (message.kind !== 'command')
    return (situation) =>
      evidence.isBehind
        ? []
        : [
            ...(message.kind === 'schedule' ? dueDecisions(situation) : []),
            ...decide(situation, message),
          ];
  const { command } = message;
  // Switches are thrown before any round begins.
  if (isSwitch(command)) return () => [];
  const lastGood = command.do === 'last-good' ? await ports.readLastGood() : undefined;
  const id = decisionIdOf(queueMessageId, 0);
  return (situation) => decideCommand({ command, id, situation, lastGood });
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
