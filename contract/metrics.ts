/** CloudWatch metrics that functions write as embedded metric format, one line a batch. */

export const metricNamespace = 'Goodstanding';

/**
 * Dimension sets: `Deployment` alone, or with `Stream`, `Stream` and `Kind`, `Pool`, or `Reason` for parked
 * mail. Never a tenant (cost): each metric is 0.30 USD a month, for the hours in which it is written at all.
 */
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
  /**
   * 1 while we keep a stream's mail in its queue because SES takes none, else absent; a spent quota does not
   * count, it shows as QuotaUsedInPercent. Dimensions Deployment, Stream.
   */
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
  /** SES events about our mail by kind, such as `delivery`. Dimensions Deployment, Stream, Kind. */
  feedback: 'Feedback',
  /** SES events of a kind or shape we do not know. Dimensions Deployment. */
  unknownFeedback: 'UnknownFeedback',
  /** Failures, and mail that no provider saw, of events without our tag: where they count is read from the rest. Dimensions Deployment. */
  untagged: 'Untagged',
  /** Share of the 24 h quota used, percent. Dimensions Deployment. */
  quotaUsedPercent: 'QuotaUsedInPercent',
  /** 1 while SES lets the account send, else 0. Dimensions Deployment. */
  sendingEnabled: 'SendingEnabled',
  /** SES events of any kind that reached us, those about canaries too. Dimensions Deployment, Stream. */
  news: 'News',
  /** 1 while AWS has the account under review, else absent. Dimensions Deployment. */
  inReview: 'InReview',
  /** Recipients that wait because no pool may send more to their mailbox provider for now, each time they are tried. Dimensions Deployment. */
  noRoom: 'NoRoom',
  /** Failures of a table, bucket or queue that made mail or news wait; most pass by themselves. Dimensions Deployment. */
  storeFailures: 'StoreFailures',
  /** Share of the tenant that has most of the late mail, percent; only with many tenants. Dimensions Deployment, Stream. */
  greatestTenantPercent: 'GreatestTenantInPercent',
  // Written by rotation each minute, and only where there is something to tell.
  /** Pairs of pool and mailbox provider that are quarantined, and addresses taken out of use. Dimensions Deployment. */
  poolsQuarantined: 'PoolsQuarantined',
  /** Streams with mail for a mailbox provider where no pool of theirs has room. Dimensions Deployment. */
  streamsWithoutWarmRoom: 'StreamsWithoutWarmRoom',
  /** 1 while the reputation loop is off, frozen, or behind what was sent. Dimensions Deployment. */
  rotationStopped: 'RotationStopped',
  /** Tenants of whose mail an order holds all or a part. Dimensions Deployment. */
  tenantsHeld: 'TenantsHeld',
  /** Hours until SES's review line for bounces at the current rate, 0 beyond it; absent when farther than a week. Dimensions Deployment. */
  hoursToBounceReview: 'HoursToBounceReview',
  /** The same for complaints. Dimensions Deployment. */
  hoursToComplaintReview: 'HoursToComplaintReview',
  /** How much of its day's cap a pool has used where it has used most, percent; only pools we warm up. Dimensions Deployment, Pool. */
  warmUpUsedPercent: 'WarmUpUsedInPercent',
} as const;
