import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { readBoard } from '../../adapters/incident-store.ts';
import { type RingingComposite, readRingingComposite } from '../../adapters/induced-faults.ts';
import { type AlarmKind, alarmKinds } from '../../contract/alarm-kinds.ts';
import { compositeName, isAlarmKind, metricAlarmPrefix } from '../../contract/alarm-names.ts';
import type { Incident, KindRule } from '../../domain/incidents/model.ts';
import { quietMs, settleMs } from '../../domain/incidents/settle.ts';
import { minuteMs } from '../../domain/time.ts';
import { peopleAddress } from './alarm-config.ts';
import { type Stage, waitUntil } from './alarm-stage.ts';

/** One fault: how it is brought about and taken back, and what must be seen of it. */
export type AlarmFault = {
  /** What happens, as a sentence without its stop. */
  readonly name: string;
  /** The kind of alarm that must ring. */
  readonly kind: AlarmKind;
  /** How it is brought about, in a few words. */
  readonly by: string;
  /**
   * How many times faster than real time its alarm's time runs. A slower one than before would look back on what
   * is over, so it is for the first fault of a stage. @default 300
   */
  readonly speed?: number;
  /** Its alarm looks at an hour, so that it rings on for a while after the fault: others need not wait for its end. */
  readonly lingers?: true;
  /** Makes ready what is no fault yet. */
  readonly prepare?: (stage: Stage) => Promise<void>;
  /** Brings it about; when it returns, faulty data are there or come by themselves. */
  readonly induce: (stage: Stage) => Promise<void>;
  /** Goes on until people are told, where a fault shows only while something is done or measured. */
  readonly goOn?: (stage: Stage) => Promise<void>;
  /** What the notice must hold, by which a person knows the cause. */
  readonly names: readonly (string | RegExp)[];
  /** What the runbook's first command must print. */
  readonly shows: readonly (string | RegExp)[];
  /** Kinds that must be attached to the incident instead of being told. */
  readonly attaches?: readonly AlarmKind[];
  readonly heal: (stage: Stage) => Promise<void>;
};

/** What was seen of one fault. */
export type AlarmTrial = {
  readonly fault: AlarmFault;
  /** The metric alarm that rang, of several the one with the shortest period. */
  readonly alarm: string;
  /** Its periods from the faulty data until the kind's composite rang. */
  readonly periods: number;
  /** Subjects of all that people were told since the fault began. */
  readonly notices: readonly string[];
  /** What the notice should have named and did not; the same for the runbook's first command. */
  readonly unnamed: readonly string[];
  readonly unshown: readonly string[];
  /** What the first command printed. */
  readonly printed: string;
  /** Other kinds that the incident holds, which nobody was told of. */
  readonly attached: readonly string[];
};

/** A fault that was seen and is healed. */
export type HealedTrial = AlarmTrial & {
  /** Waits for its end and returns the subjects of what people were told of it. */
  readonly end: () => Promise<readonly string[]>;
};

/**
 * Two periods, and half a one for what is no fault of the alarm: CloudWatch evaluates once a minute, which is a
 * fifth of most periods, and the runtime looks ten times a second, which is a tenth of the shortest.
 */
const periodsMax = 2.5;

/** Returns whether an alarm rang within two evaluation periods. */
export function isInTime({ periods }: AlarmTrial): boolean {
  return periods <= periodsMax;
}

/** Induces a fault, watches who is told what, and heals it. @throws where something never comes */
export async function tryFault(stage: Stage, fault: AlarmFault): Promise<HealedTrial> {
  const { kind, speed = fastest } = fault;
  const before = await lastNotice(stage);
  await setSpeed(stage, speed);
  await fault.prepare?.(stage);
  await fault.induce(stage);
  const inducedAt = Date.now();
  const stop = goOn(stage, fault);
  const rang = await waitUntil(`${kind} rings`, () => ringing(stage, kind));
  for (const other of fault.attaches ?? [])
    await waitUntil(`${other} rings`, () => ringing(stage, other));
  const { id, status } = await waitUntil(`an incident of ${kind}`, () => openOf(stage, kind));
  // What waits for its cause is told when the minute comes; what is told at once must not be told again by it.
  const isTold = () => wasTold(stage, id);
  if (status !== 'settling') await waitUntil(`people are told of ${kind}`, isTold);
  await tick(stage, Date.now() + settleMs + minuteMs);
  await waitUntil(`people are told of ${kind}`, isTold);
  await stop();
  const { text: printed } = await stage.command(firstWords(kind));
  const attached = ((await incidentOf(stage, id))?.parts ?? []).map((part) => part.kind);
  const told = await noticesSince(stage, before);
  await fault.heal(stage);
  await setSpeed(stage, fastest);
  return {
    fault,
    ...periodsUntil(rang, { inducedAt, speed }),
    notices: told.filter((one) => !isEnding(one)).map(({ subject }) => subject),
    unnamed: missing(fault.names, told[0]?.text ?? ''),
    unshown: missing(fault.shows, printed),
    printed,
    attached: attached.filter((one) => one !== kind),
    end: () => waitForEnd(stage, { id, before }),
  };
}

/** Returns the subjects of all that people were told in a stage, and of those that tell of an end. */
export async function tellingsOf(
  stage: Stage,
): Promise<{ readonly notices: readonly string[]; readonly endings: readonly string[] }> {
  const told = await noticesSince(stage, 0);
  return {
    notices: told.filter((one) => !isEnding(one)).map(({ subject }) => subject),
    endings: told.filter(isEnding).map(({ subject }) => subject),
  };
}

/** For how long a kind must be silent to be over. */
function quietOf(kind: string): number {
  const words: KindRule | undefined = isAlarmKind(kind) ? alarmKinds[kind] : undefined;
  return words?.quietMs ?? quietMs;
}

/** Waits until nothing of the incident rings, lets the time pass after which it is over, and for its notice. */
async function waitForEnd(
  stage: Stage,
  { id, before }: { readonly id: string; readonly before: number },
): Promise<readonly string[]> {
  const kind = (await incidentOf(stage, id))?.kind ?? '';
  const silentAt = await waitUntil(`${id} is silent`, async () => {
    const { parts = [] } = (await incidentOf(stage, id)) ?? {};
    const ends = parts.flatMap(({ until }) => until ?? []);
    return ends.length === parts.length && Math.max(...ends);
  });
  await tick(stage, Math.max(silentAt, Date.now()) + quietOf(kind) + minuteMs);
  await waitUntil(`${id} is over`, async () => (await incidentOf(stage, id)) === undefined);
  const told = await noticesSince(stage, before);
  return told.filter((one) => isEnding(one) && one.text.includes(id)).map(({ subject }) => subject);
}

/** What is measured once a minute is gone after three periods, so it goes on several times in each. */
const pauseMs = 400;

/** Does what goes on, until it is stopped. */
function goOn(stage: Stage, fault: AlarmFault): () => Promise<void> {
  let isStopped = false;
  const work = async () => {
    while (fault.goOn && !isStopped) {
      await fault.goOn(stage);
      await pause(pauseMs);
    }
  };
  const working = work();
  return () => {
    isStopped = true;
    return working;
  };
}

/** At 300 a minute of alarm time lasts 0.2 s, and a period of five minutes a second. */
const fastest = 300;

async function setSpeed({ local }: Stage, speed: number): Promise<void> {
  await local('/alarms', { method: 'PUT', body: { speed } });
}

function ringing({ backend }: Stage, kind: AlarmKind): Promise<RingingComposite | undefined> {
  const { cloudwatch, deployment } = backend;
  const name = compositeName(deployment, kind);
  const childPrefix = metricAlarmPrefix(deployment, kind);
  return readRingingComposite(cloudwatch, { name, childPrefix });
}

/** By the alarm with the shortest period: it is the strictest measure. */
function periodsUntil(
  { atMs, alarms }: RingingComposite,
  { inducedAt, speed }: { readonly inducedAt: number; readonly speed: number },
) {
  const [first] = alarms.toSorted((one, other) => one.periodSeconds - other.periodSeconds);
  const { name = 'none rings any more', periodSeconds = 300 } = first ?? {};
  const periodMs = (periodSeconds * 1000) / speed;
  return { alarm: name, periods: Math.max(0, atMs - inducedAt) / periodMs };
}

async function openOf({ backend }: Stage, kind: AlarmKind): Promise<Incident | undefined> {
  const { board } = await readBoard(backend.tables.evidence);
  return board.incidents.find(
    ({ status, parts }) => status !== 'closed' && parts.some((part) => part.kind === kind),
  );
}

/** What is over leaves the board. */
async function incidentOf({ backend }: Stage, id: string): Promise<Incident | undefined> {
  const { board } = await readBoard(backend.tables.evidence);
  return board.incidents.find((one) => one.id === id);
}

async function wasTold(stage: Stage, id: string): Promise<boolean> {
  const incident = await incidentOf(stage, id);
  return incident?.tellings.some(({ toldAt }) => toldAt !== undefined) === true;
}

/**
 * Lets the responder's minute come, as if it were this late already: it waits in real time. Its clock is the time
 * that the schedule's event carries.
 */
async function tick({ backend, invoke }: Stage, asIfMs: number): Promise<void> {
  const time = new Date(asIfMs).toISOString();
  const event = { 'detail-type': 'Scheduled Event', time };
  if (!(await invoke(backend.names.responderFunction, event)))
    throw new Error('the responder failed');
}

type Notice = { readonly subject: string; readonly text: string };

const published = z.object({
  last: z.number(),
  notifications: z.array(
    z.object({
      topicArn: z.string(),
      subject: z.string().nullable(),
      deliveries: z.array(
        z.object({ endpoint: z.string(), isConfirmed: z.boolean(), message: z.string() }),
      ),
    }),
  ),
});

async function lastNotice({ local }: Stage): Promise<number> {
  return published.parse(await local('/notifications')).last;
}

/** Returns what the person on call was told since. */
async function noticesSince({ local, backend }: Stage, since: number): Promise<readonly Notice[]> {
  const { notifications } = published.parse(await local(`/notifications?since=${since}`));
  return notifications.flatMap(({ topicArn, subject, deliveries }) => {
    const own = deliveries.find(
      ({ endpoint, isConfirmed }) => endpoint === peopleAddress && isConfirmed,
    );
    const isPeoples = topicArn.endsWith(`:${backend.names.alarmTopic}`);
    return own && isPeoples ? [{ subject: subject ?? '', text: own.message }] : [];
  });
}

function isEnding({ subject }: Notice): boolean {
  return subject.includes('over: ');
}

/** Returns the words of the runbook's first command for a kind. */
function firstWords(kind: AlarmKind): readonly string[] {
  return alarmKinds[kind].look.split(' ').slice(1);
}

function missing(wanted: readonly (string | RegExp)[], text: string): readonly string[] {
  return wanted
    .filter((one) => (typeof one === 'string' ? !text.includes(one) : !one.test(text)))
    .map(String);
}
