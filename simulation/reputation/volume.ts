import type { Scenario } from './scenario.ts';

/** Returns a scenario with so many times its mail: tenants, their lists and the warm capacity of pools grow alike. */
export function multiplied(scenario: Scenario, times: number): Scenario {
  return {
    ...scenario,
    pools: scenario.pools.map((pool) => ({ ...pool, warmPerDay: pool.warmPerDay * times })),
    tenants: scenario.tenants.map(({ listSize, ...tenant }) => ({
      ...tenant,
      mailsPerDay: tenant.mailsPerDay * times,
      ...(listSize === undefined ? {} : { listSize: listSize * times }),
    })),
  };
}
