/** CloudWatch metrics that functions write as embedded metric format, one line a batch. */

export const metricNamespace = 'Goodstanding';

/** Dimension sets: `Deployment` with `Stream`, or with `Reason` for parked mail. Never a tenant (cost). */
export const metrics = {
  /** Recipients SES accepted. Dimensions Deployment, Stream. Unit Count. */
  accepted: 'Accepted',
  /** Recipients not sent because they are suppressed. Dimensions Deployment, Stream. */
  suppressed: 'Suppressed',
  /** Requests or recipients refused for the app to correct. Dimensions Deployment, Stream. */
  rejected: 'Rejected',
  /** Requests put aside for a person. Dimensions Deployment, Reason. */
  parked: 'Parked',
  /** Requests of held tenants. Dimensions Deployment, Stream. */
  held: 'Held',
  /** Requests past their expiresAt. Dimensions Deployment, Stream. */
  expired: 'Expired',
  /** Requests that repeated an id and were not sent again. Dimensions Deployment, Stream. */
  repeated: 'Repeated',
  /** Recipients of whom nobody knows whether SES took their mail, each once, at the look after it. Dimensions Deployment, Stream. */
  ambiguous: 'Ambiguous',
  /** Ambiguous recipients that an SES event settled: SES had taken the mail. Dimensions Deployment, Stream. */
  settled: 'Settled',
  /** Ambiguous recipients that were sent to again. Dimensions Deployment, Stream. */
  resent: 'Resent',
  /** Recipients of whom SES's events prove that it took the same mail once more. Dimensions Deployment. */
  provenDuplicate: 'ProvenDuplicate',
  /** Messages moved to the overflow lane. Dimensions Deployment, Stream. */
  overflowed: 'Overflowed',
  /** 1 while we keep a stream's mail in its queue because SES takes none, else absent. Dimensions Deployment, Stream. */
  switchedOff: 'SwitchedOff',
  /** Recipients whose request was sent without the copy that the stream stores. Dimensions Deployment, Stream. */
  unkept: 'Unkept',
  /** Recipients that were sent to once more because their pool lost the mail. Dimensions Deployment, Stream. */
  rescued: 'Rescued',
  /** Recipients of whom that was asked and not done. Dimensions Deployment, Stream. */
  unrescued: 'Unrescued',
  /** Index items that could not be written. Dimensions Deployment, Stream. */
  unindexed: 'Unindexed',
  /** Failures of ours that pass only when a person mends them. Dimensions Deployment. */
  broken: 'Broken',
  /** SES answered 429. Dimensions Deployment, Stream. */
  throttled: 'Throttled',
  /** Seconds since a mail became due (enqueued, sendAt, released) until dispatch took it; max. */
  dueAgeSeconds: 'DueAgeInSeconds',
  /** Messages that waited for a time and are in their queue again. Dimensions Deployment. */
  returned: 'Returned',
  /** Seconds by which the latest of them, or of those that could not be returned, was late; max. Dimensions Deployment. */
  lateReturnSeconds: 'LateReturnInSeconds',
  /** SES events by kind. Dimensions Deployment, Kind. */
  feedback: 'Feedback',
  /** SES events of a kind or shape we do not know. Dimensions Deployment. */
  unknownFeedback: 'UnknownFeedback',
  /** Failures, and mail that no provider saw, of events without our tag: where they count is read from the rest. Dimensions Deployment. */
  untagged: 'Untagged',
  /** Share of the 24 h quota used, percent. Dimensions Deployment. */
  quotaUsedPercent: 'QuotaUsedInPercent',
  /** 1 while SES lets the account send, else 0. Dimensions Deployment. */
  sendingEnabled: 'SendingEnabled',
} as const;
