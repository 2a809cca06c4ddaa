import type { SesHoldReason } from './reasons.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs } from './time.ts';

/** What SES says of the account, as far as the switch asks. */
export type AccountStanding = {
  readonly sendingEnabled: boolean;
  /** AWS has shut the account's sending down. */
  readonly shutDown: boolean;
  /** Recipients per 24 hours; -1 means no limit. */
  readonly dailyQuota: number;
  readonly sentLast24Hours: number;
  /** Recipients per second; absent when SES does not tell. */
  readonly sendRatePerSecond?: number;
};

/** What dispatch met last: SES refused a mail of the stream for a reason that concerns all of it. */
export type SwitchHint = { readonly reason: SesHoldReason; readonly seenAt: EpochMs };

/** What we remember of a stream's switch. */
export type SwitchState = {
  readonly on: boolean;
  /** Since when. */
  readonly since: EpochMs;
  /** Why it is off, or drains. */
  readonly reason?: SesHoldReason;
  /** Off: when it is tried again; absent while GetAccount says how long. */
  readonly until?: EpochMs;
  /** On although SES takes nothing, until then: dispatch takes old mail out of the queue. */
  readonly drainUntil?: EpochMs;
  /** How often in a row a trial has failed: the next one waits twice as long. */
  readonly trips: number;
};

/** A stream of which nothing is remembered: on, as the deploy made it. */
export const neverSwitched: SwitchState = { on: true, since: epochMs(0), trips: 0 };

/** Off times of the breaker: 1, 2, 4, 8, then 15 minutes. */
const tripMs = minuteMs;
const longestTripMs = 15 * minuteMs;

/**
 * SQS forgets a message after 14 days, read or not. So a stream is never off for longer than a day: for an
 * hour dispatch then meets SES's refusal, and old mail goes where it is safe (`holdWait` in failures.ts).
 */
const offMaxMs = dayMs;
const drainMs = hourMs;

/**
 * A hint within this of a trial's begin is the same trouble. Mail that was refused before comes back
 * within five minutes, so a trial that hears nothing for so long has tried.
 */
const trialMs = 15 * minuteMs;

/** An older hint is history: dispatch repeats it every half minute while the trouble lasts. */
const hintFreshMs = 5 * minuteMs;

/** A spent quota keeps the stream off for so long at least: a trickle would only turn it on and off. */
const quotaOffMs = 5 * minuteMs;

/** Share of the quota that must be free after it before the stream goes on. */
const enoughShare = 0.01;

/** Share that is no trickle: AWS has raised the quota, or yesterday's campaign is a day old. */
const plentyShare = 0.1;

/**
 * Returns whether a stream's queues are read. What GetAccount says lasts as long as it says so, but for
 * the hours in which the queues are drained; a hint that it does
 * not explain (a paused configuration set, say) opens a breaker that tries again by itself.
 */
export function decideSwitch(
  seen: {
    readonly account: AccountStanding;
    readonly state: SwitchState;
    readonly hint?: SwitchHint | undefined;
  },
  now: EpochMs,
): SwitchState {
  const { account, state, hint } = seen;
  const { trips } = state;
  const reason = closedBecause(account, state, now);
  if (reason !== undefined) {
    if (state.on && state.drainUntil !== undefined && now < state.drainUntil) return state;
    if (!state.on && now - state.since >= offMaxMs)
      return { on: true, since: now, reason, drainUntil: epochMs(now + drainMs), trips };
    if (!state.on && state.reason === reason && state.until === undefined) return state;
    return { on: false, since: state.on ? now : state.since, reason, trips };
  }
  if (!state.on) {
    if (state.until !== undefined && now < state.until) return state;
    return { on: true, since: now, trips };
  }
  if (state.drainUntil !== undefined) return { on: true, since: now, trips };
  if (hint && isNews(hint, state, now)) return trip(hint.reason, state, now);
  return state;
}

/** Why SES takes no mail of the whole account, by what it says itself. */
function closedBecause(
  account: AccountStanding,
  state: SwitchState,
  now: EpochMs,
): SesHoldReason | undefined {
  if (account.shutDown) return 'account-suspended';
  if (!account.sendingEnabled) return 'sending-paused';
  const { dailyQuota, sentLast24Hours } = account;
  if (dailyQuota < 0) return undefined;
  const free = dailyQuota - sentLast24Hours;
  if (free <= 0) return 'quota-spent';
  const waits = !state.on && state.reason === 'quota-spent' && state.until === undefined;
  const enough =
    free >= dailyQuota * plentyShare ||
    (free >= enoughQuota(account) && now - state.since >= quotaOffMs);
  return waits && !enough ? 'quota-spent' : undefined;
}

/** A hundredth of the quota or a minute of the rate, whichever is less: then it is worth going on. */
function enoughQuota({ dailyQuota, sendRatePerSecond }: AccountStanding): number {
  const share = dailyQuota * enoughShare;
  return sendRatePerSecond === undefined ? share : Math.min(share, sendRatePerSecond * 60);
}

function isNews(hint: SwitchHint, state: SwitchState, now: EpochMs): boolean {
  // One from the future is no hint of ours: clocks inside AWS agree within a second.
  const ageMs = now - hint.seenAt;
  return hint.seenAt > state.since && ageMs <= hintFreshMs && ageMs >= -minuteMs;
}

function trip(reason: SesHoldReason, state: SwitchState, now: EpochMs): SwitchState {
  const trips = (now - state.since <= trialMs ? state.trips : 0) + 1;
  const offMs = Math.min(longestTripMs, tripMs * 2 ** Math.min(trips - 1, 10));
  return { on: false, since: now, reason, until: epochMs(now + offMs), trips };
}
