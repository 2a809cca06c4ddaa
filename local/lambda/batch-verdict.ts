import * as z from 'zod';
import type { InvocationOutcome } from './invocation-outcome.ts';

/** Which messages of a batch are deleted; `problem` says why not all, where that is not the function's wish. */
export type BatchVerdict = {
  readonly deletedIds: readonly string[];
  readonly problem?: string;
};

const partialResponse = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/**
 * Decides what a function's answer means for the batch it was given.
 *
 * Success deletes everything. With ReportBatchItemFailures the listed messages are left to their
 * visibility timeout and the others deleted; an answer of another shape, or one that lists an empty
 * or unknown identifier, fails the whole batch. A failed batch is left alone altogether.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function judgeBatch(options: {
  readonly outcome: InvocationOutcome;
  readonly messageIds: readonly string[];
  readonly reportsItemFailures: boolean;
}): BatchVerdict {
  const { outcome, messageIds } = options;
  if (outcome.status === 'throttled') {
    return { deletedIds: [], problem: 'the function is throttled by its reserved concurrency' };
  }
  if (outcome.status === 'failed') {
    const { type, message } = outcome.error;
    return { deletedIds: [], problem: `the function failed with ${type}: ${message}` };
  }
  if (!options.reportsItemFailures) return { deletedIds: messageIds };
  return judgePartialResponse(outcome.payload, messageIds);
}

function judgePartialResponse(payload: string, messageIds: readonly string[]): BatchVerdict {
  const parsed = partialResponse.safeParse(parseOrUndefined(payload));
  if (!parsed.success) {
    return {
      deletedIds: [],
      problem:
        `the function answered ${payload.slice(0, 200)}, allowed is ` +
        '{"batchItemFailures":[{"itemIdentifier":"<messageId>"}]}',
    };
  }
  const failedIds = new Set(
    parsed.data?.batchItemFailures?.map((failure) => failure.itemIdentifier),
  );
  const unknown = [...failedIds].filter((id) => !messageIds.includes(id));
  if (unknown.length > 0) {
    return {
      deletedIds: [],
      problem: `the function listed ${unknown.join(', ')}, which is not in the batch`,
    };
  }
  return { deletedIds: messageIds.filter((id) => !failedIds.has(id)) };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
