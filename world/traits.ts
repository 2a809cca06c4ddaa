/** How a provider judges, apart from its numbers. */
export type ProviderTraits = {
  /** Whose volume it counts. */
  readonly capKeys: readonly ('ip' | 'domain')[];
  /** Whether each time over the cap is twice as long as the one before. */
  readonly growingPause: boolean;
  /**
   * What a low reputation does. `graded`: a share is put off, then all refused; `share`: a share is
   * refused; `block`: from one mail to the next all mail of the address is refused; `none`: lists decide.
   */
  readonly lowReputation: 'graded' | 'share' | 'block' | 'none';
};

const byProvider: ReadonlyMap<string, ProviderTraits> = new Map([
  ['gmail', { capKeys: ['ip', 'domain'], growingPause: true, lowReputation: 'graded' }],
  ['microsoft', { capKeys: ['ip'], growingPause: false, lowReputation: 'block' }],
  ['yahoo', { capKeys: ['ip'], growingPause: false, lowReputation: 'block' }],
  ['apple', { capKeys: ['ip'], growingPause: false, lowReputation: 'share' }],
  ['gmx', { capKeys: ['ip'], growingPause: false, lowReputation: 'block' }],
]);

const others: ProviderTraits = { capKeys: ['ip'], growingPause: false, lowReputation: 'none' };

/** Returns how a provider judges; who is not known judges as small mail servers do. */
export function traitsOf(provider: string): ProviderTraits {
  return byProvider.get(provider) ?? others;
}
