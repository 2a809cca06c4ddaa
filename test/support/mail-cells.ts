import type { Cell, Origin } from '../../domain/evidence/model.ts';

/** What matters of a cell; the rest is ordinary mail of tenant `shop` through pool `a` to Gmail. */
export type CellParts = Partial<Origin> & {
  readonly sent?: number;
  readonly failed?: number;
  /** All failures unless told. */
  readonly vouched?: number;
  readonly ips?: Readonly<Record<string, number>>;
  readonly recipientDomains?: readonly string[];
};

/** Returns a cell; its identity is the tenant's own domain unless told. */
export function mailCell(parts: CellParts = {}): Cell {
  const {
    tenant = 'shop',
    identity = `${tenant}.example`,
    stream = 'transactional',
    pool = 'a',
    provider = 'gmail',
    campaign = '',
    sent = 100,
    failed = 0,
    vouched = failed,
    ips = {},
    recipientDomains = failed > 0 ? [`${provider}.example`] : [],
  } = parts;
  return {
    origin: { tenant, identity, stream, pool, provider, campaign },
    sent,
    failed,
    vouched,
    ips: new Map(Object.entries(ips)),
    recipientDomains: new Set(recipientDomains),
  };
}

/** Returns a cell of each tenant at each pool and provider, with failures where it is told. */
export function mailGrid(
  parts: {
    readonly tenants?: readonly string[];
    readonly pools?: readonly string[];
    readonly providers?: readonly string[];
    readonly sent?: number;
  },
  failuresOf: (origin: Origin) => number,
): readonly Cell[] {
  const { tenants = ['t1', 't2', 't3', 't4'], pools = ['a', 'b'] } = parts;
  const { providers = ['gmail', 'microsoft', 'yahoo'], sent = 100 } = parts;
  return tenants.flatMap((tenant) =>
    pools.flatMap((pool) =>
      providers.map((provider) => {
        const { origin } = mailCell({ tenant, pool, provider });
        return mailCell({ ...origin, sent, failed: failuresOf(origin) });
      }),
    ),
  );
}
