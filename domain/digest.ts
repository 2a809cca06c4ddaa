import { createHash } from 'node:crypto';

/**
 * Returns ten base64url characters that stand for a text (60 bits of its SHA-256), so that texts can be told
 * apart where they have no room. No secret: a text that can be guessed can be found.
 */
export function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, shortDigestCharacters);
}

/** Length of a short digest. */
export const shortDigestCharacters = 10;
