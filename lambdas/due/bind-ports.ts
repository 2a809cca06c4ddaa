import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type * as z from 'zod';
import { readQueueUrl, sendBodies } from '../../adapters/intake.ts';
import { deleteLater, listLater, readLater } from '../../adapters/later-mail.ts';
import type { dueEnvironment } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import { type Clock, epochMs, secondMs } from '../../domain/time.ts';
import type { DuePorts } from './ports.ts';
import { createTally } from './tally.ts';

/** What a run keeps of its time to finish what it has begun. */
const finishMs = 15 * secondMs;

/** When a run was to start, ISO 8601, and how long it may last. */
export type Run = { readonly time: string; readonly remainingMs: number };

/** Binds what the due function asks for to this deployment; returns what binds it for one run. */
export function bindPorts(
  environment: z.output<typeof dueEnvironment>,
  { s3, sqs }: { readonly s3: S3Client; readonly sqs: SQSClient },
  realClock: Clock = () => epochMs(Date.now()),
): (run: Run) => DuePorts {
  const names = namesOf(environment.DEPLOYMENT);
  const store = { s3, bucket: environment.CONTENT_BUCKET };
  const urls = new Map<string, string>();
  const urlOf = async (stream: string) => {
    const url = urls.get(stream) ?? (await readQueueUrl(sqs, names.intakeQueue(stream)));
    urls.set(stream, url);
    return url;
  };
  return ({ time, remainingMs }) => {
    const clock = clockFrom(time, realClock);
    return {
      streams: environment.STREAMS,
      clock,
      stopAt: epochMs(clock() + remainingMs - finishMs),
      listLater: () => listLater(store),
      readLater: (key) => readLater(store, key),
      deleteLater: (keys) => deleteLater(store, keys),
      send: async (stream, bodies) => sendBodies(sqs, await urlOf(stream), bodies),
      tally: createTally(environment.DEPLOYMENT, clock),
    };
  };
}

/**
 * Returns the clock of a run. An event from the past is an event that waited; one from the future comes
 * from somebody who rehearses what will be, and the run takes their word for the time.
 */
function clockFrom(time: string, realClock: Clock): Clock {
  const ahead = Date.parse(time) - realClock();
  return () => epochMs(realClock() + (ahead > 0 ? ahead : 0));
}
