/** How much mail goes where: what a move is measured against. */
import type { EvidenceBook, Origin } from '../evidence/model.ts';
import { dayMs, type EpochMs, epochMs, hourMs } from '../time.ts';
import type { Trust } from './model.ts';

/** Mail of one tenant and identity in one stream, to one provider. */
export type Flow = Pick<Origin, 'stream' | 'provider' | 'tenant' | 'identity'> & {
  /** Recipients an hour: of the last hour or of the last day on average, whichever is more. */
  readonly perHour: number;
};

/** A flow, and how well its tenant is known. */
export type Trusted = Flow & { readonly trust: Trust };

export type Traffic = {
  readonly flows: readonly Flow[];
  /** Recipients an hour through a pool to a provider. */
  readonly carried: (pool: string, provider: string) => number;
};

/** Every provider answers with this signal, so its cells are all mail that was sent. */
export const allMail = ['block'] as const;

/** Days for which it counts through which pools an identity was seen. */
export const identityDays = 7;

/** Returns the traffic of the last day. */
export function trafficOf(book: EvidenceBook, now: EpochMs): Traffic {
  const flows = new Map<string, Sum>();
  const pairs = new Map<string, Sum>();
  for (const [since, field] of [
    [epochMs(now - dayMs), 'day'],
    [epochMs(now - hourMs), 'hour'],
  ] as const)
    for (const { origin, sent } of book.cells(allMail, { since, until: now })) {
      const { stream, provider, pool, tenant, identity } = origin;
      const flow = sumAt(flows, [stream, provider, tenant, identity].join('\n'), origin);
      const pair = sumAt(pairs, `${pool}\n${provider}`, origin);
      flow[field] += sent;
      pair[field] += sent;
    }
  return {
    flows: [...flows.values()].map((sum) => {
      const { stream, provider, tenant, identity } = sum.origin;
      return { stream, provider, tenant, identity, perHour: perHour(sum) };
    }),
    carried: (pool, provider) => {
      const sum = pairs.get(`${pool}\n${provider}`);
      return sum ? perHour(sum) : 0;
    },
  };
}

/** Returns the recipients an hour of some flows together. */
export function sumPerHour(flows: readonly Flow[]): number {
  return flows.reduce((sum, flow) => sum + flow.perHour, 0);
}

/** Returns through which pools a provider saw each identity in the last seven days. */
export function poolsByIdentity(
  book: EvidenceBook,
  provider: string,
  now: EpochMs,
): ReadonlyMap<string, ReadonlySet<string>> {
  const seen = new Map<string, Set<string>>();
  const since = epochMs(now - identityDays * dayMs);
  for (const { origin, sent } of book.cells(allMail, { since, until: now, within: { provider } })) {
    if (sent <= 0) continue;
    const pools = seen.get(origin.identity) ?? new Set<string>();
    seen.set(origin.identity, pools.add(origin.pool));
  }
  return seen;
}

type Sum = { readonly origin: Origin; day: number; hour: number };

function perHour({ day, hour }: Sum): number {
  return Math.max(0, day / 24, hour);
}

function sumAt(sums: Map<string, Sum>, key: string, origin: Origin): Sum {
  const known = sums.get(key);
  if (known) return known;
  const sum = { origin, day: 0, hour: 0 };
  sums.set(key, sum);
  return sum;
}
