import type { Refusal } from '../lookup-model.ts';

/** An answer of the server, or a sentence that says why there is none. */
export type Answer<T> = { readonly value: T } | { readonly problem: string };

/**
 * Asks the console's server: GET without a body, POST with one. What comes back is not checked again: server
 * and page are started as one, and the caller names the type that model.ts promises for the address.
 */
export async function ask<T>(token: string, path: string, body?: object): Promise<Answer<T>> {
  try {
    const answer = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-console-token': token, 'content-type': 'application/json' },
      cache: 'no-store',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.ok) return { value: await answer.json() };
    const refusal: Refusal = await answer.json();
    return { problem: refusal.error };
  } catch {
    return { problem: 'the console did not answer; is it still running?' };
  }
}
