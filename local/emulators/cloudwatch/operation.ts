import * as z from 'zod';
import type { Json, JsonObject } from '../../aws.ts';
import { CloudwatchError } from './errors.ts';

/** One call of the API: takes the request's JSON, returns the answer's. */
export type Operation = (input: Json) => JsonObject;

/**
 * Returns the call whose input has this shape; one without an answer answers an empty object.
 * @throws CloudwatchError when the input has another shape.
 */
export function operation<Shape extends z.ZodType>(
  shape: Shape,
  run: (input: z.output<Shape>) => JsonObject | undefined,
): Operation {
  return (input) => {
    const parsed = shape.safeParse(input);
    if (parsed.success) return run(parsed.data) ?? {};
    throw new CloudwatchError('InvalidParameterValue', z.prettifyError(parsed.error));
  };
}
