import type { SesContext } from '../context.ts';
import { refuse, refuseMember } from '../errors.ts';
import type { InputOf } from '../model/operation-contract.ts';
import type { OperationsOf } from '../model/operations-of.ts';
import { page } from '../model/paging.ts';
import { quotas } from '../quotas.ts';
import { type DedicatedIp, defaultPool, type Pool, sharedPool } from './dedicated-ips.ts';
import { resourceTags } from './resource-tags.ts';

type Names =
  | 'CreateDedicatedIpPool'
  | 'GetDedicatedIpPool'
  | 'ListDedicatedIpPools'
  | 'DeleteDedicatedIpPool'
  | 'PutDedicatedIpPoolScalingAttributes'
  | 'GetDedicatedIp'
  | 'GetDedicatedIps'
  | 'PutDedicatedIpInPool'
  | 'PutDedicatedIpWarmupAttributes';

/** Dedicated IP pools and addresses. Addresses are leased by `PUT /_local/ses/dedicated-ips`. */
export const dedicatedIpOperations: OperationsOf<Names> = {
  CreateDedicatedIpPool: createPool,
  GetDedicatedIpPool: ({ dedicatedIps }, input) => {
    if (input.PoolName === defaultPool || input.PoolName === sharedPool) {
      const text = 'Pool name describes either a shared or default dedicated ip pool';
      refuse('BadRequestException', text);
    }
    const pool = dedicatedIps.pool(input.PoolName) ?? refusePool(input.PoolName);
    return { DedicatedIpPool: { PoolName: pool.name, ScalingMode: pool.mode } };
  },
  ListDedicatedIpPools: ({ dedicatedIps }, input) => {
    const { items, nextToken } = page(dedicatedIps.poolNames(), input);
    return { DedicatedIpPools: items, NextToken: nextToken };
  },
  DeleteDedicatedIpPool: ({ dedicatedIps }, input) => {
    const pool = dedicatedIps.pool(input.PoolName) ?? refusePool(input.PoolName);
    if (pool.mode === 'STANDARD' && dedicatedIps.ipsOf(pool.name).length > 0) {
      const text = `The pool <${pool.name}> holds dedicated IP addresses; move them first.`;
      refuse('BadRequestException', text);
    }
    dedicatedIps.deletePool(pool.name);
    return {};
  },
  PutDedicatedIpPoolScalingAttributes: ({ dedicatedIps }, input) => {
    const pool = dedicatedIps.pool(input.PoolName) ?? refusePool(input.PoolName);
    if (pool.mode === 'MANAGED' && input.ScalingMode === 'STANDARD') {
      const text = 'A managed dedicated IP pool cannot be converted to a standard one.';
      refuse('BadRequestException', text);
    }
    if (pool.mode !== input.ScalingMode) {
      dedicatedIps.setPool({ name: pool.name, mode: input.ScalingMode });
    }
    return {};
  },
  GetDedicatedIp: (context, input) => ({ DedicatedIp: describe(existingIp(context, input.Ip)) }),
  GetDedicatedIps: ({ dedicatedIps }, input) => {
    const { PoolName: pool } = input;
    if (pool !== undefined && !dedicatedIps.knows(pool)) refusePool(pool);
    const all = pool === undefined ? dedicatedIps.ips() : dedicatedIps.ipsOf(pool);
    const { items, nextToken } = page(all, input);
    return { DedicatedIps: items.map(describe), NextToken: nextToken };
  },
  PutDedicatedIpInPool: (context, input) => {
    const ip = existingIp(context, input.Ip);
    const pool = input.DestinationPoolName;
    if (!context.dedicatedIps.knows(pool) || pool === sharedPool) refusePool(pool);
    if (managed(context, ip.pool) || managed(context, pool)) {
      refuse('BadRequestException', 'Addresses of managed dedicated IP pools cannot be moved.');
    }
    context.dedicatedIps.put({ ...ip, pool });
    return {};
  },
  PutDedicatedIpWarmupAttributes: (context, input) => {
    const ip = existingIp(context, input.Ip);
    const percentage = input.WarmupPercentage;
    if (percentage < 0) {
      refuseMember('warmupPercentage', 'Member must have value greater than or equal to 0');
    }
    if (percentage > 100) {
      refuseMember('warmupPercentage', 'Member must have value less than or equal to 100');
    }
    const warmup = percentage === 100 ? 'DONE' : 'IN_PROGRESS';
    context.dedicatedIps.put({ ...ip, percentage, warmup });
    return {};
  },
};

const poolPattern = /^[a-z0-9_-]{1,64}$/;

function createPool(
  { dedicatedIps }: SesContext,
  input: InputOf<'CreateDedicatedIpPool'>,
): Record<never, never> {
  const name = input.PoolName;
  if (!poolPattern.test(name)) {
    const rule = '1 to 64 lower-case letters, digits, hyphens and underscores';
    refuse('BadRequestException', `Invalid pool name <${name}>: ${rule}`);
  }
  if (dedicatedIps.knows(name)) {
    refuse('AlreadyExistsException', `The pool <${name}> already exists.`);
  }
  if (dedicatedIps.poolCount >= quotas.ipPools) {
    refuse('LimitExceededException', `Maximum of ${quotas.ipPools} dedicated IP pools`);
  }
  // SES checks pool tags but has no call served here that returns them.
  resourceTags(input.Tags);
  const pool: Pool = { name, mode: input.ScalingMode ?? 'STANDARD' };
  dedicatedIps.setPool(pool);
  return {};
}

function managed({ dedicatedIps }: SesContext, pool: string): boolean {
  return dedicatedIps.pool(pool)?.mode === 'MANAGED';
}

function existingIp({ dedicatedIps }: SesContext, ip: string): DedicatedIp {
  return (
    dedicatedIps.ip(ip) ??
    refuse('NotFoundException', `The dedicated IP <${ip}> does not exist in your account.`)
  );
}

function refusePool(name: string): never {
  refuse('NotFoundException', `The requested pool <${name}> does not exist.`);
}

function describe({ ip, warmup, percentage, pool }: DedicatedIp): {
  Ip: string;
  WarmupStatus: DedicatedIp['warmup'];
  WarmupPercentage: number;
  PoolName: string;
} {
  return { Ip: ip, WarmupStatus: warmup, WarmupPercentage: percentage, PoolName: pool };
}
