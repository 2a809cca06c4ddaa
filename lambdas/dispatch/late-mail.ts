import { type Clock, minuteMs } from '../../domain/time.ts';

/** What one environment has lately met of mail that waited, by tenant. */
export type LateMail = {
  /** Notes a message that waited for so long; what waited less than a minute says nothing. */
  readonly note: (
    mail: { readonly tenant: string; readonly recipients: number },
    ageSeconds: number,
  ) => void;
  /** Returns the tenant with most of it; undefined where too little was late to say. */
  readonly greatest: () => GreatestTenant | undefined;
};

export type GreatestTenant = { readonly tenant: string; readonly percent: number };

const lateSeconds = 60;

/** Late mail is looked at over this time. */
const windowMs = 5 * minuteMs;

/** Recipients of late mail below which one batch would decide who has most. */
const recipientsMin = 100;

/**
 * Returns an empty memory. A queue hands out its messages about evenly, so what an environment meets stands for
 * what waits; whose it is in the queue, nobody can ask.
 */
export function createLateMail(clock: Clock): LateMail {
  const minutes = new Map<number, Map<string, number>>();
  return {
    note: ({ tenant, recipients }, ageSeconds) => {
      if (ageSeconds < lateSeconds) return;
      const minute = Math.floor(clock() / minuteMs);
      const counts = minutes.get(minute) ?? new Map<string, number>();
      minutes.set(minute, counts.set(tenant, (counts.get(tenant) ?? 0) + recipients));
    },
    greatest: () => {
      const since = Math.floor((clock() - windowMs) / minuteMs);
      for (const minute of minutes.keys()) if (minute <= since) minutes.delete(minute);
      return greatestOf([...minutes.values()]);
    },
  };
}

function greatestOf(minutes: readonly ReadonlyMap<string, number>[]): GreatestTenant | undefined {
  const sums = new Map<string, number>();
  for (const counts of minutes)
    for (const [tenant, count] of counts) sums.set(tenant, (sums.get(tenant) ?? 0) + count);
  const total = [...sums.values()].reduce((sum, count) => sum + count, 0);
  const [most] = [...sums].toSorted(([, one], [, other]) => other - one);
  if (!most || total < recipientsMin) return undefined;
  return { tenant: most[0], percent: Math.round((100 * most[1]) / total) };
}
