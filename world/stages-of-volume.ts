import { between, binomial } from './dice.ts';
import { type Hearing, type Stage, turnAway } from './hearing.ts';
import { prefixOf } from './provider.ts';
import { roomOf } from './standing.ts';

/** Mails of one sender after which two in three greylisting servers know it. */
const familiarMails = 500;

/** Who was over a cap is put off for a while, with all its mail. */
export const pause: Stage = (hearing) => {
  for (const key of hearing.provider.traits.capKeys) {
    if (hearing.at < hearing[key].deferredUntil) {
      turnAway(hearing, hearing.left, `quota-${key}`);
      return;
    }
  }
};

/** What is above the cap of the hour or the day is put off, and a pause begins. */
export const cap: Stage = (hearing) => {
  for (const key of hearing.provider.traits.capKeys) {
    const surplus = hearing.left - roomOf(hearing[key], hearing.provider.numbers);
    if (surplus <= 0) continue;
    beginPause(hearing, key);
    turnAway(hearing, surplus, `quota-${key}`);
  }
};

/**
 * Servers that greylist put off the first mail of a /24 and domain they do not know, and take it when it
 * comes again from there. Servers and recipients are counted, not told apart; how long they want to wait
 * (5 to 15 minutes) is left to the sender's own retries, which come later.
 */
export const greylist: Stage = (hearing) => {
  const { provider, mails, draw } = hearing;
  const share = provider.numbers.greylistShare;
  if (share === 0) return;
  const key = `${prefixOf(mails.ip)}/${mails.domain}`;
  let known = provider.greylist.get(key);
  if (known === undefined) {
    known = { seen: 0, waiting: 0 };
    provider.greylist.set(key, known);
  }
  const expected = mails.attempt > 1 ? Math.min(known.waiting, hearing.left) : 0;
  known.waiting -= expected;
  const strangers = hearing.left - expected;
  const deferred = binomial(draw, strangers, share * Math.exp(-known.seen / familiarMails));
  known.waiting += deferred;
  known.seen += hearing.left - deferred;
  turnAway(hearing, deferred, 'greylist');
};

function beginPause(hearing: Hearing, key: 'ip' | 'domain'): void {
  const { provider, at, draw } = hearing;
  const standing = hearing[key];
  const { overCapMinMs, overCapMaxMs } = provider.numbers;
  const pauseMs = provider.traits.growingPause
    ? Math.min(overCapMaxMs, overCapMinMs * 2 ** standing.strikes)
    : between(draw, overCapMinMs, overCapMaxMs);
  standing.deferredUntil = at + pauseMs;
  standing.strikes += 1;
}
