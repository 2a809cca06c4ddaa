import type { WorldParameters } from '../../world/parameters.ts';
import { diceFor } from '../dice.ts';
import { createActWatch, noteFailure } from './act-watch.ts';
import { createBacklog } from './backlog.ts';
import { createEgress } from './egress.ts';
import { createFineTicks } from './fine-ticks.ts';
import { buildFleet, type Fleet } from './fleet.ts';
import { createGround } from './ground.ts';
import type { JudgedAct } from './judge-acts.ts';
import type { Batch } from './mail.ts';
import { createNewsPost } from './news-post.ts';
import { complaintsOf, openWorld, worldEventsOf } from './open-world.ts';
import type { MakePolicy } from './policy.ts';
import type { Response } from './response-times.ts';
import type { Scenario } from './scenario.ts';
import { asNewsEvent, asTenantEvent, makesBad, type NewsEvent } from './scenario-events.ts';
import { createSending } from './sending.ts';
import { countEnd, harmOf, newTally, type Tally } from './tally.ts';
import { createTrace, type TraceSeries } from './trace.ts';
import { type Births, createTraffic } from './traffic.ts';
import { createWarmCaps } from './warm-caps.ts';

/** What came of one scenario under one policy. */
export type RunResult = {
  readonly policy: string;
  readonly seed: number;
  readonly tally: Tally;
  /** Good mails harmed. */
  readonly harm: number;
  /** Mails handed to SES. */
  readonly handed: number;
  readonly moves: number;
  readonly acts: readonly JudgedAct[];
  readonly responses: readonly Response[];
  readonly series?: TraceSeries;
};

export type RunOptions = {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly makePolicy: MakePolicy;
  readonly parameters?: WorldParameters;
  /** Keep what a page draws. */
  readonly trace?: 'keep';
};

const minuteMs = 60_000;
/** After the last mail is born the run goes on until all mail has ended, at most a day. */
const drainMinutesMax = 24 * 60;

/** Runs one scenario under one policy; the same options give the same result. */
export function runScenario(options: RunOptions): RunResult {
  const run = openRun(options);
  const bornMinutes = Math.round(options.scenario.hours * 60);
  const isBusy = () => run.egress.inside() > 0 || run.backlog.mails() > 0;
  let minute = 0;
  while (minute < bornMinutes || (minute < bornMinutes + drainMinutesMax && isBusy())) {
    passMinute(run, minute, minute < bornMinutes ? 'born' : 'drained');
    minute += 1;
  }
  return close(run, run.fleet.startsAt + minute * minuteMs);
}

type Run = ReturnType<typeof openRun>;

function openRun({ scenario, seed, makePolicy, parameters, trace: asked }: RunOptions) {
  const fleet = buildFleet(scenario, seed);
  const { startsAt } = fleet;
  const { truth, events } = scenario;
  const world = openWorld({ fleet, seed, parameters });
  const tally = newTally();
  const trace = asked === 'keep' ? createTrace(startsAt) : undefined;
  const troubles = events.map(asNewsEvent).filter((event) => event !== undefined);
  const delay = delayOf(scenario);
  const post = createNewsPost({ draw: diceFor(seed, 'news'), delay, troubles, startsAt });
  const egress = createEgress({
    world,
    draw: diceFor(seed, 'egress'),
    post,
    tally,
    ipsOf: ipsOf(fleet, (ip) => policy.isOut?.(ip) ?? false),
    maxDeliveryMsOf: maxDeliveryMsOf(fleet),
    forgeries: troubles.filter(({ kind }) => kind === 'forged-replies'),
    startsAt,
  });
  const backlog = createBacklog();
  const ground = createGround();
  const caps = createWarmCaps(fleet, (pool, at) => policy.levelOf?.(pool, at) ?? 'quiet');
  const policy = makePolicy({
    fleet,
    roomOf: caps.roomOf,
    warmthOf: caps.of,
    listingsOf: world.listingsOf,
    feedbackAgeMs: (now) => delayAt(troubles, now - startsAt),
    truth,
    draw: diceFor(seed, 'policy'),
  });
  const draw = diceFor(seed, 'sending');
  return {
    seed,
    fleet,
    world,
    tally,
    trace,
    post,
    egress,
    backlog,
    ground,
    policy,
    sending: createSending({ fleet, policy, caps, egress, backlog, ground, tally, draw, trace }),
    traffic: createTraffic(fleet, events, seed),
    fine: createFineTicks(events, startsAt),
    acts: createActWatch({ truth, startsAt, policy, ground }),
    happenings: worldEventsOf(scenario),
    complain: complaintsOf(world, post),
    mended: mendingsOf(scenario),
  };
}

/** One minute, in as many parts as it deserves: what happens, what is heard, what is tried again, what is born. */
function passMinute(run: Run, minute: number, mail: 'born' | 'drained'): void {
  const { fleet, world, egress, backlog, sending, trace } = run;
  const begins = fleet.startsAt + minute * minuteMs;
  for (const event of run.happenings.get(minute) ?? []) world.happen(event, begins);
  const parts = run.fine.partsOf(minute);
  const births = mail === 'born' ? run.traffic.minute(minute, parts) : undefined;
  run.complain(begins);
  mend(run, minute, begins);
  for (let part = 0; part < parts; part += 1) {
    const now = begins + (part * minuteMs) / parts;
    look(run, now);
    if (part === 0) {
      egress.retry(now);
      for (const batch of backlog.due(now)) sending.send(batch, now);
      trace?.waiting(backlog.mails(), now);
    }
    if (births) bear(run, { births, part, now });
  }
}

/** News reaches the policy, and what it does is judged and carried out. */
function look({ post, policy, sending, fine, acts, ground, trace }: Run, now: number): void {
  const news = post.due(now);
  for (const one of news) noteFailure(one, { ground, trace, now });
  fine.hear(news, now);
  acts.times.hear(news, now);
  policy.hear(news, now);
  policy.tick(now);
  acts.judge();
  for (const { news: refused, pool, count } of policy.resend?.(now) ?? []) {
    const again = refused.repeated ? 'duplicate' : 'after-refusal';
    const batch = { ...refused.batch, count, again } as const;
    sending.sendAgain({ batch, pool, again: refused.again + 1 }, now);
  }
}

function mend({ mended, backlog, tally, policy }: Run, minute: number, now: number): void {
  for (const tenant of mended.withdrawals.get(minute) ?? []) {
    const isBad = ({ cell, traits }: Batch) => traits.bad && cell.tenant.group === tenant;
    for (const batch of backlog.remove(isBad)) {
      countEnd(tally, 'kept', { batch, count: batch.count, now });
    }
  }
  for (const tenant of mended.pardons.get(minute) ?? []) policy.pardon(tenant, now);
}

function bear(
  { fleet, traffic, tally, sending }: Run,
  { births, part, now }: { readonly births: Births; readonly part: number; readonly now: number },
): void {
  for (const [at, index] of births.cells.entries()) {
    const count = births.counts[at]?.[part] ?? 0;
    const cell = fleet.cells[index];
    if (count === 0 || cell === undefined) continue;
    const traits = traffic.traitsOf(cell.tenantIndex);
    tally.born += count;
    if (traits.bad) tally.badBorn += count;
    sending.send({ cell, traits, bornAt: now, count }, now);
  }
}

function close(run: Run, now: number): RunResult {
  const { tally, backlog, egress, policy, sending, acts, trace, seed } = run;
  for (const batch of backlog.remove(() => true)) {
    countEnd(tally, 'kept', { batch, count: batch.count, now });
  }
  egress.giveUp(now);
  return {
    policy: policy.name,
    seed,
    tally,
    harm: harmOf(tally),
    handed: sending.handed(),
    moves: sending.moves(),
    acts: acts.judged,
    responses: acts.times.responses(),
    ...(trace ? { series: trace.series() } : {}),
  };
}

function delayOf({ feedback }: Scenario) {
  return { medianMs: feedback.medianSeconds * 1000, p99Ms: feedback.p99Seconds * 1000 };
}

function ipsOf(fleet: Fleet, isOut: (ip: string) => boolean) {
  const ips = new Map(fleet.pools.map((pool) => [pool.pool, pool.ips] as const));
  return (pool: string): readonly string[] => {
    const all = ips.get(pool) ?? [];
    if (all.length === 1) return all;
    const left = all.filter((ip) => !isOut(ip));
    return left.length > 0 ? left : all;
  };
}

/**
 * A tenant that is mended deletes what it should not have sent, and a person lifts at once what stands
 * against it; the same under every policy.
 */
function mendingsOf({ events }: Scenario) {
  const withdrawals = new Map<number, string[]>();
  const pardons = new Map<number, string[]>();
  const add = (to: Map<number, string[]>, minute: number, tenant: string) =>
    to.set(Math.ceil(minute), [...(to.get(Math.ceil(minute)) ?? []), tenant]);
  for (const event of events.map(asTenantEvent)) {
    if (event?.forMinutes === undefined || !makesBad(event)) continue;
    const end = event.atMinute + event.forMinutes;
    add(withdrawals, end, event.tenant);
    add(pardons, end, event.tenant);
  }
  return { withdrawals, pardons };
}

function delayAt(troubles: readonly NewsEvent[], ageMs: number): number {
  const delays = troubles.map((event) => {
    const from = event.atMinute * minuteMs;
    const isActive = ageMs >= from && ageMs < from + event.forMinutes * minuteMs;
    // What was said before the delay began has been heard.
    return event.kind === 'feedback-delay' && isActive
      ? Math.min(ageMs - from, event.delaySeconds * 1000)
      : 0;
  });
  return Math.max(0, ...delays);
}

function maxDeliveryMsOf(fleet: Fleet) {
  const minutes = new Map(
    fleet.streams.map(({ stream, maxDeliveryMinutes }) => [stream, maxDeliveryMinutes] as const),
  );
  return (stream: string) => (minutes.get(stream) ?? 840) * minuteMs;
}
