import { describeFailure } from '../../adapters/failure.ts';
import { describeError, log, logMetrics } from '../../adapters/log.ts';
import { metrics } from '../../contract/metrics.ts';
import { judgeStoreFailure } from '../../domain/store-failures.ts';
import type { Clock } from '../../domain/time.ts';
import type { FeedbackPorts } from './feedback.ts';

/** Returns the counts of one invocation; `write` puts them into the log as metrics. */
export function createFeedbackTally(
  Deployment: string,
  clock: Clock,
): Pick<FeedbackPorts, 'count' | 'countUntagged' | 'duplicates' | 'unknown' | 'failure'> & {
  readonly write: () => void;
} {
  const streams = new Map<string, Map<string, number>>();
  let brokenCount = 0;
  let failureCount = 0;
  let duplicateCount = 0;
  let unknownCount = 0;
  let untaggedCount = 0;
  return {
    count: (kind, stream) => {
      const kinds = streams.get(stream) ?? new Map<string, number>();
      streams.set(stream, kinds.set(kind, (kinds.get(kind) ?? 0) + 1));
    },
    countUntagged: () => {
      untaggedCount += 1;
    },
    duplicates: (count) => {
      duplicateCount += count;
    },
    unknown: (what) => {
      unknownCount += 1;
      log('feedback.unknown', { what });
    },
    failure: (error) => {
      const isBroken = judgeStoreFailure(describeFailure(error)) === 'broken';
      failureCount += 1;
      if (isBroken) brokenCount += 1;
      log(isBroken ? 'feedback.broken' : 'feedback.failed', describeError(error));
    },
    write: () => {
      const now = clock();
      for (const [Stream, kinds] of streams) {
        const total = [...kinds.values()].reduce((sum, value) => sum + value, 0);
        logMetrics(now, { Deployment, Stream }, [
          { name: metrics.news, value: total, unit: 'Count' },
        ]);
        for (const [Kind, value] of kinds)
          logMetrics(now, { Deployment, Stream, Kind }, [
            { name: metrics.feedback, value, unit: 'Count' },
          ]);
      }
      logMetrics(now, { Deployment }, [
        { name: metrics.unknownFeedback, value: unknownCount, unit: 'Count' },
        { name: metrics.provenDuplicate, value: duplicateCount, unit: 'Count' },
        { name: metrics.untagged, value: untaggedCount, unit: 'Count' },
        { name: metrics.broken, value: brokenCount, unit: 'Count' },
        { name: metrics.storeFailures, value: failureCount, unit: 'Count' },
      ]);
    },
  };
}
