import type * as z from 'zod';
import { log } from './log.ts';

/**
 * Returns an item as its schema reads it; undefined, with a log line that names it, where it cannot be read. For
 * lists, of which one item that a person or an older version wrote must not stop everything else.
 */
export function readableItem<T>(
  schema: z.ZodType<T>,
  raw: Readonly<Record<string, unknown>>,
): T | undefined {
  const read = schema.safeParse(raw);
  if (read.success) return read.data;
  log('item.unreadable', {
    pk: String(raw['pk']),
    sk: String(raw['sk']),
    fields: read.error.issues.map(({ path }) => path.join('.')).slice(0, 20),
  });
  return undefined;
}
