/** How a pool stands with one provider, and what it may send there; `*`: with every provider without a row. */
export type StandingCell = {
  readonly provider: string;
  readonly state: string;
  readonly until?: number;
  readonly why?: string;
  /** Recipients a day and what is left of them; absent where nothing is capped. */
  readonly dayCap?: number;
  readonly dayLeft?: number;
  /** Step of the warm-up's ladder, 0 for a new pool; between two steps where somebody declared it warm. */
  readonly step?: number;
};

/** The same with the pool's name and kind. */
export type PoolRow = StandingCell & { readonly pool: string; readonly kind: string };
