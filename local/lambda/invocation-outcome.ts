import * as z from 'zod';

/** Why a function failed: `type` and `message` as Lambda names them, `body` the JSON Lambda answers. */
export type FunctionError = {
  readonly type: string;
  readonly message: string;
  readonly body: string;
};

/** What became of one invocation; `payload` is JSON text. */
export type InvocationOutcome =
  | { readonly status: 'succeeded'; readonly payload: string }
  | { readonly status: 'failed'; readonly error: FunctionError }
  /** The reserved concurrency is used up; the function was not started. */
  | { readonly status: 'throttled' };

const errorBody = z.object({ errorType: z.string(), errorMessage: z.string() }).partial();

/** An error made by the box, in the shape in which Lambda reports its own. */
export function functionError(type: string, message: string): FunctionError {
  return { type, message, body: JSON.stringify({ errorType: type, errorMessage: message }) };
}

/** The error a runtime has posted; the text is passed on as it came. */
export function functionErrorFromBody(body: string): FunctionError {
  const parsed = errorBody.safeParse(parseOrUndefined(body));
  const { errorType, errorMessage } = parsed.data ?? {};
  return { type: errorType ?? 'Runtime.Unknown', message: errorMessage ?? body, body };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
