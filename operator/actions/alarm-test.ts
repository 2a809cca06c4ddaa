import { setTimeout as sleep } from 'node:timers/promises';
import { countActions, setAlarm } from '../../adapters/alarm-fire.ts';
import { readAlarms } from '../../adapters/cloudwatch.ts';
import { changeBoard } from '../../adapters/incident-store.ts';
import type { AlarmKind } from '../../contract/alarm-kinds.ts';
import { compositeName, readAlarmName } from '../../contract/alarm-names.ts';
import { testReason } from '../../contract/incident.ts';
import type { Incident } from '../../domain/incidents/model.ts';
import { epochMs, minuteMs, secondMs } from '../../domain/time.ts';
import { listIncidents } from './alarms.ts';
import type { Backend } from './backend.ts';
import { inParallel } from './in-parallel.ts';

/** What became of the test of one kind. */
export type AlarmTest = {
  readonly kind: AlarmKind;
  /**
   * `arrived`: people were told; `silent`: they were not, in time; `ringing`: it rings for real and is left alone;
   * `absent`: the deployment has no such alarm.
   */
  readonly result: 'arrived' | 'silent' | 'ringing' | 'absent';
  /** The metric alarm that was fired. */
  readonly alarm?: string;
  readonly incident?: string;
  /** SNS's id of the notice. */
  readonly notice?: string;
  /** From firing until people were told, as seen from here. */
  readonly tookMs?: number;
};

export type TestOptions = {
  readonly kinds: readonly AlarmKind[];
  readonly by: string;
  /** How long to wait for each notice, and as long again for the end. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number) => void;
};

/**
 * Fires one metric alarm of each kind, as trouble would, and waits until people were told; then sets it back.
 * The responder is told beforehand, so that the notices say that they are a test. A kind that rings is not touched.
 */
export async function testAlarms(
  backend: Backend,
  options: TestOptions,
): Promise<readonly AlarmTest[]> {
  const targets = await targetsOf(backend, options.kinds);
  let done = 0;
  return inParallel(targets, lanes, async ({ kind, alarm, result }): Promise<AlarmTest> => {
    const tested: AlarmTest =
      alarm === undefined || options.signal?.aborted
        ? { kind, result: result ?? 'silent' }
        : await testOne(backend, { kind, alarm }, options);
    done += 1;
    options.onProgress?.(done);
    return tested;
  });
}

/** Whoever is on call should not get all of them in one second. */
const lanes = 3;

/** With an alarm it can be tested, otherwise with the reason why not. */
type Target = {
  readonly kind: AlarmKind;
  readonly alarm?: string;
  readonly result?: 'ringing' | 'absent';
};

/** The metric alarm of each kind that is fired: its first that is at rest. */
async function targetsOf(
  { cloudwatch, deployment }: Backend,
  kinds: readonly AlarmKind[],
): Promise<readonly Target[]> {
  const alarms = await readAlarms(cloudwatch, `${deployment}-`);
  return kinds.map((kind) => {
    const own = alarms.filter(({ name }) => readAlarmName(deployment, name)?.kind === kind);
    const [first] = own.filter(({ name }) => name !== compositeName(deployment, kind));
    if (!first || own.length < 2) return { kind, result: 'absent' };
    if (own.some(({ state }) => state === 'alarm')) return { kind, result: 'ringing' };
    return { kind, alarm: first.name };
  });
}

/** The announcement ends last: what still rings without one is real. */
async function testOne(
  backend: Backend,
  { kind, alarm }: { readonly kind: AlarmKind; readonly alarm: string },
  options: TestOptions,
): Promise<AlarmTest> {
  const { cloudwatch } = backend;
  const reason = testReason(options.by);
  const firedAt = Date.now();
  const question = { kind, firedAt, options };
  const earlier = await findTests(backend, question);
  const actionsBefore = await ownActions(backend, question);
  await announce(backend, kind, options);
  await setAlarm(cloudwatch, alarm, { value: 'ALARM', reason });
  const about = { ...question, actionsBefore, earlier: new Set(earlier.map(({ id }) => id)) };
  const told = await waitFor(() => findTold(backend, about), options);
  const tookMs = Date.now() - firedAt;
  await setAlarm(cloudwatch, alarm, { value: 'OK', reason: `${reason} is over` });
  const isOver = await waitFor(
    async () => (await findTest(backend, about))?.status === 'closed' || undefined,
    // After Ctrl-C it is still set back in order, but not for long.
    { waitMs: options.signal?.aborted ? 5 * secondMs : options.waitMs },
  );
  if (isOver)
    await changeBoard(backend.tables.evidence, (board) => ({
      ...board,
      tests: board.tests.filter((test) => test.kind !== kind),
    }));
  if (!told) return { kind, alarm, result: 'silent' };
  return { kind, alarm, result: 'arrived', tookMs, ...told };
}

/** A test that nobody ends is over by itself: what rings then rings for real. */
async function announce(
  { tables }: Backend,
  kind: AlarmKind,
  { by, waitMs }: TestOptions,
): Promise<void> {
  const since = epochMs(Date.now());
  const test = { kind, by, since, until: epochMs(since + 2 * waitMs + minuteMs) };
  await changeBoard(tables.evidence, (board) => ({
    ...board,
    tests: [...board.tests.filter((one) => one.kind !== kind), test],
  }));
}

type About = {
  readonly kind: AlarmKind;
  readonly firedAt: number;
  readonly options: Pick<TestOptions, 'by'>;
  /** Incidents of tests of just before: their notices prove nothing of this one. */
  readonly earlier: ReadonlySet<string>;
  /** Of the alarm about the responder, which tells people itself: how often it had by then. */
  readonly actionsBefore: number;
};

type Question = Omit<About, 'earlier' | 'actionsBefore'>;

/** Clocks of this machine and of AWS may differ by so much. */
const clockSkewMs = 30 * secondMs;

async function findTest(backend: Backend, about: About): Promise<Incident | undefined> {
  const found = await findTests(backend, about);
  return found.find(({ id }) => !about.earlier.has(id));
}

async function findTests(
  backend: Backend,
  { kind, firedAt, options }: Question,
): Promise<readonly Incident[]> {
  const since = epochMs(firedAt - clockSkewMs);
  const found = await listIncidents(backend, since, epochMs(Date.now()));
  return found.filter((one) => one.kind === kind && one.testedBy === options.by);
}

/** The responder says so in the incident; of its own failure the alarm tells people itself. */
async function findTold(
  backend: Backend,
  about: About,
): Promise<Pick<AlarmTest, 'incident' | 'notice'> | undefined> {
  const incident = await findTest(backend, about);
  const named = incident ? { incident: incident.id } : {};
  if (about.kind === ownTrouble)
    return (await ownActions(backend, about)) > about.actionsBefore ? named : undefined;
  const telling = incident?.tellings.find(({ toldAt }) => toldAt !== undefined);
  if (!telling) return undefined;
  return { ...named, ...(telling.notice === undefined ? {} : { notice: telling.notice }) };
}

const ownTrouble: AlarmKind = 'responder-down';

async function ownActions(
  { cloudwatch, deployment }: Backend,
  { kind, firedAt }: Question,
): Promise<number> {
  if (kind !== ownTrouble) return 0;
  const since = epochMs(firedAt - clockSkewMs);
  return countActions(cloudwatch, compositeName(deployment, kind), since);
}

/** Looks often at first, because the local runtime answers at once, and then gently. */
const pollMs = { first: 100, longest: 2 * secondMs };

async function waitFor<T>(
  look: () => Promise<T | undefined>,
  { waitMs, signal }: Pick<TestOptions, 'waitMs' | 'signal'>,
): Promise<T | undefined> {
  const until = Date.now() + waitMs;
  for (let pauseMs = pollMs.first; ; pauseMs = Math.min(pollMs.longest, 2 * pauseMs)) {
    const found = await look();
    if (found !== undefined || signal?.aborted || Date.now() >= until) return found;
    await sleep(pauseMs);
  }
}
