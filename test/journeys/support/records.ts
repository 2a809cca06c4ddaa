import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inject } from 'vitest';
import * as z from 'zod';
import type { RecordedCall } from '../../../local/iam/authorizer.ts';
import type { Statement } from '../../../local/iam/statement.ts';
import { recordsFolder } from './synthesize.ts';

/** What a journey's functions asked of AWS, what they were allowed, and what they wrote to their logs. */
export type JourneyRecord = {
  readonly stack: string;
  readonly calls: readonly RecordedCall[];
  readonly grants: Readonly<Record<string, readonly Statement[]>>;
  readonly logs: readonly string[];
};

const record = z.object({
  stack: z.string(),
  calls: z.array(
    z.object({
      principal: z.string(),
      action: z.string(),
      resource: z.string(),
      count: z.number(),
      decision: z.enum(['allowed', 'explicitly denied', 'not allowed']),
    }),
  ),
  grants: z.record(
    z.string(),
    z.array(
      z.object({
        effect: z.enum(['Allow', 'Deny']),
        actions: z.array(z.string()),
        resources: z.array(z.string()),
        conditions: z.array(
          z.object({ operator: z.string(), key: z.string(), values: z.array(z.string()) }),
        ),
        source: z.string(),
      }),
    ),
  ),
  logs: z.array(z.string()),
}) satisfies z.ZodType<JourneyRecord>;

/** Leaves a journey's record for the test that looks at all of them together. */
export function writeRecord(journey: string, content: JourneyRecord): void {
  writeFileSync(
    join(recordsFolder(inject('journeys')), `${journey}.json`),
    JSON.stringify(content),
  );
}

/** Returns the records that the journeys of this run have left, by journey. */
export function readRecords(): ReadonlyMap<string, JourneyRecord> {
  const folder = recordsFolder(inject('journeys'));
  return new Map(
    readdirSync(folder).map((file) => [
      basename(file, '.json'),
      record.parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))),
    ]),
  );
}
