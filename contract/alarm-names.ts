/**
 * Names of a deployment's alarms, from its name and the kind of trouble alone, so that the stack, the
 * responder, the CLI and the console agree without looking anything up. A kind has one composite,
 * `goodstanding-mail-late`, and metric alarms of its own, `goodstanding-mail-late.marketing`. Neither a
 * deployment nor a kind holds a dot, so no name can be read in two ways.
 */
import { type AlarmKind, alarmKinds } from './alarm-kinds.ts';

/** What an alarm's name says: its kind, and for a metric alarm what it is about. */
export type ReadAlarmName = { readonly kind: AlarmKind; readonly about?: string };

/** Every kind, in the order of the table. */
export const alarmKindNames: readonly AlarmKind[] = Object.keys(alarmKinds).filter(isAlarmKind);

/** Where the runbook stands: a path in the repository, or the address at which your people read it. */
const runbookPage = 'docs/runbook.md';

/** Returns where it is written what to do about a kind of trouble. */
export function runbookOf(kind: AlarmKind): string {
  return `${runbookPage}#${kind}`;
}

/** Returns whether a text is the name of a kind. */
export function isAlarmKind(text: string): text is AlarmKind {
  return Object.hasOwn(alarmKinds, text);
}

/** Returns the name of a kind's composite: its state is what people are told of. */
export function compositeName(deployment: string, kind: AlarmKind): string {
  return `${deployment}-${kind}`;
}

/** Returns the names of every kind's composite. */
export function compositeNames(deployment: string): readonly string[] {
  return alarmKindNames.map((kind) => compositeName(deployment, kind));
}

/** Returns the name of a metric alarm; `about` says which part it watches, such as a stream. */
export function metricAlarmName(
  deployment: string,
  { kind, about }: { readonly kind: AlarmKind; readonly about: string },
): string {
  return `${metricAlarmPrefix(deployment, kind)}${about}`;
}

/** Returns what the names of all metric alarms of a kind begin with, and those of no other alarm. */
export function metricAlarmPrefix(deployment: string, kind: AlarmKind): string {
  return `${compositeName(deployment, kind)}.`;
}

/** Returns the name of the helper that rings while one of a kind's causes does; nobody is told of it. */
export function causesName(deployment: string, kind: AlarmKind): string {
  return `${deployment}-causes-of.${kind}`;
}

/** Returns what a name says; undefined for another deployment's alarm and for a helper. */
export function readAlarmName(deployment: string, name: string): ReadAlarmName | undefined {
  const prefix = `${deployment}-`;
  if (!name.startsWith(prefix)) return undefined;
  const words = name.slice(prefix.length);
  const dot = words.indexOf('.');
  const kind = dot < 0 ? words : words.slice(0, dot);
  if (!isAlarmKind(kind)) return undefined;
  return dot < 0 ? { kind } : { kind, about: words.slice(dot + 1) };
}
