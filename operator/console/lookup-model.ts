/** What the console's page asks its server for, and what it is answered; see model.ts for the addresses. */

import type { MailTrace, TracedMail } from '../../domain/trace/model.ts';

/** Why something was not done: what, got, allowed, what to do. */
export type Refusal = { readonly error: string };

/** One of the first three, or a tenant with a time; instants are epoch milliseconds. */
export type TraceQuestion = {
  /** Our message id, or an app's own id together with `tenant`. */
  readonly id?: string;
  readonly sesMessageId?: string;
  readonly recipient?: string;
  readonly tenant?: string;
  readonly since?: number;
  readonly until?: number;
  readonly stream?: string;
};

/** The mails that were found, newest first; none, with a sentence, where nothing was or cannot be looked for so. */
export type TraceAnswer = {
  /** The one that is meant, or the latest of those found. */
  readonly mails: readonly MailTrace[];
  /** Mails that the question may mean, newest first: ask again with one's `messageId` as `id`. */
  readonly others: readonly TracedMail[];
  readonly remarks: readonly string[];
  /** Items that were read for it. */
  readonly itemsRead: number;
};

/** Addresses are in the body, so that none is in an address line or a log. */
export type SuppressionQuestion = {
  readonly address: string;
  /** Looks at this tenant's list and at everybody's; at every list where it is absent. */
  readonly tenant?: string;
};

export type SuppressionAnswer = {
  readonly address: string;
  /** Why it is no address; the rest is empty then. */
  readonly problem?: string;
  readonly entries: readonly SuppressionEntry[];
};

export type SuppressionEntry = {
  readonly scope: string;
  readonly reason: string;
  readonly since: number;
  readonly until?: number;
  readonly note?: string;
};

/** Which stored mail is shown: a message, and which of its recipients' where it has several (the first). */
export type PreviewQuestion = {
  readonly messageId: string;
  readonly recipientIndex?: number;
};

/**
 * A mail's content as it was stored. `htmlPath` is an address that works for a minute and needs no header:
 * for `<iframe sandbox src>` with an empty `sandbox`. Its own policy allows no script, no form, no frame and
 * nothing from the network; pictures of the mail itself are shown, remote ones are not.
 */
export type Preview = {
  readonly found: boolean;
  /** Why nothing is there: no such message, its content was not kept, or has been deleted. */
  readonly problem?: string;
  readonly subject?: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly text?: string;
  readonly htmlPath?: string;
  readonly attachments: readonly {
    readonly name: string;
    readonly type: string;
    readonly bytes: number;
  }[];
};

/**
 * Bodies of `/api/operate/<deed>`; each goes the way of the command of the same name and is written down with
 * who and why. `provider: '*'` is all of them, `forMinutes` how long it stands.
 */
export type Deeds = {
  readonly quarantine: Why & {
    readonly pool: string;
    readonly provider: string;
    readonly forMinutes?: number;
  };
  readonly release: Why & { readonly pool: string; readonly provider: string };
  readonly override: Why & {
    readonly stream: string;
    readonly provider: string;
    readonly pools: readonly { readonly pool: string; readonly weight: number }[];
    readonly forMinutes: number;
  };
  readonly hold: Why & {
    /** At least one of `tenant`, `identity`, `pool`, `provider`, `campaign`. */
    readonly region: Readonly<
      Partial<Record<'tenant' | 'identity' | 'pool' | 'provider' | 'campaign', string>>
    >;
    readonly forMinutes: number;
  };
  readonly lift: Why & { readonly order: string };
  readonly undo: Why & { readonly decision: string };
  readonly approve: Why & { readonly decision: string };
  readonly veto: Why & { readonly decision: string };
  readonly automation: Why & { readonly state: 'on' | 'freeze' | 'off' };
  readonly 'suppress-add': Why & { readonly address: string; readonly tenant?: string };
  readonly 'suppress-remove': Why & { readonly address: string; readonly tenant?: string };
  readonly ack: Why & { readonly incident: string };
};

type Why = { readonly why: string };

export type DeedAnswer = {
  readonly done: boolean;
  /** What came of it, in lines for people. */
  readonly text: string;
  /** Decision that it became, where the reputation loop carried it out. */
  readonly decision?: string;
};
