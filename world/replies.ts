import type { Draw } from './model.ts';
import { appleReplies } from './replies/apple.ts';
import { commonReplies } from './replies/common.ts';
import { gmailReplies } from './replies/gmail.ts';
import { gmxReplies } from './replies/gmx.ts';
import { microsoftReplies } from './replies/microsoft.ts';
import type { Refusal, Replies, Reply } from './replies/reply.ts';
import { vagueReplies } from './replies/vague.ts';
import { yahooReplies } from './replies/yahoo.ts';

/** What a reply may quote. */
export type Quoted = {
  readonly ip: string;
  readonly domain: string;
  /** What is listed, and the list's zone. */
  readonly listed?: string | undefined;
  readonly zone?: string | undefined;
};

/** A reply as SES's event has it. */
export type Said = { readonly status: string; readonly reply: string };

const byProvider: ReadonlyMap<string, Replies> = new Map([
  ['gmail', gmailReplies],
  ['microsoft', microsoftReplies],
  ['yahoo', yahooReplies],
  ['apple', appleReplies],
  ['gmx', gmxReplies],
]);

/**
 * Returns what a provider says when it does not take a mail. A share of the replies tells nothing of the
 * cause: real ones do, and who reads replies must live with it.
 */
export function replyTo(
  provider: string,
  refusal: Refusal,
  given: { readonly quoted: Quoted; readonly vagueShare: number; readonly draw: Draw },
): Said {
  const { quoted, vagueShare, draw } = given;
  const proper = byProvider.get(provider)?.[refusal] ?? commonReplies[refusal];
  const first = proper?.[0] ?? vagueReplies.never[0];
  const isVague = draw() < vagueShare && refusal !== 'unknown-user';
  const choice = isVague ? vagueReplies[classOf(first)] : (proper ?? [first]);
  const [status, text] = choice[Math.floor(draw() * choice.length)] ?? first;
  return {
    status,
    reply: `smtp; ${text.replace(/\{(\w+)\}/g, (whole, name) => quote(quoted, name) ?? whole)}`,
  };
}

/** Whether the sender is asked to come back, or to stay away. */
function classOf([status]: Reply): 'later' | 'never' {
  return status.startsWith('4') ? 'later' : 'never';
}

function quote(quoted: Quoted, name: string): string | undefined {
  switch (name) {
    case 'ip':
      return quoted.ip;
    case 'domain':
      return quoted.domain;
    case 'listed':
      return quoted.listed ?? quoted.domain;
    case 'zone':
      return quoted.zone;
    default:
      return undefined;
  }
}
