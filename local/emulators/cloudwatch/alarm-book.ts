import type { Place } from '../../aws.ts';
import { type Alarm, type AlarmCause, type AlarmState, newAlarm, withState } from './alarm.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { createHistory, type History } from './alarm-history.ts';
import { alarmNameOf, alarmsIn, parseAlarmRule, ruleHolds } from './alarm-rule.ts';
import {
  type CompositeAlarmSettings,
  type MetricAlarmSettings,
  queriesOf,
} from './alarm-settings.ts';
import { alarmTime, longTime } from './alarm-words.ts';
import { CloudwatchError } from './errors.ts';
import { evaluateMetricAlarm, evaluationEndMs } from './metric-alarm.ts';
import type { MetricStore } from './metric-store.ts';
import { suppressedBy } from './suppression.ts';

export type AlarmBookOptions = {
  readonly place: Place;
  readonly now: () => number;
  readonly store: Pick<MetricStore, 'read'>;
  readonly clock: AlarmClock;
  /** Told of each new state, and of each change in what keeps an alarm from acting. */
  readonly onChange: (alarm: Alarm) => void;
  /** Told when an alarm is to do what it does in its state. */
  readonly onAct: (alarm: Alarm) => void;
};

/** After somebody set a state it is left for so long, in alarm time, so that others can see it. */
const setStateSeconds = 60;

/** All alarms with their states; a change of one is followed through all composite alarms above it. */
export class AlarmBook {
  readonly #options: AlarmBookOptions;
  readonly #alarms = new Map<string, Alarm>();
  readonly history: History = createHistory();
  /** Asked for at every request to a table; undefined when alarms came or went since. */
  #namespaces: ReadonlySet<string> | undefined;

  constructor(options: AlarmBookOptions) {
    this.#options = options;
  }

  /** In the order of their creation. */
  list(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }

  /** Namespaces of the metrics that alarms look at. */
  namespaces(): ReadonlySet<string> {
    this.#namespaces ??= new Set(this.list().flatMap(({ cause }) => namespacesOf(cause)));
    return this.#namespaces;
  }

  find(name: string): Alarm | undefined {
    return this.#alarms.get(name);
  }

  /** Creates or changes a metric alarm; a changed one keeps its state until it is evaluated. */
  putMetric(settings: MetricAlarmSettings): Alarm {
    return this.#put({ type: 'MetricAlarm', settings });
  }

  /** @throws CloudwatchError when the rule cannot be read or names an alarm that does not exist. */
  putComposite(settings: CompositeAlarmSettings): Alarm {
    const rule = parseAlarmRule(settings.AlarmRule);
    const { ActionsSuppressor: suppressor } = settings;
    const named = [...alarmsIn(rule), ...(suppressor === undefined ? [] : [suppressor])];
    const missing = named.map(alarmNameOf).filter((name) => !this.#alarms.has(name));
    if (missing.length > 0) {
      throw new CloudwatchError(
        'ValidationError',
        `Could not save the composite alarm as alarms [${missing.join(', ')}] in the alarm rule do not exist`,
      );
    }
    if (this.#reaches(alarmsIn(rule), settings.AlarmName)) {
      throw new CloudwatchError(
        'ValidationError',
        `the rule of ${settings.AlarmName} leads back to itself`,
      );
    }
    return this.#put({ type: 'CompositeAlarm', settings, rule });
  }

  /** @throws CloudwatchError when a composite alarm that stays names one of them. */
  delete(names: readonly string[]): void {
    for (const { cause, name } of this.#alarms.values()) {
      if (cause.type !== 'CompositeAlarm' || names.includes(name)) continue;
      const used = alarmsIn(cause.rule).find((child) => names.includes(child));
      if (used === undefined) continue;
      throw new CloudwatchError(
        'ValidationError',
        `Cannot delete ${used} as there are composite alarm(s) depending on it: ${name}`,
      );
    }
    for (const name of names) this.#alarms.delete(name);
    this.#namespaces = undefined;
  }

  enableActions(name: string, actionsEnabled: boolean): void {
    const alarm = this.#alarms.get(name);
    if (alarm !== undefined) this.#alarms.set(name, { ...alarm, actionsEnabled });
  }

  /** Puts an alarm in a state until its next evaluation, a composite one until a child changes. */
  setState(name: string, state: Pick<AlarmState, 'value' | 'reason' | 'reasonData'>): void {
    const alarm = this.#alarms.get(name);
    if (alarm === undefined) throw new CloudwatchError('ResourceNotFound', `Unknown alarm ${name}`);
    const updatedMs = this.#options.now();
    const evaluatedUntilMs = updatedMs + this.#options.clock.realMs(setStateSeconds);
    this.#change({ ...alarm, evaluatedUntilMs }, { ...state, updatedMs, suppressedBy: undefined });
  }

  /** Evaluates the metric alarms whose time has come, then lets those act that need no longer wait. */
  evaluate(): void {
    const { store, clock, now } = this.#options;
    const nowMs = now();
    for (const { name, cause } of this.#alarms.values()) {
      if (cause.type !== 'MetricAlarm') continue;
      const alarm = this.#alarms.get(name);
      const endMs = evaluationEndMs(cause.settings, { clock, nowMs });
      if (alarm === undefined || endMs <= alarm.evaluatedUntilMs) continue;
      const evaluated = { ...alarm, evaluatedUntilMs: endMs };
      this.#alarms.set(name, evaluated);
      const state = evaluateMetricAlarm(evaluated, cause.settings, { store, clock, nowMs });
      if (state !== undefined) this.#change(evaluated, state);
    }
    this.#reconsider();
  }

  #put(cause: AlarmCause): Alarm {
    const { place, now } = this.#options;
    const atMs = now();
    const { AlarmName: name, ActionsEnabled: actionsEnabled } = cause.settings;
    const known = this.#alarms.get(name);
    if (known !== undefined && known.cause.type !== cause.type) {
      throw new CloudwatchError('ValidationError', `${name} is an alarm of another type`);
    }
    const holds = cause.type === 'CompositeAlarm' ? this.#holds(cause.rule) : undefined;
    const made = newAlarm({
      ...{ place, cause, atMs },
      ...(holds === undefined ? {} : { ruleHolds: holds }),
    });
    const alarm =
      known === undefined
        ? made
        : { ...known, cause, actionsEnabled, configuredMs: atMs, evaluatedUntilMs: 0 };
    this.#alarms.set(name, alarm);
    this.#namespaces = undefined;
    this.history.add(alarm, {
      atMs,
      kind: 'ConfigurationUpdate',
      summary: `Alarm "${name}" ${known === undefined ? 'created' : 'updated'}`,
      data: { type: known === undefined ? 'Create' : 'Update', version: '1.0' },
    });
    if (known !== undefined && cause.type === 'CompositeAlarm') {
      const reason = `${alarm.arn} was updated and its alarm rule was evaluated anew`;
      this.#follow(alarm, { reason, reasonData: undefined });
    }
    return alarm;
  }

  #change(alarm: Alarm, state: AlarmState): void {
    const changed = withState(alarm, state);
    this.#alarms.set(alarm.name, changed);
    this.history.add(changed, {
      atMs: state.updatedMs,
      kind: 'StateUpdate',
      summary: `Alarm updated from ${alarm.state.value} to ${state.value}`,
      data: {
        version: '1.0',
        oldState: { stateValue: alarm.state.value, stateReason: alarm.state.reason },
        newState: { stateValue: state.value, stateReason: state.reason },
      },
    });
    this.#tell(changed);
    if (state.value === alarm.state.value) return;
    for (const parent of this.list()) {
      if (parent.cause.type !== 'CompositeAlarm') continue;
      if (alarmsIn(parent.cause.rule).includes(alarm.name)) {
        this.#follow(parent, transitionOf(changed));
      }
    }
    this.#reconsider();
  }

  /** Gives a composite alarm the state that its rule has now. */
  #follow({ name }: Alarm, why: Pick<AlarmState, 'reason' | 'reasonData'>): void {
    const alarm = this.#alarms.get(name);
    if (alarm?.cause.type !== 'CompositeAlarm') return;
    const value = this.#holds(alarm.cause.rule) ? 'ALARM' : 'OK';
    if (value === alarm.state.value) return;
    const updatedMs = this.#options.now();
    this.#change(alarm, { ...why, value, updatedMs, suppressedBy: undefined });
  }

  /** Tells of a new state, and acts on it unless something keeps the alarm from it. */
  #tell(alarm: Alarm): void {
    const isPending = alarm.state.value !== alarm.toldValue;
    const by = isPending ? this.#suppressedBy(alarm) : undefined;
    const told = {
      ...alarm,
      state: { ...alarm.state, suppressedBy: by },
      toldValue: by === undefined ? alarm.state.value : alarm.toldValue,
    };
    this.#alarms.set(alarm.name, told);
    this.#options.onChange(told);
    if (isPending && by === undefined) this.#options.onAct(told);
  }

  #reconsider(): void {
    for (const alarm of this.list()) {
      if (alarm.state.value === alarm.toldValue) continue;
      if (this.#suppressedBy(alarm) === alarm.state.suppressedBy) continue;
      const state = { ...alarm.state, updatedMs: this.#options.now() };
      this.#tell({ ...alarm, state, previous: alarm.state });
    }
  }

  #suppressedBy({ cause, transitionedMs }: Alarm) {
    const { clock, now } = this.#options;
    if (cause.type !== 'CompositeAlarm') return undefined;
    const { settings } = cause;
    const suppressor = this.#alarms.get(alarmNameOf(settings.ActionsSuppressor ?? ''));
    if (suppressor === undefined) return undefined;
    return suppressedBy({
      nowMs: now(),
      changedMs: transitionedMs,
      isSuppressorRinging: suppressor.state.value === 'ALARM',
      suppressorLeftMs: suppressor.leftAlarmMs,
      waitMs: clock.realMs(settings.ActionsSuppressorWaitPeriod ?? 0),
      extensionMs: clock.realMs(settings.ActionsSuppressorExtensionPeriod ?? 0),
    });
  }

  /** Composite alarms in a circle would change each other without end. */
  #reaches(names: readonly string[], wanted: string): boolean {
    return names.some((name) => {
      if (name === wanted) return true;
      const cause = this.#alarms.get(name)?.cause;
      return cause?.type === 'CompositeAlarm' && this.#reaches(alarmsIn(cause.rule), wanted);
    });
  }

  #holds(rule: Parameters<typeof ruleHolds>[0]): boolean {
    return ruleHolds(rule, (name) => this.#alarms.get(name)?.state.value);
  }
}

function namespacesOf(cause: AlarmCause): readonly string[] {
  if (cause.type !== 'MetricAlarm') return [];
  return queriesOf(cause.settings).flatMap(({ MetricStat }) => MetricStat?.Metric.Namespace ?? []);
}

/** What a composite alarm says of the child that made it change. */
function transitionOf({ arn, state }: Alarm): Pick<AlarmState, 'reason' | 'reasonData'> {
  const { value, updatedMs } = state;
  const triggering = { arn, state: { value, timestamp: alarmTime(updatedMs) } };
  return {
    reason: `${arn} transitioned to ${value} at ${longTime(updatedMs)}`,
    reasonData: JSON.stringify({ triggeringAlarms: [triggering] }),
  };
}
