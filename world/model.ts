/**
 * The world outside: mailbox providers that judge who sends to them. It knows addresses and domains, never
 * tenants or pools; it imports nothing of the pipeline, and takes instants and dice from whoever runs it.
 */

/** Like mails from one address under one domain to mailboxes at one provider. */
export type Handed = {
  /** Sending address, IPv4. */
  readonly ip: string;
  /** DKIM domain. */
  readonly domain: string;
  readonly provider: string;
  /** Share of recipients that do not exist, 0..1. */
  readonly unknownShare: number;
  /** Chance that a recipient complains when it sees the mail, 0..1. */
  readonly complaintShare: number;
  /** Chance that a mail hits a spam trap, 0..1. */
  readonly trapShare: number;
  /** How much the content looks like spam, 0..1. */
  readonly spamminess: number;
  /** Domain of links in it; may be on a list. */
  readonly urlDomain?: string;
  /** Which try of these mails it is, 1 for the first. */
  readonly attempt: number;
};

/** What the provider did with some of them. */
export type Answer = {
  readonly kind: 'delivered' | 'refused' | 'deferred';
  readonly count: number;
  /** Where delivered mail went; the sender cannot see it. */
  readonly folder?: 'inbox' | 'spam';
  /** The reply, as it stands in SES's event. */
  readonly reply?: string;
  /** Enhanced status of the reply. */
  readonly status?: string;
};

/** A recipient's complaint that the provider passes on. */
export type Complaint = {
  readonly at: number;
  /** When the mail was handed over. */
  readonly sentAt: number;
  readonly ip: string;
  readonly domain: string;
  readonly provider: string;
  readonly count: number;
  /** Whatever the sender gave with the mail, to find its own. */
  readonly token: unknown;
};

/** A number in [0, 1). */
export type Draw = () => number;

/** A world of providers, lists and recipients. */
export type MailWorld = {
  /** Hands over like mails at an instant; the counts of the answers add up to `count`. */
  readonly hand: (mails: Handed, count: number, at: number, token: unknown) => readonly Answer[];
  /** Complaints that become visible up to an instant, each once. */
  readonly complaintsUntil: (at: number) => readonly Complaint[];
  /** Blocklists that name an address or a domain at an instant. */
  readonly listingsOf: (name: string, at: number) => readonly string[];
  /** Something happens to the world: a listing, a block, an outage, a changed provider. */
  readonly happen: (event: WorldEvent, at: number) => void;
};

/** What a scenario may do to the world. */
export type WorldEvent =
  | {
      readonly kind: 'list-ip';
      readonly ip: string;
      readonly list: string;
      readonly forMs?: number;
    }
  | {
      readonly kind: 'list-domain';
      readonly domain: string;
      readonly list: string;
      readonly forMs?: number;
    }
  | {
      readonly kind: 'block-ip';
      readonly ip: string;
      readonly provider: string;
      readonly forMs?: number;
    }
  | {
      readonly kind: 'block-range';
      readonly prefix: string;
      readonly provider: string;
      readonly forMs?: number;
    }
  | {
      readonly kind: 'block-domain';
      readonly domain: string;
      readonly provider: string;
      readonly forMs?: number;
    }
  | {
      readonly kind: 'quota-domain';
      readonly domain: string;
      readonly provider: string;
      readonly forMs?: number;
    }
  | {
      readonly kind: 'outage';
      readonly provider: string;
      readonly forMs: number;
      readonly share?: number;
    }
  /** A provider gives this reply to a share of its mail, true or not. */
  | {
      readonly kind: 'answer';
      readonly provider: string;
      readonly reply: string;
      readonly status: string;
      readonly share?: number;
      readonly forMs?: number;
    }
  /** Providers know the name: for weeks it has sent so much a day to each of them, and nothing bad. */
  | {
      readonly kind: 'acquaint';
      readonly name: string;
      readonly as: 'ip' | 'domain';
      /** All of them where absent. */
      readonly provider?: string;
      readonly mailsPerDay: number;
      /** Of its busiest hour; a quarter of the day unless given. */
      readonly mailsPerHour?: number;
    }
  /** A provider lifts what stands against a name; where none is named all do, and all lists. */
  | { readonly kind: 'forgive'; readonly name: string; readonly provider?: string };
