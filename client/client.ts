/**
 * The client for TypeScript and JavaScript: hand it mail, and look up what became of it.
 *
 * What to know of the queues: they are standard (not FIFO) queues, so mail is taken at least once and in
 * no promised order; the `id` makes it once, and nothing makes an order. The tenant is the message
 * group, by which SQS shares a queue fairly: one tenant's burst does not delay the others. An accepted
 * request is durable in SQS for 14 days; what SES says of it is known later, by `outcome`.
 */
import type { SQSClientConfig } from '@aws-sdk/client-sqs';
import type { RequestOutcome } from '../contract/recipient-outcomes.ts';
import {
  requestLimits,
  type SendRequestInput,
  type StoredRequest,
} from '../contract/send-request.ts';
import { createOutcomeReader, type OutcomeQuestion } from './outcome-reader.ts';
import { createPlaces } from './places.ts';
import { offloadAboveBytesDefault, type QueueSettings } from './queue-batch.ts';
import { type SendProgress, type SendResult, sendAll } from './send-all.ts';

/** A mail to one recipient or a batch; `stored` requests are the client's own means. */
export type RequestToSend = Exclude<SendRequestInput, StoredRequest>;

export type ClientOptions = {
  /** Name of the deployment. Default: GOODSTANDING_DEPLOYMENT, else `goodstanding`. */
  readonly deployment?: string;
  /** AWS region. Default: as the AWS SDK finds it. */
  readonly region?: string;
  /** A profile of the AWS configuration files. */
  readonly profile?: string;
  /** The local runtime, such as http://127.0.0.1:4566. Default: AWS_ENDPOINT_URL, else AWS. */
  readonly endpoint?: string;
  /** Default: as the AWS SDK finds them; dummies for an endpoint on this machine. */
  readonly credentials?: SQSClientConfig['credentials'];
  /** Bodies of more bytes go to the content bucket, the queue gets a pointer. Default 1,000,000, maximum 1,048,576. */
  readonly offloadAboveBytes?: number;
  /** How often one request is tried while SQS does not take it (1 to 20). Default 5. */
  readonly attempts?: number;
  /** Batches and uploads under way at once (1 to 64). Default 4. */
  readonly concurrency?: number;
  /** How long a batch that is not full waits for a slow async source, milliseconds. Default 200. */
  readonly lingerMs?: number;
};

export type Client = {
  /**
   * Enqueues any number of requests, from an array or an (async) iterable, and returns what was accepted
   * and what was not. One request's fault never throws and never harms another. Sending a request again
   * under its id is harmless.
   * @throws a `SourceFailure` when the given iterable throws, after what was taken from it is settled
   */
  readonly send: (
    requests: Iterable<RequestToSend> | AsyncIterable<RequestToSend>,
    options?: { readonly onProgress?: (progress: SendProgress) => void },
  ) => Promise<SendResult<RequestToSend>>;
  /** Returns what became of a request, undefined while (or when) nothing is known of it. */
  readonly outcome: (question: OutcomeQuestion) => Promise<RequestOutcome | undefined>;
  /** Closes the connections. */
  readonly close: () => void;
};

/**
 * Returns a client of one deployment. Makes no call by itself.
 * @throws when an option is out of its range
 */
export function createClient(options: ClientOptions = {}): Client {
  const settings: QueueSettings = {
    offloadAboveBytes: inRange('offloadAboveBytes', options.offloadAboveBytes, {
      min: 1_024,
      max: requestLimits.queueBodyBytes,
      otherwise: offloadAboveBytesDefault,
    }),
    attempts: inRange('attempts', options.attempts, { min: 1, max: 20, otherwise: 5 }),
    concurrency: inRange('concurrency', options.concurrency, { min: 1, max: 64, otherwise: 4 }),
    lingerMs: inRange('lingerMs', options.lingerMs, { min: 0, max: 60_000, otherwise: 200 }),
  };
  const places = createPlaces(options);
  const reader = createOutcomeReader(options);
  return {
    send: (requests, { onProgress } = {}) =>
      sendAll(requests, { places, settings, ...(onProgress ? { onProgress } : {}) }),
    outcome: reader.outcome,
    close: () => {
      places.close();
      reader.close();
    },
  };
}

function inRange(
  name: string,
  given: number | undefined,
  range: { readonly min: number; readonly max: number; readonly otherwise: number },
): number {
  const value = given ?? range.otherwise;
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  throw new RangeError(
    `client option ${name}: got ${value}; allowed is a whole number from ${range.min} to ${range.max}`,
  );
}
