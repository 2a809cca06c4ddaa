import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { repositoryRoot } from '../../lib/repository-root.ts';
import { type PartName, partNames } from './parts.ts';

const section = z.object({
  title: z.string(),
  method: z.string(),
  promises: z.array(z.object({ promise: z.string(), measured: z.string(), kept: z.boolean() })),
  body: z.string(),
  data: z.record(z.string(), z.unknown()),
});

const measuredPart = z.object({
  date: z.string(),
  commit: z.string(),
  machine: z.string(),
  node: z.string(),
  seconds: z.number(),
  sections: z.array(section),
});

/** What a part said when it was measured last, and where and when that was. */
export type MeasuredPart = z.output<typeof measuredPart>;

const shape = z.object({
  testSeconds: z.exactOptional(z.number()),
  parts: z.record(z.string(), measuredPart),
});

/** Every part's last measurement: docs/measured.json, beside the page that people read. */
export type MeasuredRecord = {
  readonly testSeconds?: number;
  readonly parts: ReadonlyMap<PartName, MeasuredPart>;
};

const file = join(repositoryRoot, 'docs', 'measured.json');

/** Returns the last measurements; parts that are no more are left out. */
export function readRecord(): MeasuredRecord {
  if (!existsSync(file)) return { parts: new Map() };
  const { testSeconds, parts } = shape.parse(JSON.parse(readFileSync(file, 'utf8')));
  const known = partNames.flatMap((name) => {
    const part = parts[name];
    return part ? [[name, part] as const] : [];
  });
  return { ...(testSeconds === undefined ? {} : { testSeconds }), parts: new Map(known) };
}

/** Writes them, in the order of the page. */
export function writeRecord({ testSeconds, parts }: MeasuredRecord): void {
  const ordered = partNames.flatMap((name) => {
    const part = parts.get(name);
    return part ? [[name, part] as const] : [];
  });
  const record = {
    ...(testSeconds === undefined ? {} : { testSeconds }),
    parts: Object.fromEntries(ordered),
  };
  writeFileSync(file, `${JSON.stringify(record, undefined, 1)}\n`);
}
