/** Addresses of a mail's HTML: a frame cannot send the token, so it gets an address that nobody can guess. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../domain/time.ts';

export type Tickets = {
  /** Returns a ticket for a text. */
  readonly issue: (text: string) => string;
  /** Returns the text of a ticket while it is good. */
  readonly redeem: (ticket: string) => string | undefined;
};

/** A frame asks at once; a reload of the frame within a minute is served too. */
const goodMs = 60_000;
const ticketsMax = 20;

/** Creates an empty box of tickets. */
export function createTickets(clock: Clock): Tickets {
  const good = new Map<string, { readonly text: string; readonly until: number }>();
  return {
    issue: (text) => {
      const [oldest] = good.keys();
      if (good.size >= ticketsMax && oldest !== undefined) good.delete(oldest);
      const ticket = randomBytes(18).toString('base64url');
      good.set(ticket, { text, until: clock() + goodMs });
      return ticket;
    },
    redeem: (ticket) => {
      const found = good.get(ticket);
      if (!found || found.until < clock()) return undefined;
      return found.text;
    },
  };
}
