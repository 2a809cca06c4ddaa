import { type Clock, dayMs, epochMs } from '../../domain/time.ts';
import type { Backend } from '../actions/backend.ts';
import { traceMail } from '../actions/trace.ts';
import type { TraceQuestion as Asked } from '../actions/trace-question.ts';
import type { TraceAnswer, TraceQuestion } from './lookup-model.ts';

/** Items that one answer may read, as the command line has it by default. */
const itemsMax = 20;

/** Returns what is known of a mail, by the same action as `goodstanding trace`. */
export async function askTrace(
  backend: Backend,
  question: TraceQuestion,
  clock: Clock,
): Promise<TraceAnswer> {
  const asked = askedOf(question, clock);
  if (typeof asked === 'string') return { mails: [], others: [], remarks: [asked], itemsRead: 0 };
  const { trace, mails, next, remarks, problem, itemsRead } = await traceMail(backend, asked);
  return {
    mails: trace ? [trace] : [],
    others: mails,
    remarks: [
      ...(problem === undefined ? [] : [problem]),
      ...remarks,
      ...(next === undefined ? [] : ['there is more: ask for a shorter time']),
    ],
    itemsRead,
  };
}

/** Returns the question in the action's words; a sentence where it asks for nothing. */
function askedOf(question: TraceQuestion, clock: Clock): Asked | string {
  const { id, sesMessageId, recipient, tenant, since, until, stream } = question;
  const whose = tenant === undefined ? {} : { tenant };
  if (id !== undefined) return { ask: 'id', id, ...whose, itemsMax };
  if (sesMessageId !== undefined) return { ask: 'ses-message-id', sesMessageId, itemsMax };
  if (recipient !== undefined) return { ask: 'recipient', address: recipient, ...whose, itemsMax };
  if (tenant === undefined)
    return 'got no id, recipient or tenant; give one of them, and a time with a tenant';
  const now = clock();
  return {
    ask: 'tenant',
    tenant,
    since: epochMs(since ?? now - dayMs),
    until: epochMs(until ?? now),
    ...(stream === undefined ? {} : { stream }),
    itemsMax,
  };
}
