import { readNews } from '../../adapters/evidence-store.ts';
import type { MetricSeries } from '../../adapters/metric-series.ts';
import { readSeries } from '../../adapters/metric-series.ts';
import { listStreams } from '../../adapters/tenant-directory.ts';
import { metricNamespace, metrics } from '../../contract/metrics.ts';
import type { FailureItem } from '../../contract/rotation-items.ts';
import { type Clock, type EpochMs, epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import type { Backend } from '../actions/backend.ts';
import type { Flow, FlowRow } from './model.ts';
import { createSentMinutes, pairKey, type SentMinutes } from './sent-minutes.ts';

const shownMinutes = 60;

/** News of mail that was sent longer ago is left out: most complaints come within hours, the rest within days. */
const newsOfMs = 3 * hourMs;

/** News of one reading; in a storm the newest count. */
const newsMax = 5_000;

/** Deliveries are asked for less often than the rest: CloudWatch charges by the metric. */
const deliveriesEveryMs = minuteMs;

type Kind = 'deferred' | 'bounced' | 'complained';

/** Returns a reader of the last hour's mail, minute by minute. */
export function createFlowReader(backend: Backend, clock: Clock): () => Promise<Flow> {
  const { ledger, evidence } = backend.tables;
  const sent = createSentMinutes(ledger, evidence);
  const deliveries = createDeliveries(backend);
  return async () => {
    const now = clock();
    const last = Math.floor(now / minuteMs) * minuteMs;
    const minutes = Array.from(
      { length: shownMinutes },
      (_, index) => last - (shownMinutes - 1 - index) * minuteMs,
    );
    const since = epochMs(minutes[0] ?? last);
    const [news, delivered] = await Promise.all([
      readNews(evidence, { since: epochMs(now - newsOfMs), until: now }, newsMax),
      deliveries(since, now),
      sent.read({ since, now }),
    ]);
    return {
      minutes,
      rows: [...rowsOf(minutes, sent, news.failures), ...deliveredRows(minutes, delivered.series)],
      remarks: [
        `news of mail that was sent more than ${newsOfMs / hourMs} hours ago, and bounces that blame nobody, such as a full mailbox, are not counted here`,
        'deliveries are told by stream, not by mailbox provider',
        ...(news.cut ? [`only the newest ${newsMax} failures are counted`] : []),
        ...delivered.remarks,
      ],
    };
  };
}

function rowsOf(
  minutes: readonly number[],
  sent: SentMinutes,
  failures: readonly FailureItem[],
): readonly FlowRow[] {
  const rows = new Map<string, Record<'accepted' | Kind, number[]>>();
  const rowAt = (key: string) => {
    const zeros = () => minutes.map(() => 0);
    const row = rows.get(key) ?? {
      accepted: zeros(),
      deferred: zeros(),
      bounced: zeros(),
      complained: zeros(),
    };
    rows.set(key, row);
    return row;
  };
  for (const [place, minute] of minutes.entries())
    for (const [key, count] of sent.of(minute)) rowAt(key).accepted[place] = count;
  for (const { origin, heardAt, signal } of failures) {
    const place = minutes.indexOf(Math.floor(heardAt / minuteMs) * minuteMs);
    if (place < 0) continue;
    const counts = rowAt(pairKey(origin))[kindOf(signal)];
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return [...rows].map(([key, counts]) => {
    const [stream = '', provider = ''] = key.split(' ');
    return { stream, provider, ...counts };
  });
}

function kindOf(signal: FailureItem['signal']): Kind {
  if (signal === 'complaint') return 'complained';
  return signal === 'deferral' ? 'deferred' : 'bounced';
}

/** What rows of every provider together add: deliveries alone, so that nothing counts twice in a sum. */
function deliveredRows(
  minutes: readonly number[],
  series: ReadonlyMap<string, MetricSeries>,
): readonly FlowRow[] {
  const zeros = minutes.map(() => 0);
  return [...series].map(([stream, values]) => ({
    stream,
    provider: '*',
    accepted: zeros,
    delivered: minutes.map((minute) => values.get(minute) ?? 0),
    deferred: zeros,
    bounced: zeros,
    complained: zeros,
  }));
}

type Delivered = {
  readonly series: ReadonlyMap<string, MetricSeries>;
  readonly remarks: readonly string[];
};

/** Returns a reader of deliveries by stream; one that cannot ask says so, and the rest of the flow stands. */
function createDeliveries({ cloudwatch, deployment, tables }: Backend) {
  let known: Delivered = { series: new Map(), remarks: [] };
  let askAt = 0;
  return async (since: EpochMs, now: EpochMs): Promise<Delivered> => {
    if (now < askAt) return known;
    askAt = now + deliveriesEveryMs;
    try {
      const streams = await listStreams(tables.directory);
      const questions = streams.map((Stream) => ({
        namespace: metricNamespace,
        name: metrics.feedback,
        dimensions: { Deployment: deployment, Stream, Kind: 'delivery' },
        statistic: 'Sum' as const,
      }));
      const found = await readSeries(cloudwatch, questions, { since, until: now });
      const pairs = streams.map((stream, place) => [stream, found[place] ?? new Map()] as const);
      // A stream without deliveries in the hour most likely has no delivery events: it gets no row of zeros.
      const series = new Map(pairs.filter(([, values]) => values.size > 0));
      const silent = streams.filter((stream) => !series.has(stream));
      const remark = `no delivery was told of ${silent.join(', ')}: nothing was delivered, or its delivery events are off`;
      known = { series, remarks: silent.length > 0 ? [remark] : [] };
    } catch {
      known = { ...known, remarks: ['deliveries cannot be read: CloudWatch does not answer'] };
    }
    return known;
  };
}
