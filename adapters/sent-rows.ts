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

const storedRows = z.array(
  z.tuple([
    z.string(),
    z.string(),
    z.string(),
    z.string(),
    z.string(),
    z.string(),
    z.number(),
    z.partialRecord(z.enum(signals), z.number()).nullable(),
  ]),
);

/** Returns rows as bytes: JSON, deflated. */
export function packRows(rows: readonly SentRow[]): Uint8Array {
  const stored: z.input<typeof storedRows> = rows.map(({ origin, count, failed }) => [
    origin.tenant,
    origin.identity,
    origin.stream,
    origin.pool,
    origin.provider,
    origin.campaign,
    count,
    failed ?? null,
  ]);
  return deflateRawSync(JSON.stringify(stored));
}

/** Returns the rows that bytes stand for. @throws where they are none */
export function unpackRows(packed: Uint8Array): readonly SentRow[] {
  const stored = storedRows.parse(JSON.parse(inflateRawSync(packed).toString('utf8')));
  return stored.map(([tenant, identity, stream, pool, provider, campaign, count, failed]) => ({
    origin: { tenant, identity, stream, pool, provider, campaign },
    count,
    ...(failed ? { failed } : {}),
  }));
}
