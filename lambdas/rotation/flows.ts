import type { Signal } from '../../domain/classification/reasons.ts';
import type { EvidenceBook } from '../../domain/evidence/model.ts';
import { type EpochMs, epochMs, minuteMs } from '../../domain/time.ts';

/** Mail of one stream to one mailbox provider that was handed to SES within ten minutes, and its fate so far. */
export type Flow = {
  readonly stream: string;
  readonly provider: string;
  readonly accepted: number;
  readonly deferred: number;
  readonly bounced: number;
  readonly complained: number;
};

/** What is told of: the mail of ten minutes, ten minutes ago, so that providers had time to answer. */
const spanMs = 10 * minuteMs;

/** Lines of one look, the greatest flows first. */
const linesMax = 40;

/** What the money path calls each signal. */
const fates = {
  deferred: ['deferral', 'outage'],
  bounced: ['hard-bounce', 'block', 'domain', 'content'],
  complained: ['complaint'],
} as const satisfies Readonly<Record<string, readonly Signal[]>>;

/** Returns the flows of the ten minutes before the last ten. */
export function flowsOf(book: EvidenceBook, now: EpochMs): readonly Flow[] {
  const window = { since: epochMs(now - 2 * spanMs), until: epochMs(now - spanMs) };
  const flows = new Map<string, { -readonly [Key in keyof Flow]: Flow[Key] }>();
  const none = { accepted: 0, deferred: 0, bounced: 0, complained: 0 };
  for (const fate of ['deferred', 'bounced', 'complained'] as const)
    for (const { origin, sent, failed } of book.cells(fates[fate], window)) {
      const { stream, provider } = origin;
      const key = `${stream}\n${provider}`;
      const flow = flows.get(key) ?? { stream, provider, ...none };
      flows.set(key, flow);
      flow[fate] += failed;
      // Every look brings all mail, so one of them counts it.
      if (fate === 'deferred') flow.accepted += sent;
    }
  return [...flows.values()]
    .toSorted((one, other) => other.accepted - one.accepted)
    .slice(0, linesMax);
}
