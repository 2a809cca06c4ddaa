import type { Origin } from '../../domain/evidence/model.ts';
import { normal } from '../../world/dice.ts';
import { diceFor } from '../dice.ts';
import type { Scenario } from './scenario.ts';

/** What mail of a tenant is like at a time; mail keeps the traits it was born with. */
export type Traits = {
  readonly unknownShare: number;
  readonly complaintShare: number;
  readonly trapShare: number;
  readonly spamminess: number;
  readonly urlDomain?: string;
  /** How many times its usual volume the tenant sends. */
  readonly volumeFactor: number;
  /** Mail that nobody should receive. */
  readonly bad: boolean;
  /** Recipients of this list found dead so far: our suppression keeps them from a second mail. */
  readonly found: { dead: number };
};

export type SimulatedTenant = {
  readonly tenant: string;
  /** Its entry in the scenario, which events name. */
  readonly group: string;
  readonly identity: string;
  readonly stream: string;
  readonly established: boolean;
  readonly mailsPerDay: number;
  readonly profile: 'flat' | 'day' | 'morning';
  readonly listSize: number;
  readonly traits: Traits;
};

/** Mail of one tenant to one mailbox provider. */
export type FleetCell = {
  readonly index: number;
  readonly tenantIndex: number;
  readonly tenant: SimulatedTenant;
  readonly provider: string;
  readonly stream: string;
  /** Share of the tenant's mail. */
  readonly share: number;
};

export type Fleet = {
  readonly tenants: readonly SimulatedTenant[];
  readonly cells: readonly FleetCell[];
  readonly pools: Scenario['pools'];
  readonly streams: Scenario['streams'];
  readonly providers: readonly string[];
  /** The usual share of each provider. */
  readonly mix: ReadonlyMap<string, number>;
  readonly startsAt: number;
};

/** Returns who sends in a scenario; groups of tenants are drawn around what the file says of them. */
export function buildFleet(scenario: Scenario, seed: number): Fleet {
  const draw = diceFor(seed, 'fleet');
  const tenants = scenario.tenants.flatMap((words) =>
    Array.from({ length: words.count }, (_, index) =>
      tenantOf(words, words.count === 1 ? undefined : { index, draw }),
    ),
  );
  const mix = scaled(scenario.mix);
  const mixes = new Map(
    scenario.tenants.map((words) => [words.tenant, words.mix ? scaled(words.mix) : mix] as const),
  );
  const cells: FleetCell[] = [];
  for (const [tenantIndex, tenant] of tenants.entries()) {
    for (const [provider, share] of mixes.get(tenant.group) ?? mix) {
      const { stream } = tenant;
      cells.push({ index: cells.length, tenantIndex, tenant, provider, stream, share });
    }
  }
  return {
    tenants,
    cells,
    pools: scenario.pools,
    streams: scenario.streams,
    providers: [...new Set(cells.map(({ provider }) => provider))],
    mix,
    startsAt: Date.parse(scenario.startsAt),
  };
}

/** Returns where mail of a cell through a pool comes from, in the words of the evidence. */
export function originOf(cell: FleetCell, pool: string): Origin {
  const { tenant, identity, stream } = cell.tenant;
  return { tenant, identity, stream, pool, provider: cell.provider, campaign: '' };
}

type Words = Scenario['tenants'][number];

/** Volumes within a factor of three and list qualities within two: one standard deviation (assumed). */
const volumeSpread = Math.log(3);
const qualitySpread = Math.log(2);

function tenantOf(
  words: Words,
  group: { readonly index: number; readonly draw: () => number } | undefined,
): SimulatedTenant {
  const spread = (sigma: number) =>
    group ? Math.exp(sigma * normal(group.draw) - (sigma * sigma) / 2) : 1;
  const tenant = group ? `${words.tenant}-${group.index + 1}` : words.tenant;
  const mailsPerDay = words.mailsPerDay * spread(volumeSpread);
  return {
    tenant,
    group: words.tenant,
    identity: words.identity && !group ? words.identity : `${tenant}.example`,
    stream: words.stream,
    established: words.established,
    mailsPerDay,
    profile: words.profile,
    listSize: words.listSize ?? mailsPerDay * 30,
    traits: {
      unknownShare: Math.min(0.03, words.unknownShare * spread(qualitySpread)),
      complaintShare: Math.min(0.002, words.complaintShare * spread(qualitySpread)),
      trapShare: words.trapShare,
      spamminess: words.spamminess,
      volumeFactor: 1,
      bad: false,
      found: { dead: 0 },
    },
  };
}

function scaled(shares: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const all = Object.values(shares).reduce((sum, share) => sum + share, 0);
  return new Map(
    Object.entries(shares)
      .filter(([, share]) => share > 0)
      .map(([provider, share]) => [provider, share / all]),
  );
}
