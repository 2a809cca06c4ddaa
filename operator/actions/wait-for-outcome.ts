import { setTimeout as sleep } from 'node:timers/promises';
import { readOutcome } from '../../adapters/outcome-lookup.ts';
import type { RequestOutcome } from '../../contract/recipient-outcomes.ts';
import type { Backend } from './backend.ts';

export type WaitSetting = {
  /** How long to wait in all, milliseconds. */
  readonly waitMs: number;
  /** How long to wait for more once SES has accepted all: a stream may have no Delivery events. */
  readonly acceptedGraceMs?: number;
};

const pollMs = 500;
const acceptedGraceDefaultMs = 10_000;

/**
 * Waits until every recipient of a message has an outcome and returns them; what is known when time is
 * up, undefined if that is nothing.
 */
export async function waitForOutcome(
  backend: Backend,
  messageId: string,
  { waitMs, acceptedGraceMs = acceptedGraceDefaultMs }: WaitSetting,
): Promise<RequestOutcome | undefined> {
  const until = Date.now() + waitMs;
  let acceptedSince: number | undefined;
  for (;;) {
    const found = await readOutcome(backend.tables.ledger, messageId);
    const now = Date.now();
    const outcomes = new Set(found?.recipients.map(({ outcome }) => outcome));
    if (found && !outcomes.has('pending')) {
      if (!outcomes.has('accepted')) return found;
      acceptedSince ??= now;
      if (now - acceptedSince >= acceptedGraceMs) return found;
    }
    if (now + pollMs > until) return found;
    await sleep(pollMs);
  }
}
