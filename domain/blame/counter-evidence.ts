import { countRegion } from './counts.ts';
import type { CounterEvidence } from './model.ts';
import type { Part, Scan } from './parts.ts';
import { intersect, regionKey } from './regions.ts';

/** What a person reads at a glance. */
const entriesMax = 3;

/**
 * Returns what speaks against the other explanations of a cause's failures, of the best of each kind: the
 * larger of the two without the smaller. "Without tenant T this pool is at 0.2 %" acquits the pool;
 * "without tenant T this pool is still at 40 %" acquits the tenant.
 */
export function counterEvidenceOf(
  cause: Part,
  parts: readonly Part[],
  { mail, rows }: Scan,
): readonly CounterEvidence[] {
  const seen = new Set([cause.kind]);
  const entries: CounterEvidence[] = [];
  for (const part of parts) {
    if (entries.length === entriesMax) break;
    if (seen.has(part.kind) || !intersect(cause.region, part.region)) continue;
    seen.add(part.kind);
    const [larger, smaller] =
      part.counts.known > cause.counts.known ? [part, cause] : [cause, part];
    const about = { ...mail, without: smaller.region };
    const { sent, failed } = countRegion(rows, larger.region, about);
    if (sent < 1 || regionKey(larger.region) === regionKey(smaller.region)) continue;
    entries.push({ region: larger.region, without: smaller.region, sent, failed });
  }
  return entries;
}
