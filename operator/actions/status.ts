/** How a deployment stands, read at once: what leaves, what waits, what rings, and what to do. */

import * as z from 'zod';
import { readAlarms } from '../../adapters/cloudwatch.ts';
import { readCursor, readFailures } from '../../adapters/evidence-store.ts';
import { readBoard } from '../../adapters/incident-store.ts';
import { readSesAccount, type SesAccount } from '../../adapters/ses-account.ts';
import { readAutomation } from '../../adapters/standing-store.ts';
import { readSwitches } from '../../adapters/switch-store.ts';
import { listStreams } from '../../adapters/tenant-directory.ts';
import { alarmKinds, type Severity } from '../../contract/alarm-kinds.ts';
import { isAlarmKind, readAlarmName } from '../../contract/alarm-names.ts';
import type { ActionKind, Autonomy } from '../../domain/rotation/model.ts';
import type { SwitchState } from '../../domain/sending-switch.ts';
import { type EpochMs, epochMs, hourMs } from '../../domain/time.ts';
import { type SubscriptionState, subscriptionState } from './alarm-subscription.ts';
import type { Backend } from './backend.ts';
import type { PoolRow } from './pool-row.ts';
import { listPoolRows } from './pool-standings.ts';
import { listStages, type Stages } from './queue-stages.ts';
import { listOrders } from './standing-orders.ts';
import { createPartReader, isAbsence, type Part, type PartReader } from './status-part.ts';
import { findStuck } from './stuck-mail.ts';
import type { StuckRow } from './stuck-row.ts';
import { listTenantsAtRisk, type TenantsAtRisk } from './tenants-at-risk.ts';

/** A stream's switch, and whether anything moves it. */
export type StreamSwitch = { readonly stream: string; readonly state: SwitchState };

/** How the reputation loop stands. */
export type LoopStanding = {
  readonly state: 'on' | 'freeze' | 'off';
  /** Kinds of action whose autonomy a person has changed. */
  readonly autonomy: Readonly<Partial<Record<ActionKind, Autonomy>>>;
  /** Until when it has counted what was sent; absent before its first run. */
  readonly lookedUntil?: EpochMs;
  readonly orders: number;
};

/** An incident that is not over. */
export type OpenIncident = {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly severity: Severity;
  readonly since: EpochMs;
  readonly cause?: string;
  /** Command that shows it first. */
  readonly look: string;
  readonly acked?: string;
  readonly testedBy?: string;
};

/** What has come back from SES lately. */
export type FeedbackAge = {
  /** When the newest bounce, delay or complaint was heard, of mail of the last three hours; absent where there was none. */
  readonly newestAt?: EpochMs;
};

/** Everything on one screen. */
export type Status = {
  readonly deployment: string;
  /** An endpoint of one's own is a box, where nobody need be told of alarms. */
  readonly target: 'aws' | 'box';
  readonly at: EpochMs;
  readonly ses: Part<SesAccount>;
  readonly switches: Part<readonly StreamSwitch[]>;
  readonly stages: Part<Stages>;
  readonly pools: Part<readonly PoolRow[]>;
  readonly loop: Part<LoopStanding>;
  readonly incidents: Part<readonly OpenIncident[]>;
  /** Kinds of alarm that ring, by CloudWatch itself. */
  readonly ringing: Part<readonly string[]>;
  /** Whether people hear of alarms. */
  readonly subscription: Part<SubscriptionState>;
  readonly feedback: Part<FeedbackAge>;
  readonly stuck: Part<readonly StuckRow[]>;
  readonly risk: Part<TenantsAtRisk>;
};

/** All parts are read at once, and none may take longer: the whole answer takes two seconds at most. */
const partMsDefault = 1_500;

/** Tenants that are named. */
const risksShown = 3;

/** A day of a large sender takes longer to read than a status may. */
const riskWindowMs = hourMs;

/**
 * Returns how a deployment stands. A part that cannot be read says why; the others stand.
 * @throws what the first part met where none could be read, or where no table or queue of the deployment is there
 */
export async function readStatus(
  backend: Backend,
  now: EpochMs,
  partMs: number = partMsDefault,
): Promise<Status> {
  const { tables, deployment } = backend;
  const [own, account] = [createPartReader(partMs), createPartReader(partMs)];
  const part = own.read;
  const streams = listStreams(tables.directory);
  const stages = listStages(backend, now);
  // Asked for by two parts, of which each says by itself that it failed.
  for (const shared of [streams, stages]) shared.catch(() => undefined);
  const parts = {
    ses: account.read(() => readSesAccount(backend.ses)),
    switches: part(async () => listSwitches(backend, await streams)),
    stages: part(() => stages),
    pools: part(() => listPoolRows(backend)),
    loop: part(() => readLoop(backend, now)),
    incidents: part(() => listIncidents(backend)),
    ringing: account.read(() => listRinging(backend)),
    subscription: part(() => subscriptionState(backend)),
    feedback: part(() => readFeedbackAge(backend, now)),
    stuck: part(async () => findStuck(backend, await stages, { now, look: 'glance' })),
    risk: part(() =>
      listTenantsAtRisk(backend, { now, limit: risksShown, windowMs: riskWindowMs }),
    ),
  };
  const status: Status = {
    ...{ deployment, at: now, target: backend.target.endpoint === undefined ? 'aws' : 'box' },
    ses: await parts.ses,
    switches: await parts.switches,
    stages: await parts.stages,
    pools: await parts.pools,
    loop: await parts.loop,
    incidents: await parts.incidents,
    ringing: await parts.ringing,
    subscription: await parts.subscription,
    feedback: await parts.feedback,
    stuck: await parts.stuck,
    risk: await parts.risk,
  };
  refuseNowhere(own, account);
  return status;
}

/** SES and CloudWatch answer for an account and region without the deployment, and all would look well. */
function refuseNowhere(own: PartReader, account: PartReader): void {
  const [first, ...others] = own.silence();
  const isNowhere = [first, ...others].every(isAbsence) || account.silence().length > 0;
  if (first !== undefined && isNowhere) throw first;
}

async function listSwitches(
  { tables }: Backend,
  streams: readonly string[],
): Promise<readonly StreamSwitch[]> {
  const switches = await readSwitches(tables.pacing, streams);
  return [...switches].map(([stream, { state }]) => ({ stream, state }));
}

const rolled = z.object({ until: z.number() });

async function readLoop(backend: Backend, now: EpochMs): Promise<LoopStanding> {
  const { assignments, evidence } = backend.tables;
  const [automation, cursor, orders] = await Promise.all([
    readAutomation(assignments),
    readCursor(evidence, 'rolled', rolled),
    listOrders(backend, { now }),
  ]);
  return {
    state: automation?.state ?? 'on',
    autonomy: automation?.autonomy ?? {},
    ...(cursor === undefined ? {} : { lookedUntil: epochMs(cursor.until) }),
    orders: orders.length,
  };
}

/** The board of the responder: what it has told people, and what it waits with. */
async function listIncidents({ tables }: Backend): Promise<readonly OpenIncident[]> {
  const { board } = await readBoard(tables.evidence);
  return board.incidents
    .filter(({ status }) => status !== 'closed')
    .map(({ id, kind, openedAt, findings, acked, testedBy }) => {
      const words = isAlarmKind(kind) ? alarmKinds[kind] : undefined;
      return {
        ...{ id, kind, since: openedAt },
        title: words?.title ?? kind,
        severity: words?.severity ?? 'page',
        look: words?.look ?? `goodstanding alarms show ${id}`,
        ...(findings === undefined ? {} : { cause: findings.cause }),
        ...(acked === undefined ? {} : { acked: acked.by }),
        ...(testedBy === undefined ? {} : { testedBy }),
      };
    });
}

async function listRinging({ cloudwatch, deployment }: Backend): Promise<readonly string[]> {
  const alarms = await readAlarms(cloudwatch, `${deployment}-`);
  const kinds = alarms
    .filter(({ state }) => state === 'alarm')
    .flatMap(({ name }) => readAlarmName(deployment, name)?.kind ?? []);
  return [...new Set(kinds)];
}

/** News that is looked at for the newest: those of the latest mail. */
const newsLooked = 50;

/** Mail of so long ago is asked for news: one query for each hour. */
const newsWindowMs = 3 * hourMs;

async function readFeedbackAge({ tables }: Backend, now: EpochMs): Promise<FeedbackAge> {
  const window = { since: epochMs(now - newsWindowMs), until: now };
  const failures = await readFailures(tables.evidence, window, newsLooked);
  const heard = failures.map(({ heardAt }) => heardAt);
  return heard.length === 0 ? {} : { newestAt: epochMs(Math.max(...heard)) };
}
