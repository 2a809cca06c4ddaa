/** Why a composite alarm does not act although its state changed; AWS's three words. */
export type SuppressedBy = 'Alarm' | 'WaitPeriod' | 'ExtensionPeriod';

export type SuppressionFacts = {
  readonly nowMs: number;
  /** When the composite alarm changed its state. */
  readonly changedMs: number;
  readonly isSuppressorRinging: boolean;
  /** When the suppressor last left ALARM; undefined when it never did. */
  readonly suppressorLeftMs: number | undefined;
  readonly waitMs: number;
  readonly extensionMs: number;
};

/**
 * Decides whether an alarm whose state changed may act yet: not while its suppressor rings, nor for
 * the extension period after that, nor before the suppressor had the wait period to begin.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
 */
export function suppressedBy(facts: SuppressionFacts): SuppressedBy | undefined {
  const { nowMs, changedMs, suppressorLeftMs } = facts;
  if (facts.isSuppressorRinging) return 'Alarm';
  if (suppressorLeftMs !== undefined && nowMs < suppressorLeftMs + facts.extensionMs) {
    return 'ExtensionPeriod';
  }
  return nowMs < changedMs + facts.waitMs ? 'WaitPeriod' : undefined;
}
