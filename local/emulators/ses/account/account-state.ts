import type { SuppressionListReason } from '@aws-sdk/client-sesv2';

/** Account-wide settings; mutable, changed by the API and by `PUT /_local/ses/account`. */
export type AccountState = {
  productionAccess: boolean;
  sendingEnabled: boolean;
  /** An AWS-imposed pause, which PutAccountSendingAttributes cannot undo. */
  suspended: boolean;
  /** AWS reviews the account, which may still send. */
  inReview: boolean;
  /** Recipients per second. */
  maxSendRate: number;
  /** Recipients in 24 hours; -1 is unlimited. */
  max24HourSend: number;
  burstSeconds: number;
  /** Added to every SendEmail and SendBulkEmail answer; in a Region 40 to 60 ms are usual. */
  latencyMs: number;
  /**
   * Control-plane calls per second; 0 switches the limit off. AWS allows 1 per second for all
   * actions but sending; locally that would only slow down tests, so it is off by default.
   */
  controlPlaneRate: number;
  /** Mails on which the bounce and complaint rates look back; SES calls it a representative volume and gives no number. */
  rateVolume: number;
  autoWarmup: boolean;
  suppressedReasons: readonly SuppressionListReason[];
  /** Kept and returned by GetAccount; there is no address validation locally. */
  validationThreshold: ValidationThreshold | undefined;
};

/** The setting of address validation, which nothing acts on locally. */
export type ValidationThreshold = {
  readonly ConditionThresholdEnabled: 'ENABLED' | 'DISABLED';
  readonly OverallConfidenceThreshold?:
    | { readonly ConfidenceVerdictThreshold: 'MEDIUM' | 'HIGH' | 'MANAGED' }
    | undefined;
};

/** Returns a production account; fresh accounts suppress on bounces and complaints. */
export function newAccount(): AccountState {
  return {
    productionAccess: true,
    sendingEnabled: true,
    suspended: false,
    inReview: false,
    maxSendRate: 500,
    max24HourSend: 5_000_000,
    burstSeconds: 1,
    latencyMs: 0,
    controlPlaneRate: 0,
    rateVolume: 10_000,
    autoWarmup: true,
    suppressedReasons: ['BOUNCE', 'COMPLAINT'],
    validationThreshold: undefined,
  };
}
