import type * as z from 'zod';
import type { SesContext } from '../context.ts';
import { refuse } from '../errors.ts';

/** One request to `/_local`, read. */
export type LocalCall = {
  readonly context: SesContext;
  /** Path after `/_local`, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
};

/** The body of a local call by its schema, or a refusal that says what is wrong. */
export function bodyOf<T>(schema: z.ZodType<T>, { body }: LocalCall): T {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const faults = read.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the body'}: ${message}`,
  );
  return refuse('BadRequestException', faults.join('; '));
}
