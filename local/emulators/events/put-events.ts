import * as z from 'zod';
import type { Json, JsonObject } from '../../aws.ts';
import { isObject, parseJson } from '../../json-access.ts';
import type { Buses } from './buses.ts';

const entriesMax = 10;
/**
 * 1 MiB for all entries of one call together; it was 256 KB until January 2026.
 *
 * @see https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb
 */
const entriesBytesMax = 1_048_576;
const timeBytes = 14;

const entrySchema = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().optional(),
  Resources: z.array(z.string()).default([]),
  /** Seconds since 1970, as the JSON protocol has them. */
  Time: z.number().optional(),
});
const requestSchema = z.object({ Entries: z.array(entrySchema).min(1).max(entriesMax) });

type Entry = z.output<typeof entrySchema>;

/**
 * Puts the entries of one PutEvents call, each for itself; answers the result body.
 *
 * @throws Error when the call as a whole is refused.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export function putEvents(request: Json, buses: Buses): JsonObject {
  const parsed = requestSchema.safeParse(request);
  if (!parsed.success) {
    throw new Error(`Entries: allowed are 1 to ${entriesMax}: ${z.prettifyError(parsed.error)}`);
  }
  const bytes = parsed.data.Entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
  if (bytes > entriesBytesMax) {
    throw new Error(
      `Total size of the entries in the request is over the limit: got ${bytes} bytes, allowed ${entriesBytesMax}`,
    );
  }
  const results = parsed.data.Entries.map((entry) => putEntry(entry, buses));
  return {
    FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
    Entries: results,
  };
}

function putEntry(entry: Entry, buses: Buses): JsonObject {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (!entry[name]) {
      const reason = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
      return { ErrorCode: 'InvalidArgument', ErrorMessage: reason };
    }
  }
  const { Source: source = '', DetailType: detailType = '' } = entry;
  if (source.startsWith('aws.')) {
    return {
      ErrorCode: 'NotAuthorizedForSourceException',
      ErrorMessage: `Not authorized for the source ${source}: names that begin with aws. are reserved`,
    };
  }
  const detail = parseJson(entry.Detail ?? '');
  if (!isObject(detail)) {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  const bus = entry.EventBusName?.split('/').at(-1) ?? 'default';
  const event = { source, detailType, detail, resources: entry.Resources };
  const timeMs = entry.Time === undefined ? {} : { timeMs: entry.Time * 1_000 };
  return { EventId: buses.put(bus, { ...event, ...timeMs }) };
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
function entryBytes(entry: Entry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...entry.Resources];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);
  return bytes + (entry.Time === undefined ? 0 : timeBytes);
}
