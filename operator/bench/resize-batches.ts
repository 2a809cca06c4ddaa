import * as z from 'zod';
import { namesOf } from '../../contract/names.ts';
import { localPlace } from '../../local/aws.ts';
import type { Bench } from './count-load.ts';

const listed = z.object({
  EventSourceMappings: z.array(z.object({ UUID: z.string(), EventSourceArn: z.string() })),
});

/** Lets Lambda hand this many messages of a stream's intake queue to one invocation. */
export async function resizeBatches(
  { made, run }: Pick<Bench, 'made' | 'run'>,
  stream: string,
  size: number,
): Promise<void> {
  const queue = namesOf(made.config.deployment).intakeQueue(stream);
  const path = `${run.runtime.endpointUrl}/2015-03-31/event-source-mappings`;
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=OWNER/20260101/${localPlace.region}/lambda/aws4_request, SignedHeaders=host, Signature=0`,
  };
  const { EventSourceMappings } = listed.parse(await (await fetch(path, { headers })).json());
  const own = EventSourceMappings.filter(({ EventSourceArn }) =>
    EventSourceArn.endsWith(`:${queue}`),
  );
  if (own.length !== 1)
    throw new Error(`queue ${queue} feeds ${own.length} functions, needed is 1`);
  await fetch(`${path}/${own[0]?.UUID}`, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ BatchSize: size }),
  });
}
