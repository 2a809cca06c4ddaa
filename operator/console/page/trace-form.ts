import type { TraceQuestion } from '../lookup-model.ts';

/** What a mail can be searched by. */
export const searches = {
  messageId: 'Message id',
  sesMessageId: 'SES message id',
  recipient: 'Recipient',
  tenant: 'Tenant and time',
} as const;
export type SearchBy = keyof typeof searches;
export const searchNames = Object.keys(searches).filter(
  (name): name is SearchBy => name in searches,
);

export type TraceForm = {
  readonly by: SearchBy;
  readonly value: string;
  /** With an id that is the app's own, and for a search by tenant. */
  readonly tenant: string;
  /** As `<input type="datetime-local">` gives them, read as UTC. */
  readonly since: string;
  readonly until: string;
};

/** Returns what a form asks for; a question without a word where nothing was filled in. */
export function questionOf({ by, value, tenant, since, until }: TraceForm): TraceQuestion {
  const word = value.trim();
  const owner = tenant.trim() === '' ? {} : { tenant: tenant.trim() };
  const times = { ...readTime('since', since), ...readTime('until', until) };
  const questions: Readonly<Record<SearchBy, TraceQuestion>> = {
    messageId: { id: word, ...owner },
    sesMessageId: { sesMessageId: word },
    recipient: { recipient: word, ...owner, ...times },
    tenant: { ...owner, ...times },
  };
  return questions[by];
}

function readTime(name: 'since' | 'until', text: string): TraceQuestion {
  const at = Date.parse(`${text}Z`);
  return Number.isNaN(at) ? {} : { [name]: at };
}
