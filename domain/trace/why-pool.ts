import { hashedPool, sharesOf, type WeightedPool } from '../assignment.ts';
import type { Action, Decision } from '../rotation/model.ts';
import type { TracedAssignment, TracedAttempt, TraceMaterial } from './model.ts';
import { ordersAt } from './orders-at.ts';

/** Why a mail took its pool, in sentences, and the decisions that led there. */
export type WhyPool = {
  readonly details: readonly string[];
  readonly decisions: readonly string[];
};

/**
 * Returns why an attempt went through its pool: the assignment in force then, the choice among its pools, and
 * the orders and decisions about this part of the mail.
 */
export function whyPool(attempt: TracedAttempt, material: TraceMaterial): WhyPool {
  const { request } = material;
  const inForce = assignmentAt(attempt, material);
  const orders = ordersAt(material, {
    at: attempt.at,
    origin: { ...attempt, stream: request.stream },
  });
  const shaping = material.decisions.filter(
    (decision) => decision.done && decision.at <= attempt.at && shapes(decision, attempt, material),
  );
  return {
    details: [
      ...(inForce?.said ?? ['the assignment that stood then is not known any more']),
      ...choiceOf({ ...attempt, tenant: request.tenant ?? attempt.tenant }, inForce?.pools),
      ...orders.details,
    ],
    decisions: [
      ...new Set([
        ...(inForce?.decisions ?? []),
        ...orders.decisions,
        ...shaping.map(({ id }) => id).toSorted(),
      ]),
    ],
  };
}

type InForce = {
  readonly pools: readonly WeightedPool[];
  readonly said: readonly string[];
  readonly decisions: readonly string[];
};

/** The provider's own assignment counts before that for all; one that came later is taken back. */
function assignmentAt(attempt: TracedAttempt, material: TraceMaterial): InForce | undefined {
  const { assignments, request } = material;
  const own = assignments.find(({ provider }) => provider === attempt.provider);
  const all = assignments.find(({ provider }) => provider === '*');
  const before = own ?? all;
  if (!before) return undefined;
  const named = `${request.stream} to ${before.provider === '*' ? 'all providers' : before.provider}`;
  if (before.at <= attempt.at)
    return {
      pools: before.pools,
      said: [
        `assignment version ${before.version} of ${named}: ${poolsText(before.pools)}; by ${before.by}: ${before.why}`,
      ],
      decisions: decisionsIn(before.by),
    };
  const undone = firstMoveAfter(attempt, before, material);
  if (undone)
    return {
      pools: undone.before,
      said: [
        `the assignment of ${named} was ${poolsText(undone.before)} until decision ${undone.id} changed it`,
      ],
      decisions: [],
    };
  return {
    pools: [],
    said: [
      `the assignment of ${named} was changed since (version ${before.version}, by ${before.by}); what stood then is not kept`,
    ],
    decisions: [],
  };
}

/** The move that ended what stood when the attempt was made says what that was. */
function firstMoveAfter(
  { at }: TracedAttempt,
  { provider }: TracedAssignment,
  { decisions, request }: TraceMaterial,
): { readonly id: string; readonly before: readonly WeightedPool[] } | undefined {
  const moves = decisions
    .filter((decision) => decision.done && decision.at > at)
    .toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    .flatMap(({ id, actions }) =>
      actions.flatMap((action) =>
        action.kind === 'move' && action.stream === request.stream && action.provider === provider
          ? [{ id, before: action.before }]
          : [],
      ),
    );
  return moves[0];
}

function choiceOf(
  { tenant, pool, kind }: TracedAttempt,
  pools: readonly WeightedPool[] | undefined,
): readonly string[] {
  if (kind === 'rescue') return [`a rescue goes where there is warm room: ${pool}`];
  const open = (pools ?? []).filter(({ weight }) => weight > 0);
  if (open.length === 0) return [];
  const only = open.length === 1 ? open[0]?.pool : undefined;
  if (only === pool) return ['it is the only pool with a weight'];
  const shares = sharesOf(open, tenant);
  const own = shares.find((one) => one.pool === pool);
  if (own && shares.length > 1)
    return [
      `tenant ${tenant} is larger than one pool's room: its messages are spread over ${shares.map((one) => `${one.pool} ${Math.round(100 * one.share)} %`).join(', ')}`,
    ];
  const hashed = hashedPool(open, tenant);
  if (own && hashed !== pool)
    return [
      `tenant ${tenant} is placed on ${pool}, where there was room; the hash alone would choose ${hashed}`,
    ];
  if (own) return [`the weighted rendezvous hash of tenant ${tenant} chooses ${pool} among them`];
  if (open.some((one) => one.pool === pool))
    return [
      `the rendezvous hash of tenant ${tenant} chooses ${shares[0]?.pool}: the app asked for ${pool}, or the assignment had just changed`,
    ];
  return [`${pool} is not among them: the assignment had just changed, or automation was off`];
}

/** Decisions about the pool, or the way of this stream to this provider, that were carried out. */
function shapes(decision: Decision, attempt: TracedAttempt, { request }: TraceMaterial): boolean {
  const isHere = (provider: string) => provider === '*' || provider === attempt.provider;
  const isAbout = (action: Action): boolean => {
    switch (action.kind) {
      case 'move':
        return action.stream === request.stream && isHere(action.provider);
      case 'quarantine':
        return action.pool === attempt.pool && isHere(action.provider);
      case 'release':
        return 'pool' in action && action.pool === attempt.pool && isHere(action.provider);
      case 'rescue':
        return attempt.kind === 'rescue' && action.stream === request.stream;
      default:
        return false;
    }
  };
  return decision.actions.some(isAbout);
}

function poolsText(pools: readonly WeightedPool[]): string {
  return pools.map(({ pool, weight }) => `${pool} ${Number(weight.toPrecision(3))}`).join(', ');
}

/** Rotation signs its assignments so. */
function decisionsIn(by: string): readonly string[] {
  const [, id] = /^rotation (\S+)$/.exec(by) ?? [];
  return id === undefined ? [] : [id];
}
