import { type GoodAssignment, goodAssignments } from '../../domain/rotation/last-good.ts';
import type { Situation } from '../../domain/rotation/model.ts';
import type { EpochMs } from '../../domain/time.ts';
import { dropCaps } from './carry-out.ts';
import { clearEnded, closeYesterday, dayOf } from './daily-work.ts';
import type { RotationPorts, Slow } from './ports.ts';
import { type AskedMail, askForRescues } from './rescues.ts';
import type { Stands } from './standing.ts';
import { type Told, tellMetrics } from './tell-metrics.ts';
import { reportEveryMs, weeklyReport } from './weekly-report.ts';

/** What one environment remembers of its slow work. */
export type SlowMemory = {
  readonly asked: AskedMail;
  slow: Slow | undefined;
  lastGood: string | undefined;
  told: Told | undefined;
};

/**
 * Does what is due once a day; returns whether the week is to be told. What is due is noted before it is done:
 * a day that counted twice would climb twice.
 */
export async function workDaily(
  { ports, memory }: { readonly ports: RotationPorts; readonly memory: SlowMemory },
  now: EpochMs,
  lookAround: () => Promise<{ readonly situation: Situation }>,
): Promise<boolean> {
  const today = dayOf(now);
  const isDue = ({ dayClosed, reportedAt }: Slow) =>
    dayClosed < today || now - reportedAt >= reportEveryMs;
  if (memory.slow && !isDue(memory.slow)) return false;
  // Another environment may have done it since.
  const before = await ports.readSlow();
  memory.slow = before ?? { reportedAt: now, dayClosed: today };
  if (before && !isDue(before)) return false;
  const isReporting = now - memory.slow.reportedAt >= reportEveryMs;
  memory.slow = { reportedAt: isReporting ? now : memory.slow.reportedAt, dayClosed: today };
  await ports.putSlow(memory.slow);
  if (before && before.dayClosed < today) {
    const { situation } = await lookAround();
    await closeYesterday(situation, ports);
  }
  return isReporting;
}

/** What the schedule does after it has decided. */
export type After = {
  readonly situation: Situation;
  readonly strayCaps: Stands['strayCaps'];
  /** What was sent has not been read to its end, so that numbers of it would be wrong. */
  readonly isBehind: boolean;
  /** Id of the week's report, where it is due. */
  readonly reportId?: string;
};

/**
 * Does what each minute does once everything is decided. A part that fails is told and left to the next minute:
 * it keeps neither the other parts nor the queue waiting.
 */
export async function tidyUp(
  { situation, strayCaps, isBehind, reportId }: After,
  ports: RotationPorts,
  memory: SlowMemory,
): Promise<void> {
  const parts: readonly (() => Promise<void>)[] = [
    () => clearEnded(situation, ports),
    () => dropCaps(strayCaps, ports),
    () => askForRescues(situation, ports, memory.asked),
    () => rememberGood(situation, ports, memory),
    async () => {
      memory.told = tellMetrics({ situation, isBehind }, ports, memory.told);
    },
    ...(reportId === undefined ? [] : [() => report(situation, reportId, ports)]),
  ];
  for (const part of parts)
    try {
      await part();
    } catch (error) {
      ports.failure(error);
    }
}

async function report(situation: Situation, id: string, ports: RotationPorts): Promise<void> {
  const { history, now } = situation;
  const { decision, notice } = weeklyReport(history, { id, now });
  await ports.putDecision(decision);
  await ports.notify(notice);
}

async function rememberGood(
  situation: Situation,
  ports: RotationPorts,
  memory: SlowMemory,
): Promise<void> {
  const good: readonly GoodAssignment[] | undefined = goodAssignments(situation);
  const text = JSON.stringify(good);
  if (good === undefined || text === memory.lastGood) return;
  const known = JSON.stringify(await ports.readLastGood());
  if (known !== text) await ports.putLastGood(good);
  memory.lastGood = text;
}
