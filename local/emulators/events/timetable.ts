import type { JsonObject, LocalClock } from '../../aws.ts';
import type { NextInstant } from './cron-expression.ts';

/** Something that fires by the clock; `kind` is the CloudFormation family it comes from. */
export type Timed = {
  readonly kind: 'rule' | 'schedule';
  readonly name: string;
  readonly arn: string;
  readonly expression: string;
  readonly next: NextInstant;
  readonly isEnabled: () => boolean;
  readonly targets: readonly string[];
  /** Rejects when a target could not be reached; `dueMs` is the instant it was due. */
  readonly fire: (dueMs: number) => Promise<void>;
};

export type Timetable = {
  readonly add: (timed: Timed) => void;
  readonly list: () => readonly JsonObject[];
  /**
   * Fires now, enabled or not, beside its plan; undefined when there is no such name or ARN. The event
   * carries the time `asIfMs` where one is given: a target may go by it, the box's clock stays.
   */
  readonly fireNow: (nameOrArn: string, asIfMs?: number) => Promise<void> | undefined;
  readonly start: () => void;
  readonly close: () => void;
};

type Planned = {
  readonly timed: Timed;
  dueMs: number | undefined;
  lastFiredMs: number | undefined;
  lastError: string | undefined;
};

/** Half of this is how late a schedule fires on average. */
const tickMs = 250;

/**
 * Fires schedules by the box's clock. It looks at the clock four times a second instead of sleeping
 * until the next instant, because a rehearsal may move the clock; what it jumped over is fired once.
 * The timer does not keep the process alive.
 */
export function createTimetable(clock: LocalClock): Timetable {
  const plans: Planned[] = [];
  let timer: NodeJS.Timeout | undefined;

  const fire = async (planned: Planned, dueMs: number): Promise<void> => {
    planned.lastFiredMs = clock();
    planned.lastError = undefined;
    try {
      await planned.timed.fire(dueMs);
    } catch (cause) {
      planned.lastError = String(cause);
      throw cause;
    }
  };
  const tick = () => {
    const nowMs = clock();
    for (const planned of plans) {
      const { dueMs, timed } = planned;
      if (dueMs === undefined || dueMs > nowMs) continue;
      const following = timed.next(dueMs);
      planned.dueMs = following !== undefined && following <= nowMs ? timed.next(nowMs) : following;
      // The error is kept with the schedule and shown in its listing.
      if (timed.isEnabled()) fire(planned, dueMs).catch(() => undefined);
    }
  };
  const plan = (planned: Planned) => {
    planned.dueMs = planned.timed.next(clock());
  };
  return {
    add: (timed) => {
      const planned = { timed, dueMs: undefined, lastFiredMs: undefined, lastError: undefined };
      plans.push(planned);
      if (timer !== undefined) plan(planned);
    },
    list: () => plans.map(viewOf),
    fireNow: (nameOrArn, asIfMs) => {
      const planned = plans.find(
        ({ timed }) => timed.name === nameOrArn || timed.arn === nameOrArn,
      );
      return planned && fire(planned, asIfMs ?? clock());
    },
    start: () => {
      if (timer !== undefined) return;
      timer = setInterval(tick, tickMs);
      timer.unref();
      plans.forEach(plan);
    },
    close: () => {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function viewOf({ timed, dueMs, lastFiredMs, lastError }: Planned): JsonObject {
  return {
    kind: timed.kind,
    name: timed.name,
    arn: timed.arn,
    expression: timed.expression,
    state: timed.isEnabled() ? 'ENABLED' : 'DISABLED',
    targets: timed.targets,
    nextMs: dueMs ?? null,
    lastFiredMs: lastFiredMs ?? null,
    lastError: lastError ?? null,
  };
}
