/**
 * What wakes somebody, by impact and not by metric: each kind is one composite alarm over the metric alarms
 * that can show it, one heading in docs/runbook.md and at most one open incident.
 */

import { minuteMs } from '../domain/time.ts';

/** `page` wakes somebody, because mail stops or reputation burns; `ticket` waits for the day. */
export type Severity = 'page' | 'ticket';

export type AlarmKind = keyof typeof alarmKinds;

type KindWords = {
  readonly severity: Severity;
  /** For a subject line. */
  readonly title: string;
  /** What happened, in a sentence. */
  readonly means: string;
  /** What the system does by itself, in a sentence. */
  readonly bySystem: string;
  /** First command of the runbook: it shows the trouble. */
  readonly look: string;
  /** While one of these is open, this is its consequence and tells nobody by itself. */
  readonly causedBy: readonly string[];
  /** For so long it must be silent to be over, where that is longer than for others. */
  readonly quietMs?: number;
};

/** Every kind of alarm; what can cause others stands before them. */
export const alarmKinds = {
  'ses-stopped': {
    severity: 'page',
    title: 'SES takes no mail',
    means:
      'SES has paused or suspended sending for the account or for a configuration set, or put the account under review.',
    bySystem:
      'Mail waits in its queues, nothing is lost, and it leaves by itself when SES takes mail again.',
    look: 'goodstanding status',
    causedBy: [],
  },
  'ses-quota': {
    severity: 'page',
    title: "SES's quota is nearly spent",
    means: 'Most of what SES lets this account send in 24 hours is used.',
    bySystem:
      'Mail beyond the quota waits and leaves as the quota frees, transactional mail first.',
    look: 'goodstanding status',
    causedBy: ['ses-stopped'],
  },
  'bounce-rate': {
    severity: 'page',
    title: "Bounces near SES's review line",
    means: 'So many mails bounce that SES will put the account under review (5 %).',
    bySystem: 'Dead addresses are suppressed, and the loop holds who sends to them.',
    look: 'goodstanding tenants risk',
    causedBy: [],
  },
  'complaint-rate': {
    severity: 'page',
    title: "Complaints near SES's review line",
    means: 'So many recipients complain that SES will put the account under review (0.1 %).',
    bySystem: 'Who complained is suppressed, and the loop holds who is complained about.',
    look: 'goodstanding tenants risk',
    causedBy: [],
  },
  'pipeline-broken': {
    severity: 'page',
    title: 'A part of the pipeline fails',
    means:
      'A function fails as a whole, or a table, bucket, queue or permission is not as it must be.',
    bySystem: 'What could not be done is tried again or set aside for a person, not lost.',
    look: 'goodstanding status',
    causedBy: [],
  },
  'feedback-silent': {
    severity: 'page',
    title: 'No news from SES',
    means:
      'SES reports nothing of mail that left, or what it reports waits: addresses that bounced may still be sent to.',
    bySystem: 'Nothing is released and no ladder grows until news come again.',
    look: 'goodstanding status',
    causedBy: ['pipeline-broken', 'ses-stopped'],
  },
  'rotation-frozen': {
    severity: 'page',
    title: 'The reputation loop stands still',
    means: 'The loop was frozen by a brake or a person, is switched off, or runs behind.',
    bySystem: 'What stands stays as it is; held mail stays held.',
    look: 'goodstanding automation',
    causedBy: ['pipeline-broken'],
  },
  'pool-quarantined': {
    severity: 'page',
    title: 'A pool is quarantined',
    means:
      'A provider refuses a pool or one of its addresses, and its mail goes elsewhere or waits.',
    bySystem: 'The mail was moved as far as other pools are warm; probes decide when it goes back.',
    look: 'goodstanding pools list',
    causedBy: [],
  },
  'no-warm-capacity': {
    severity: 'page',
    title: 'No warm capacity is left',
    means: 'Mail waits because no pool that is warm enough has room for it.',
    bySystem: 'Marketing waits first, then tenants of low trust; the caps are never exceeded.',
    look: 'goodstanding queue',
    causedBy: ['pool-quarantined'],
    // Caps of a warm-up renew each hour: mail that finds them used up every hour is one cause.
    quietMs: 75 * minuteMs,
  },
  'tenant-held': {
    severity: 'ticket',
    title: 'A tenant is held',
    means: 'The mail of a tenant waits because of what it sends.',
    bySystem: 'Other tenants go on; the hold ends by itself, with a trickle first.',
    look: 'goodstanding orders list',
    causedBy: [],
  },
  'mail-stuck': {
    severity: 'page',
    title: 'Mail is not leaving',
    means: 'Mail waits in a queue and none leaves it.',
    bySystem: 'Mail stays in its queue for 14 days.',
    look: 'goodstanding queue',
    causedBy: ['ses-stopped', 'ses-quota', 'pipeline-broken'],
  },
  'mail-late': {
    severity: 'page',
    title: 'Mail leaves too slowly',
    means: 'Mail leaves long after it was due.',
    bySystem: 'Tenants within their share go first; transactional streams have their own rate.',
    look: 'goodstanding queue',
    causedBy: ['mail-stuck', 'ses-stopped', 'ses-quota', 'no-warm-capacity', 'pipeline-broken'],
  },
  'mail-parked': {
    severity: 'page',
    title: 'Mail is parked',
    means: 'Mail cannot leave until a person has mended something.',
    bySystem: 'It is kept; SQS deletes it 14 days after it first came.',
    look: 'goodstanding dlq list',
    causedBy: ['ses-stopped'],
  },
  'cost-anomaly': {
    severity: 'ticket',
    title: 'A mail costs more than it should',
    means: 'The pipeline asks AWS for more than usual for each mail.',
    bySystem: 'It does nothing about it; mail leaves as before.',
    look: 'goodstanding status',
    causedBy: ['pipeline-broken'],
  },
  'responder-down': {
    severity: 'page',
    title: 'Alarms do not reach the responder',
    means: 'The function that tells people of alarms fails or is not reached.',
    bySystem: 'This alarm goes to people directly; the others are in the CloudWatch console.',
    look: 'goodstanding alarms list',
    causedBy: [],
  },
} as const satisfies Readonly<Record<string, KindWords>>;
