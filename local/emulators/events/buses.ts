import { randomUUID } from 'node:crypto';
import type { JsonObject, LocalClock, Place } from '../../aws.ts';
import type { createEventLog, LoggedEvent } from './event-log.ts';
import type { EventMatcher } from './event-pattern.ts';
import { eventTime } from './event-time.ts';
import type { MakeInput } from './target-input.ts';

/** Where a rule sends what it matches. */
export type RuleTarget = {
  readonly id: string;
  readonly arn: string;
  readonly makeInput: MakeInput;
  readonly deliver: (text: string) => Promise<void>;
  /** Gets the event when it cannot be delivered. */
  readonly deadLetter: ((text: string) => Promise<void>) | undefined;
};

/** One rule of a bus; without a pattern it is a schedule and matches nothing put on the bus. */
export type Rule = {
  readonly name: string;
  readonly arn: string;
  readonly bus: string;
  readonly pattern: JsonObject | undefined;
  readonly matches: EventMatcher;
  readonly targets: readonly RuleTarget[];
  readonly scheduleExpression: string | undefined;
  enabled: boolean;
};

/** An event to be put; `time` in ms since 1970. */
export type BusEvent = {
  readonly source: string;
  readonly detailType: string;
  readonly detail: JsonObject;
  readonly resources: readonly string[];
  readonly timeMs?: number;
};

export type OnDelivered = (delivery: { readonly rule: string; readonly isTaken: boolean }) => void;

/** The buses of the account: `default` and those of the template. */
export type Buses = ReturnType<typeof createBuses>;

/**
 * Holds buses and rules and carries events to targets. Delivery does not wait: an event that is put
 * is on its way when the answer is given.
 *
 * A failed delivery is not repeated, where EventBridge would try for a day: it is logged, and goes to
 * the target's dead-letter queue at once.
 */
export function createBuses(options: {
  readonly place: Place;
  readonly clock: LocalClock;
  readonly log: ReturnType<typeof createEventLog>;
  /** Told of each delivery to a target of a rule, and whether the target took it. */
  readonly onDelivered: OnDelivered;
}) {
  const { place, clock, log, onDelivered } = options;
  const names = new Set(['default']);
  const rules: Rule[] = [];

  const put = (bus: string, event: BusEvent): string => {
    const id = randomUUID();
    const envelope = {
      version: '0',
      id,
      'detail-type': event.detailType,
      source: event.source,
      account: place.accountId,
      time: eventTime(event.timeMs ?? clock()),
      region: place.region,
      resources: event.resources,
      detail: event.detail,
    };
    const busExists = names.has(bus);
    const entry = log.add({ atMs: clock(), bus, busExists, event: envelope });
    for (const rule of rules) {
      if (rule.bus === bus && rule.enabled && rule.matches(envelope)) {
        void fire(rule, envelope, { entry, onDelivered });
      }
    }
    return id;
  };
  return {
    put,
    rules: rules as readonly Rule[],
    addBus: (name: string) => names.add(name),
    hasBus: (name: string) => names.has(name),
    addRule: (rule: Rule) => rules.push(rule),
    /** Sends what a schedule makes at an instant to the targets of its rule. @throws Error naming the targets that failed. */
    fireScheduled: async (rule: Rule, dueMs: number): Promise<void> => {
      const envelope = scheduledEvent(rule, place, dueMs);
      const entry = log.add({ atMs: clock(), bus: rule.bus, busExists: true, event: envelope });
      await fire(rule, envelope, { entry, onDelivered });
      const failed = entry.deliveries.filter((delivery) => delivery.error !== undefined);
      if (failed.length > 0) throw new Error(failed.map((one) => one.error).join('; '));
    },
  };
}

async function fire(
  rule: Rule,
  event: JsonObject,
  { entry, onDelivered }: { readonly entry: LoggedEvent; readonly onDelivered: OnDelivered },
): Promise<void> {
  await Promise.all(
    rule.targets.map(async (target) => {
      const delivery = { rule: rule.name, target: target.arn };
      try {
        await target.deliver(JSON.stringify(target.makeInput(event, rule)));
        entry.deliveries.push(delivery);
        onDelivered({ rule: rule.name, isTaken: true });
      } catch (cause) {
        onDelivered({ rule: rule.name, isTaken: false });
        const lost = await target.deadLetter?.(JSON.stringify(event)).then(() => '', String);
        entry.deliveries.push({ ...delivery, error: `${String(cause)}${lost ? `; ${lost}` : ''}` });
      }
    }),
  );
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
function scheduledEvent(rule: Rule, place: Place, dueMs: number): JsonObject {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: place.accountId,
    time: eventTime(dueMs),
    region: place.region,
    resources: [rule.arn],
    detail: {},
  };
}
