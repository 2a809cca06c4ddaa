type Limits = {
  readonly maxSendRate: number;
  readonly burstSeconds: number;
  readonly max24HourSend: number;
};

const dayMs = 86_400_000;
const minuteMs = 60_000;
const slack = 1e-9;

/**
 * A token bucket with debt, SES's observed semantics: whoever finds one token left may send to
 * many recipients, and then nobody sends until the debt is paid. At 1/s a message to five
 * recipients passes and the next five seconds fail. The bucket size is unpublished; one second of
 * tokens is the default.
 * @see https://github.com/django-ses/django-ses/issues/59 which quotes the AWS SES blog
 */
export class TokenBucket {
  #tokens: number | undefined;
  #filledAtMs = 0;

  /** Takes `count` tokens, or answers false and takes none. */
  take(count: number, limits: Limits, nowMs: number): boolean {
    const capacity = Math.max(1, limits.maxSendRate * limits.burstSeconds);
    const elapsedSeconds = Math.max(0, nowMs - this.#filledAtMs) / 1000;
    const refilled = (this.#tokens ?? capacity) + elapsedSeconds * limits.maxSendRate;
    this.#tokens = Math.min(capacity, refilled);
    this.#filledAtMs = nowMs;
    if (limits.maxSendRate <= 0 || this.#tokens < 1 - slack) return false;
    this.#tokens -= count;
    return true;
  }
}

/** Recipients of the last 24 hours, counted per minute; the window slides by minutes. */
export class DailyQuota {
  readonly #perMinute = new Map<number, number>();
  #total = 0;

  sentLast24Hours(nowMs: number): number {
    for (const [minute, count] of this.#perMinute) {
      if (minute * minuteMs > nowMs - dayMs) break;
      this.#perMinute.delete(minute);
      this.#total -= count;
    }
    return this.#total;
  }

  /** Whether `count` more recipients fit; -1 as the limit means unlimited, as in GetAccount. */
  fits(count: number, limits: Limits, nowMs: number): boolean {
    if (limits.max24HourSend < 0) return true;
    return this.sentLast24Hours(nowMs) + count <= limits.max24HourSend;
  }

  add(count: number, nowMs: number): void {
    const minute = Math.floor(nowMs / minuteMs);
    this.#perMinute.set(minute, (this.#perMinute.get(minute) ?? 0) + count);
    this.#total += count;
  }
}
