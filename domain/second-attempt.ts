import { waitFor } from './failures.ts';
import { minuteMs, secondMs } from './time.ts';

/** How long an event of SES may settle an ambiguous attempt before the stream's policy decides. */
export const settleMs = 15 * minuteMs;

/** SES's clock and ours may differ by this. */
const clockMarginMs = 15 * secondMs;

/**
 * An event that comes later than this after its mail may meet a second mail to the same recipient: no
 * mail that SES may have is sent again sooner. The soonest is one of which SES said that it failed; an
 * ambiguous one waits for `settleMs`.
 */
export const lateEventMs = waitFor('ses-error').ms - clockMarginMs;
