import type { SuppressionListReason } from '@aws-sdk/client-sesv2';

/** One suppressed address. */
export type SuppressedEntry = {
  readonly address: string;
  readonly reason: SuppressionListReason;
  readonly updatedAtMs: number;
  /** The message whose feedback put the address here; absent when an operator did. */
  readonly cause?: { readonly messageId: string; readonly feedbackId: string };
};

/**
 * SES's account suppression list. Managing it compares the local part with its case and the domain
 * without; sending compares without case at all, as observed on AWS.
 */
export class SuppressionList {
  readonly #entries = new Map<string, SuppressedEntry>();
  readonly #byLowerCase = new Map<string, string>();

  put(entry: SuppressedEntry): void {
    const address = canonical(entry.address);
    // Re-inserted at the end, so that listing runs from the oldest update to the newest.
    this.#entries.delete(address);
    this.#entries.set(address, { ...entry, address });
    this.#byLowerCase.set(address.toLowerCase(), address);
  }

  get(address: string): SuppressedEntry | undefined {
    return this.#entries.get(canonical(address));
  }

  /** The entry that holds back a send to this address, whatever its case. */
  forSending(address: string): SuppressedEntry | undefined {
    if (this.#entries.size === 0) return undefined;
    const stored = this.#byLowerCase.get(address.toLowerCase());
    return stored === undefined ? undefined : this.#entries.get(stored);
  }

  delete(address: string): boolean {
    this.#byLowerCase.delete(address.trim().toLowerCase());
    return this.#entries.delete(canonical(address));
  }

  list(): readonly SuppressedEntry[] {
    return [...this.#entries.values()];
  }
}

/** The form under which SES stores and returns an address: trimmed, domain lower-cased. */
export function canonical(address: string): string {
  const trimmed = address.trim();
  const at = trimmed.lastIndexOf('@');
  return at < 0 ? trimmed : `${trimmed.slice(0, at)}@${trimmed.slice(at + 1).toLowerCase()}`;
}
