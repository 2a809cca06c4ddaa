import { createHash } from 'node:crypto';

const idCharacters = 12;

/**
 * Returns the id of a decision, 12 hexadecimal digits: it follows from the queue message that led to it and
 * its position among that message's decisions, so that a repeated delivery makes the same one, and whoever
 * asked knows which one to wait for.
 */
export function decisionIdOf(queueMessageId: string, ordinal: number): string {
  return createHash('sha256')
    .update(`${queueMessageId}\n${ordinal}`)
    .digest('hex')
    .slice(0, idCharacters);
}
