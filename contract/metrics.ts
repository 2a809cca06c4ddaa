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
  /** Attempts of which nobody knows whether SES took them. Dimensions Deployment, Stream. */
  ambiguous: 'Ambiguous',
  /** SES answered 429. Dimensions Deployment, Stream. */
  throttled: 'Throttled',
  /** Seconds since a mail became due (enqueued, sendAt, released) until dispatch took it; max. */
  dueAgeSeconds: 'DueAgeInSeconds',
  /** SES events by kind. Dimensions Deployment, Kind. */
  feedback: 'Feedback',
  /** SES events of a kind or shape we do not know. Dimensions Deployment. */
  unknownFeedback: 'UnknownFeedback',
  /** Share of the 24 h quota used, percent. Dimensions Deployment. */
  quotaUsedPercent: 'QuotaUsedInPercent',
  /** 1 while SES lets the account send, else 0. Dimensions Deployment. */
  sendingEnabled: 'SendingEnabled',
} as const;
