/** How far the account is from the rates at which SES puts it under review. */

/**
 * Rates at which SES puts an account under review, 0..1.
 * @see https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html
 */
export const reviewLines = { bounce: 0.05, complaint: 0.001 } as const;

/** What was sent in a span of time, and how much of it failed. */
export type Span = { readonly sent: number; readonly failed: number };

/** SES speaks of a representative volume and does not say which; fewer mails than this are none. */
export const volumeMailsMin = 1_000;

/** Standard deviations of a count by which the current rate is taken to be lower: chance calls nobody. */
const deviations = 2;

/**
 * Returns the hours until the rate over the volume that SES looks at reaches a line, if mail goes on as it does
 * now; 0 where it has, undefined where it never will or too little was sent. Each hour replaces as much of the
 * volume as is sent in it, so the rate moves from the volume's to the current one in a straight line.
 */
export function hoursToLine(
  line: number,
  volume: Span,
  { sent, failed, hours }: Span & { readonly hours: number },
): number | undefined {
  if (volume.sent < volumeMailsMin) return undefined;
  const rate = volume.failed / volume.sent;
  if (rate >= line) return 0;
  if (sent <= 0) return undefined;
  const current = Math.max(0, failed - deviations * Math.sqrt(failed)) / sent;
  if (current <= line) return undefined;
  const hoursOfVolume = volume.sent / (sent / hours);
  return (hoursOfVolume * (line - rate)) / (current - rate);
}
