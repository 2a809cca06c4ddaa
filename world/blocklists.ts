import { dayMs, hourMs } from './instants.ts';

/** A public list that mailbox providers ask. */
export type Blocklist = {
  readonly names: 'ip' | 'domain';
  /** DNS zone in which it answers. */
  readonly zone: string;
  /** What its answer says. */
  readonly answer: string;
  readonly spamhaus: boolean;
  /** How long an entry stays unless more is heard. */
  readonly staysMs: number;
};

/**
 * Lists by the names that world events use.
 * @see https://www.spamhaus.org/faqs/dnsbl-usage/ (answers), https://www.spamhaus.org/blocklists/combined-spam-sources/ (three days)
 */
export const blocklists = {
  'spamhaus-sbl': {
    names: 'ip',
    zone: 'zen.spamhaus.org',
    answer: '127.0.0.2',
    spamhaus: true,
    staysMs: 14 * dayMs,
  },
  'spamhaus-css': {
    names: 'ip',
    zone: 'zen.spamhaus.org',
    answer: '127.0.0.3',
    spamhaus: true,
    staysMs: 3 * dayMs,
  },
  'spamhaus-xbl': {
    names: 'ip',
    zone: 'zen.spamhaus.org',
    answer: '127.0.0.4',
    spamhaus: true,
    staysMs: 2 * dayMs,
  },
  'spamhaus-dbl': {
    names: 'domain',
    zone: 'dbl.spamhaus.org',
    answer: '127.0.1.2',
    spamhaus: true,
    staysMs: 5 * dayMs,
  },
  barracuda: {
    names: 'ip',
    zone: 'b.barracudacentral.org',
    answer: '127.0.0.2',
    spamhaus: false,
    staysMs: 2 * dayMs,
  },
  spamcop: {
    names: 'ip',
    zone: 'bl.spamcop.net',
    answer: '127.0.0.2',
    spamhaus: false,
    staysMs: 24 * hourMs,
  },
  psbl: {
    names: 'ip',
    zone: 'psbl.surriel.com',
    answer: '127.0.0.2',
    spamhaus: false,
    staysMs: 14 * dayMs,
  },
  surbl: {
    names: 'domain',
    zone: 'multi.surbl.org',
    answer: '127.0.0.64',
    spamhaus: false,
    staysMs: 7 * dayMs,
  },
} as const satisfies Readonly<Record<string, Blocklist>>;

const unknownList: Blocklist = {
  names: 'ip',
  zone: 'bl.example',
  answer: '127.0.0.2',
  spamhaus: false,
  staysMs: 3 * dayMs,
};

const byName: ReadonlyMap<string, Blocklist> = new Map(Object.entries(blocklists));

/** Returns what is known of a list; a name that is not in the table is a small list without a following. */
export function blocklistOf(list: string): Blocklist {
  return byName.get(list) ?? unknownList;
}
