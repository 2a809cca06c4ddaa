import { describeError, log, logMetrics } from '../../adapters/log.ts';
import { metrics } from '../../contract/metrics.ts';
import type { Clock } from '../../domain/time.ts';
import type { FeedbackPorts } from './feedback.ts';

/** Returns the counts of one invocation; `write` puts them into the log as metrics. */
export function createFeedbackTally(
  Deployment: string,
  clock: Clock,
): Pick<FeedbackPorts, 'count' | 'countUntagged' | 'duplicates' | 'unknown' | 'failure'> & {
  readonly write: () => void;
} {
  const kinds = new Map<string, number>();
  let duplicateCount = 0;
  let unknownCount = 0;
  let untaggedCount = 0;
  return {
    count: (kind) => {
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
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
    failure: (error) => log('feedback.failed', describeError(error)),
    write: () => {
      const now = clock();
      for (const [Kind, value] of kinds)
        logMetrics(now, { Deployment, Kind }, [{ name: metrics.feedback, value, unit: 'Count' }]);
      logMetrics(now, { Deployment }, [
        { name: metrics.unknownFeedback, value: unknownCount, unit: 'Count' },
        { name: metrics.provenDuplicate, value: duplicateCount, unit: 'Count' },
        { name: metrics.untagged, value: untaggedCount, unit: 'Count' },
      ]);
    },
  };
}
