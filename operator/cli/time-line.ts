import type { MailTrace, TracedRecipient, TraceEntry } from '../../domain/trace/model.ts';
import type { Terminal } from './terminal.ts';
import { counted, formatAge, formatInstant } from './words.ts';

/** Recipients of a batch that the head names one by one. */
const headRecipientsMax = 5;

/** Where the sentences begin, behind their time. */
const timeColumns = 10;

/** Returns a time line as people read it: what became of the mail on top, what to do at the end. */
export function describeTrace(trace: MailTrace, terminal: Terminal, now: number): string {
  const { entries, decisions, next, unknown } = trace;
  return [
    ...trace.recipients.slice(0, headRecipientsMax).flatMap((one) => headOf(one, trace, terminal)),
    ...moreRecipients(trace),
    terminal.wrap(whose(trace, now)),
    '',
    ...entries.map((entry) => describeEntry(entry, trace, terminal)),
    '',
    ...decisions.map(({ what, command }) => hanging('decision', `${what}: ${command}`, terminal)),
    ...next.map((step) => hanging('what next', step, terminal)),
    ...unknown.map((sentence) => hanging('not known', sentence, terminal)),
  ].join('\n');
}

function headOf(
  { index, outcome, reason, explanation }: TracedRecipient,
  { recipientCount }: MailTrace,
  terminal: Terminal,
): readonly string[] {
  const said = `${recipientCount > 1 ? `recipient ${index}: ` : ''}${outcome}${reason ? ` (${reason})` : ''}`;
  return [terminal.strong(said), ...(explanation ? [terminal.wrap(explanation)] : [])];
}

function moreRecipients({ recipients }: MailTrace): readonly string[] {
  const rest = recipients.slice(headRecipientsMax);
  if (rest.length === 0) return [];
  const counts = Map.groupBy(rest, ({ outcome }) => outcome);
  const said = [...counts].map(([outcome, own]) => `${own.length} ${outcome}`).join(', ');
  return [`and ${counted(rest.length, 'recipient')} more: ${said}`];
}

function whose({ messageId, id, tenant, stream, enqueuedAt }: MailTrace, now: number): string {
  const named = [
    `message ${messageId}`,
    ...(id === undefined ? [] : [`id ${id}`]),
    ...(tenant === undefined ? [] : [`tenant ${tenant}`]),
    `stream ${stream}`,
  ];
  return `${named.join(', ')}, enqueued ${formatInstant(enqueuedAt)}, ${formatAge(now - enqueuedAt)} ago`;
}

function describeEntry(
  { at, recipientIndex, text, details, decisions }: TraceEntry,
  { enqueuedAt, recipientCount }: MailTrace,
  terminal: Terminal,
): string {
  const who =
    recipientIndex === undefined || recipientCount === 1 ? '' : `recipient ${recipientIndex}: `;
  const links = decisions.map((id) => `goodstanding decisions show ${id}`);
  return [
    hanging(offset(at - enqueuedAt), `${who}${text}`, terminal),
    ...[...details, ...links].map((line) => hanging('', `  ${line}`, terminal)),
  ].join('\n');
}

/** Time since the mail was enqueued; what stood before has a minus. */
function offset(ms: number): string {
  return `${ms < 0 ? '-' : '+'}${formatAge(Math.abs(ms))}`;
}

/** A first column, and a sentence that stays behind it when it wraps. */
function hanging(label: string, text: string, terminal: Terminal): string {
  const wrapped = terminal.wrap(`${' '.repeat(timeColumns)}${text}`);
  return `${label.padEnd(timeColumns)}${wrapped.slice(timeColumns)}`;
}
