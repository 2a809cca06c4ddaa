import type { Emulator, JsonObject, LocalClock, Place, ResourceProviders } from '../../aws.ts';
import type { Alarm } from './alarm.ts';
import { type AlarmHands, createActions } from './alarm-actions.ts';
import { AlarmBook } from './alarm-book.ts';
import { AlarmClock } from './alarm-clock.ts';
import { alarmOperations } from './alarm-operations.ts';
import { cloudwatchProviders } from './alarm-providers.ts';
import { stateChangeDetail } from './alarm-view.ts';
import { createCloudwatchApi } from './cloudwatch-api.ts';
import { dashboardOperations } from './dashboard-operations.ts';
import { createDashboards } from './dashboards.ts';
import { embeddedMetrics } from './embedded-metrics.ts';
import { createAlarmRoutes } from './local-routes.ts';
import type { Measure } from './metric.ts';
import { metricOperations } from './metric-operations.ts';
import { MetricStore } from './metric-store.ts';

export type CloudwatchOptions = AlarmHands & {
  readonly place: Place;
  readonly clock: LocalClock;
  /** Puts the event of an alarm whose state changed on the default bus. */
  readonly emit: (event: {
    readonly source: string;
    readonly detailType: string;
    readonly detail: JsonObject;
    readonly resources: readonly string[];
  }) => void;
};

export type Cloudwatch = {
  readonly providers: ResourceProviders;
  /** Service `monitoring`. */
  readonly handle: Emulator;
  /** `/_local/alarms`. */
  readonly local: Emulator;
  /** Takes a measurement from a service of the box. */
  readonly measure: Measure;
  /** Takes a line of a function's log, which may carry metrics. */
  readonly readLog: (line: string) => void;
  /** Returns whether an alarm looks at metrics of this namespace. */
  readonly watches: (namespace: string) => boolean;
  /** Evaluates the alarms whose time has come. */
  readonly evaluate: () => void;
  /** Begins to evaluate alarms; `sample` is called before each evaluation, to measure what has no events. */
  readonly start: (sample: () => void) => void;
  readonly close: () => void;
};

/** Real time between two evaluations: often enough for the clock's speed, and cheap at rest. */
const tickMs = { min: 100, max: 10_000 };
const compactEveryMs = 60_000;

/**
 * CloudWatch in memory: metrics from logs, PutMetricData and the services of the box; alarms that are
 * evaluated, act and tell the event bus; dashboards as they were put. Anomaly detection, metric
 * streams, Insights, logs and units are not there.
 */
export function createCloudwatch(options: CloudwatchOptions): Cloudwatch {
  const { place, clock: now } = options;
  const clock = new AlarmClock();
  const store = new MetricStore(() => clock.stepMs);
  const dashboards = createDashboards(place, now);
  const act = createActions({ place, hands: options, now, history: () => book.history });
  const book = new AlarmBook({
    ...{ place, now, store, clock },
    onChange: (alarm) => options.emit(stateChange(alarm)),
    onAct: (alarm) => void act(alarm),
  });
  const measure: Measure = (measurement) => store.add(measurement, now());
  const ticker = createTicker({ book, store, clock, now });
  return {
    providers: cloudwatchProviders({ book, dashboards, place }),
    handle: createCloudwatchApi({
      ...metricOperations(store, now),
      ...alarmOperations(book),
      ...dashboardOperations(dashboards),
    }),
    local: createAlarmRoutes({ book, clock, onSpeed: ticker.restart }),
    measure,
    readLog: (line) => {
      for (const measurement of embeddedMetrics(line)) measure(measurement);
    },
    watches: (namespace) => book.namespaces().has(namespace),
    evaluate: () => book.evaluate(),
    start: ticker.start,
    close: ticker.close,
  };
}

function stateChange(alarm: Alarm): Parameters<CloudwatchOptions['emit']>[0] {
  return {
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    detail: stateChangeDetail(alarm),
    resources: [alarm.arn],
  };
}

function createTicker(what: {
  readonly book: AlarmBook;
  readonly store: MetricStore;
  readonly clock: AlarmClock;
  readonly now: () => number;
}) {
  let timer: NodeJS.Timeout | undefined;
  let sample: (() => void) | undefined;
  let compactedMs = what.now();
  const tick = (): void => {
    sample?.();
    what.book.evaluate();
    if (what.now() >= compactedMs + compactEveryMs) {
      compactedMs = what.now();
      what.store.compact(compactedMs);
    }
    plan();
  };
  const plan = (): void => {
    const halfMinuteMs = what.clock.realMs(30);
    timer = setTimeout(tick, Math.min(tickMs.max, Math.max(tickMs.min, halfMinuteMs)));
    timer.unref();
  };
  return {
    start: (taken: () => void): void => {
      sample = taken;
      plan();
    },
    /** The next evaluation comes at the new pace, not at the old one. */
    restart: (): void => {
      if (sample === undefined) return;
      clearTimeout(timer);
      plan();
    },
    close: (): void => clearTimeout(timer),
  };
}
