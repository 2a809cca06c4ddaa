import { explainReason } from '../explain-reason.ts';
import { type EpochMs, hourMs, secondMs } from '../time.ts';
import type { TracedAct, TraceEntry, TraceMaterial } from './model.ts';
import { ordersAt } from './orders-at.ts';
import { checksAround } from './request-entries.ts';

/** Returns where a mail was held or parked, and how it came back: by itself, by a release or a redrive. */
export function waitEntries(material: TraceMaterial): readonly TraceEntry[] {
  const { request } = material;
  return [
    ...request.waits.flatMap((wait) => [begun(material, wait), ended(material, wait)]),
    ...standing(material),
    ...(request.redrivenAt === undefined ? [] : [sentAgain(request.redrivenAt, material)]),
  ];
}

type Wait = Pick<TraceMaterial['request']['waits'][number], 'outcome' | 'reason'> & {
  readonly since: EpochMs;
  readonly times?: number;
  readonly detail?: string | undefined;
};

function begun(material: TraceMaterial, wait: Wait): TraceEntry {
  const { outcome, reason, since, times = 1, detail } = wait;
  const meaning = explainReason(reason);
  const { details, decisions } = ordersOf(material, wait);
  return {
    at: since,
    stage: outcome === 'parked' ? 'park' : 'hold',
    text: `${outcome}: ${reason}`,
    details: [
      ...(detail ? [detail] : []),
      ...(meaning ? [meaning] : []),
      ...checksAround(reason),
      ...(times > 1 ? [`it was looked at ${times} times and waited on`] : []),
      ...actOf(material, 'tenants.hold', since).filter(() => reason === 'tenant-held'),
      ...details,
    ],
    decisions,
    reason,
  };
}

function ended(
  material: TraceMaterial,
  { outcome, reason, until }: Wait & { readonly until: EpochMs },
): TraceEntry {
  const isParked = outcome === 'parked';
  const action = isParked ? 'dlq.redrive' : 'tenants.release';
  const isPersons = isParked || reason === 'tenant-held';
  return {
    at: until,
    stage: isParked ? 'redrive' : 'release',
    text: isParked
      ? 'a redrive sent it back, and it was taken up again'
      : 'taken up again after its wait',
    details: isPersons ? actOf(material, action, until) : [],
    decisions: [],
    reason,
  };
}

/** What it waits for now. */
function standing(material: TraceMaterial): readonly TraceEntry[] {
  const { request } = material;
  const word = request.decided['*'];
  if (request.state !== 'waiting' || word === undefined) return [];
  return [begun(material, { ...word, since: request.claimedAt })];
}

function sentAgain(at: EpochMs, material: TraceMaterial): TraceEntry {
  return {
    at,
    stage: 'redrive',
    text: 'a person sent again what SES never answered',
    details: actOf(material, 'dlq.redrive', at),
    decisions: [],
  };
}

/** A redrive of many takes a while, and its mail waits for its turn in the queue. */
const actReachMs = 6 * hourMs;

/** A release is written down first and takes effect seconds later; clocks of two machines differ. */
const clockMs = 5 * secondMs;

/** Returns who did it and why, as the audit log says: the latest that fits. */
function actOf({ acts, request }: TraceMaterial, action: string, at: EpochMs): readonly string[] {
  const fits = (act: TracedAct) =>
    act.action === action &&
    act.at <= at + clockMs &&
    act.at > at - actReachMs &&
    (action === 'dlq.redrive' || act.subject === request.tenant);
  const act = acts.filter(fits).toSorted((a, b) => b.at - a.at || (a.by < b.by ? -1 : 1))[0];
  if (!act) return [];
  const what = action === 'dlq.redrive' ? `, of ${act.subject}` : '';
  return [`by ${act.by}${what}${act.why ? `: ${act.why}` : ', who gave no reason'}`];
}

function ordersOf(material: TraceMaterial, { reason, since }: Wait) {
  return reason === 'reputation-hold'
    ? ordersAt(material, { at: since })
    : { details: [], decisions: [] };
}
