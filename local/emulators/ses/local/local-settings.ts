import type { AccountState } from '../account/account-state.ts';
import { defaultPool } from '../account/dedicated-ips.ts';
import { identityKey } from '../account/identity.ts';
import { createIdentity } from '../account/identity-operations.ts';
import { refuse } from '../errors.ts';
import { bodyOf, type LocalCall } from './local-call.ts';
import {
  accountChange,
  identityChange,
  leasedIps,
  recipientScripts,
  unscripted,
} from './local-schemas.ts';

/** The account settings with what has been used of them. */
export function viewAccount({ context }: LocalCall): object {
  return {
    ...context.account,
    sentLast24Hours: context.dailyQuota.sentLast24Hours(context.clock()),
    pendingEvents: context.schedule.pending,
  };
}

/** Changes some of the account's settings and answers with all of them. */
export function changeAccount(call: LocalCall): AccountState {
  return Object.assign(call.context.account, bodyOf(accountChange, call));
}

/** Scripts one recipient or a list of them. */
export function script(call: LocalCall): object {
  const scripts = bodyOf(recipientScripts, call);
  for (const one of scripts) call.context.scripts.set(one.address.toLowerCase(), one);
  return { scripted: scripts.length };
}

/** Takes the script off one recipient (`address` in query or body), or off all of them. */
export function unscript(call: LocalCall): object {
  const { context, query } = call;
  const address = call.body === undefined ? query.get('address') : bodyOf(unscripted, call).address;
  if (address === null) context.scripts.clear();
  else context.scripts.delete(address.toLowerCase());
  return { scripted: context.scripts.size };
}

/** The account suppression list, oldest change first. */
export function viewSuppression({ context }: LocalCall): object {
  return context.suppression.list().map(({ address, reason, updatedAtMs, cause }) => ({
    address,
    reason,
    updatedAt: new Date(updatedAtMs).toISOString(),
    ...cause,
  }));
}

/** Leases addresses into a standard pool, as AWS Support would; the list replaces the pool's own. */
export function leaseIps(call: LocalCall): object {
  const { dedicatedIps, account } = call.context;
  const { pool, ips, warm: isWarm = !account.autoWarmup } = bodyOf(leasedIps, call);
  const isStandard = pool === defaultPool || dedicatedIps.pool(pool)?.mode === 'STANDARD';
  if (!isStandard) {
    refuse('BadRequestException', `pool ${pool} is no standard pool; create it first`);
  }
  for (const { ip } of dedicatedIps.ipsOf(pool)) if (!ips.includes(ip)) dedicatedIps.release(ip);
  for (const ip of ips) {
    // With automatic warm-up off, SES hands addresses over as fully warm.
    const warm = isWarm
      ? ({ warmup: 'DONE', percentage: 100 } as const)
      : ({ warmup: 'IN_PROGRESS', percentage: 0 } as const);
    if (dedicatedIps.ip(ip)?.pool !== pool) dedicatedIps.put({ ip, pool, ...warm });
  }
  return dedicatedIps.ipsOf(pool);
}

/** All identities with their verification. */
export function viewIdentities({ context }: LocalCall): object {
  return [...context.identities.values()].map(({ name, type, verified, mailFrom }) => ({
    identity: name,
    type,
    verified,
    mailFrom: mailFrom ?? null,
  }));
}

/** Creates an identity or changes what DNS would have changed. */
export function changeIdentity(call: LocalCall): object {
  const { identity: name, verified, mailFromDomainVerified } = bodyOf(identityChange, call);
  const identity =
    call.context.identities.get(identityKey(name)) ??
    createIdentity(call.context, { EmailIdentity: name }, true);
  if (verified !== undefined) identity.verified = verified;
  if (mailFromDomainVerified !== undefined) {
    if (identity.mailFrom === undefined) {
      refuse('BadRequestException', `identity ${name} has no MAIL FROM domain`);
    }
    identity.mailFrom = { ...identity.mailFrom, verified: mailFromDomainVerified };
  }
  return { identity: identity.name, verified: identity.verified };
}
