/** Who has spoken already: a mailbox is one witness, however much mail it was sent. */
import { type EpochMs, hourMs } from '../time.ts';
import type { Failure } from './model.ts';

/** Within this span of sending a mailbox vouches once for each signal. */
const spanMs = 6 * hourMs;

/** Remembers which failure of a mailbox counts as a known provider's word. */
export type Voices = {
  /** Returns the failure as it may count: no longer vouched for where its mailbox spoke before, for any tenant. */
  readonly hear: (failure: Failure) => Failure;
  /** Forgets what was sent before an instant. */
  readonly forget: (before: EpochMs) => void;
};

/**
 * Returns a memory of who has spoken. One person with one mailbox and accounts at many tenants could otherwise
 * fill every scope alone. The same failure heard again is the same word; which of two failures of a mailbox is
 * heard first decides which of them counts, never how many.
 */
export function createVoices(): Voices {
  const spoken = new Map<string, { readonly key: string; readonly span: number }>();
  return {
    hear: (failure) => {
      const { mailbox, signal, sentAt, vouched, key } = failure;
      if (!vouched || mailbox === undefined) return failure;
      const span = Math.floor(sentAt / spanMs);
      const name = `${mailbox}\n${signal}\n${span}`;
      const first = spoken.get(name);
      if (first && first.key !== key) return { ...failure, vouched: false };
      if (!first) spoken.set(name, { key, span });
      return failure;
    },
    forget: (before) => {
      for (const [name, { span }] of spoken) if ((span + 1) * spanMs <= before) spoken.delete(name);
    },
  };
}
