/** How rows of what was sent are packed into one item: a large sender has thousands of origins a minute. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { type Signal, signals } from '../domain/classification/reasons.ts';
import type { Origin } from '../domain/evidence/model.ts';

/** Mail of one origin in one period, and where the period is old what of it failed (weighted), by signal. */
export type SentRow = {
  readonly origin: Origin;
  readonly count: number;
  readonly failed?: Readonly<Partial<Record<Signal, number>>>;
};

/** Rows of one item. The name of a tenant may be 64 characters long, so that 400 KB hold them uncompressed. */
export const rowsPerItem = 2_000;

const columns = ['tenant', 'identity', 'stream', 'pool', 'provider', 'campaign'] as const;

/** A name is a number of two bytes, because millions of rows are read when a function starts. */
const nameBytes = 2;
const countBytes = 4;

/** What stands before the columns: every name once, and the failures of the few rows that have any. */
const storedHead = z.object({
  rows: z.number(),
  names: z.array(z.string()),
  failed: z.array(z.tuple([z.number(), z.partialRecord(z.enum(signals), z.number())])),
});

/** Returns at most `rowsPerItem` rows as bytes: a head as JSON, then column by column, deflated. */
export function packRows(rows: readonly SentRow[]): Uint8Array {
  const numbers = new Map<string, number>();
  const numberOf = (name: string): number => {
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  };
  const body = new DataView(new ArrayBuffer(rows.length * rowBytes));
  for (const [index, { origin, count }] of rows.entries()) {
    for (const [column, name] of columns.entries())
      body.setUint16(placeOf(rows.length, column, index), numberOf(origin[name]), true);
    body.setUint32(placeOf(rows.length, columns.length, index), count, true);
  }
  const head: z.input<typeof storedHead> = {
    rows: rows.length,
    names: [...numbers.keys()],
    failed: rows.flatMap(({ failed }, index) => (failed ? [[index, failed]] : [])),
  };
  // JSON has no line break of its own, so the first one ends the head.
  const text = Buffer.from(`${JSON.stringify(head)}\n`);
  return deflateRawSync(Buffer.concat([text, new Uint8Array(body.buffer)]));
}

/**
 * Returns the rows that bytes stand for. `originOf` may return an equal origin that is known already, so that
 * rows of many periods share it. @throws where they are none
 */
export function unpackRows(
  packed: Uint8Array,
  originOf: (origin: Origin) => Origin = (origin) => origin,
): readonly SentRow[] {
  const bytes = inflateRawSync(packed);
  const headEnd = bytes.indexOf('\n');
  const head = storedHead.parse(JSON.parse(bytes.toString('utf8', 0, headEnd)));
  const body = new DataView(bytes.buffer, bytes.byteOffset + headEnd + 1);
  const failedOf = new Map(head.failed);
  const nameAt = (column: number, index: number): string => {
    const name = head.names[body.getUint16(placeOf(head.rows, column, index), true)];
    if (name === undefined) throw new RangeError(`row ${index} has a name that is not in its item`);
    return name;
  };
  return Array.from({ length: head.rows }, (_, index) => {
    const origin = originOf({
      tenant: nameAt(0, index),
      identity: nameAt(1, index),
      stream: nameAt(2, index),
      pool: nameAt(3, index),
      provider: nameAt(4, index),
      campaign: nameAt(5, index),
    });
    const count = body.getUint32(placeOf(head.rows, columns.length, index), true);
    const failed = failedOf.get(index);
    return failed ? { origin, count, failed } : { origin, count };
  });
}

const rowBytes = columns.length * nameBytes + countBytes;

/** Returns where a value of a row stands; the count is the last column, the only one of another width. */
function placeOf(rows: number, column: number, index: number): number {
  const width = column === columns.length ? countBytes : nameBytes;
  return column * rows * nameBytes + index * width;
}
