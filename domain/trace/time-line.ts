import { deedOf } from '../rotation/explain.ts';
import { attemptEntries } from './attempt-entries.ts';
import { eventEntries } from './event-entries.ts';
import { type MailTrace, type TraceEntry, type TraceMaterial, traceStages } from './model.ts';
import { nextSteps } from './next-steps.ts';
import { requestEntries } from './request-entries.ts';
import { suppressionEntries } from './suppression-entries.ts';
import { waitEntries } from './wait-entries.ts';

/**
 * Returns the time line of a mail. What it is told from may come in any order and hold a thing twice: the
 * same facts tell the same line, and each is told once.
 */
export function tellTrace(material: TraceMaterial): MailTrace {
  const { request, recipients } = material;
  const { messageId, id, tenant, stream, enqueuedAt, recipientCount } = request;
  const entries = inOrder([
    ...requestEntries(material),
    ...waitEntries(material),
    ...attemptEntries(material),
    ...eventEntries(material),
    ...suppressionEntries(material),
  ]);
  return {
    messageId,
    ...(id === undefined ? {} : { id }),
    ...(tenant === undefined ? {} : { tenant }),
    ...{ stream, enqueuedAt, recipientCount },
    recipients: recipients.toSorted((a, b) => a.index - b.index),
    entries,
    decisions: decisionsOf(entries, material),
    next: nextSteps(material),
    unknown: [...notKept, ...material.unread.toSorted()],
  };
}

/** Said of every mail, so that nobody takes what is not told for what did not happen. */
const notKept: readonly string[] = [
  'the gate checks that a mail passed are not kept one by one: what was admitted passed all of them',
  'the version of the assignment that a mail met is not kept: it is told from what stands now and from decisions',
];

function inOrder(entries: readonly TraceEntry[]): readonly TraceEntry[] {
  const once = new Map(entries.map((entry) => [JSON.stringify(entry), entry]));
  return [...once]
    .toSorted(([keyA, a], [keyB, b]) => compare(a, b) || (keyA < keyB ? -1 : 1))
    .map(([, entry]) => entry);
}

function compare(a: TraceEntry, b: TraceEntry): number {
  const placeOf = ({ stage }: TraceEntry) => traceStages.indexOf(stage);
  const indexOf = ({ recipientIndex = -1 }: TraceEntry) => recipientIndex;
  return a.at - b.at || placeOf(a) - placeOf(b) || indexOf(a) - indexOf(b);
}

/** One that was not read is named all the same: the command shows it. */
function decisionsOf(
  entries: readonly TraceEntry[],
  { decisions, now }: TraceMaterial,
): MailTrace['decisions'] {
  const known = new Map(decisions.map((decision) => [decision.id, decision]));
  const ids = [...new Set(entries.flatMap((entry) => entry.decisions))];
  return ids.map((id) => {
    const decision = known.get(id);
    const deeds = decision?.actions.map((action) => deedOf(action, now)) ?? [];
    return {
      id,
      ...(decision ? { at: decision.at } : {}),
      what: deeds.join('; ') || decision?.evidence[0] || 'see the decision',
      command: `goodstanding decisions show ${id}`,
    };
  });
}
