import { markWaited, type QueueBody } from '../../adapters/intake.ts';
import { type LaterMail, readLaterKey, waitedAttribute } from '../../contract/waiting-mail.ts';
import { type EpochMs, secondMs } from '../../domain/time.ts';
import type { DuePorts } from './ports.ts';

/** As many as SQS takes in one call. */
const chunkSize = 10;

/** Chunks under way at a time: fifty reads, which is what the SDK keeps connections for. */
const lanes = 5;

/** SQS's longest delay of one message. */
const delayMaxSeconds = 900;

type Chunk = { readonly stream: string; readonly keys: readonly string[] };

/** Returns one page of due mail to its queues; what SQS took is deleted, all else stays where it is. */
export async function returnPage(keys: readonly string[], ports: DuePorts): Promise<void> {
  const chunks = chunksOf(keys, ports)[Symbol.iterator]();
  const sent: string[] = [];
  const lane = async () => {
    // The lanes share one iterator: each takes the next chunk when it is done with its own.
    for (const chunk of { [Symbol.iterator]: () => chunks }) {
      if (ports.clock() >= ports.stopAt) left(chunk.keys, undefined, ports);
      else sent.push(...(await returnChunk(chunk, ports)));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  ports.tally.returned(sent.length);
  if (sent.length === 0) return;
  const failed = await ports.deleteLater(sent);
  if (failed > 0) ports.tally.left('S3 did not delete it', sent[0] ?? '', failed);
}

/** Splits keys by stream into what one call can send; those that belong nowhere are left and named. */
function chunksOf(keys: readonly string[], ports: DuePorts): readonly Chunk[] {
  const byStream = Map.groupBy(keys, (key) => readLaterKey(key)?.stream);
  return [...byStream].flatMap(([stream, own]) => {
    if (stream === undefined) return left(own, 'its key is not one that dispatch writes', ports);
    if (!ports.streams.includes(stream)) return left(own, `stream ${stream} is gone`, ports);
    return Array.from({ length: Math.ceil(own.length / chunkSize) }, (_, index) => ({
      stream,
      keys: own.slice(index * chunkSize, (index + 1) * chunkSize),
    }));
  });
}

/** Returns the keys of what SQS took. */
async function returnChunk({ stream, keys }: Chunk, ports: DuePorts): Promise<readonly string[]> {
  const read = await Promise.all(keys.map((key) => readMail(key, ports)));
  const mails = read.flat();
  if (mails.length === 0) return [];
  const now = ports.clock();
  try {
    const taken = await ports.send(
      stream,
      mails.map(({ mail }) => bodyOf(mail, now)),
    );
    return mails.flatMap(({ key, mail }, index) => {
      if (!taken[index]) return left([key], 'SQS did not take it', ports);
      ports.tally.late(now - mail.dueAt);
      return [key];
    });
  } catch (error) {
    return left(
      mails.map(({ key }) => key),
      describe(error),
      ports,
    );
  }
}

async function readMail(
  key: string,
  ports: DuePorts,
): Promise<readonly { readonly key: string; readonly mail: LaterMail }[]> {
  try {
    const mail = await ports.readLater(key);
    // Another run has returned it since it was listed.
    if (mail === undefined) return [];
    return mail === 'unreadable'
      ? left([key], 'it is not what dispatch writes', ports)
      : [{ key, mail }];
  } catch (error) {
    return left([key], describe(error), ports);
  }
}

/** What it went through goes with it, where SQS has room for that beside the mail. */
function bodyOf(mail: LaterMail, now: EpochMs): QueueBody {
  const { [waitedAttribute]: _before, ...attributes } = mail.attributes;
  const message = {
    body: mail.body,
    ...(mail.group === undefined ? {} : { group: mail.group }),
    attributes,
    delaySeconds: Math.min(delayMaxSeconds, Math.max(0, Math.ceil((mail.dueAt - now) / secondMs))),
  };
  return markWaited(message, mail) ?? message;
}

/** Tells how late the first of these is, and where one knows it why it stays. */
function left(keys: readonly string[], why: string | undefined, { clock, tally }: DuePorts): [] {
  const [first = ''] = keys;
  const place = readLaterKey(first);
  if (place) tally.late(clock() - place.dueMinute);
  if (why !== undefined) tally.left(why, first, keys.length);
  return [];
}

function describe(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown failure';
}
