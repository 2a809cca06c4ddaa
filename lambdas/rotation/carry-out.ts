import { describeError } from '../../adapters/log.ts';
import { quarantinePool } from '../../contract/names.ts';
import type { StandingItem } from '../../contract/rotation-items.ts';
import { assignmentKeys } from '../../contract/table-keys.ts';
import type { Action, Decision, Order } from '../../domain/rotation/model.ts';
import { type EpochMs, epochMs } from '../../domain/time.ts';
import { noticeOf } from './notice.ts';
import type { HandPorts } from './ports.ts';
import { rescueOf } from './rescues.ts';

/** Somebody else, such as a deploy, may write between our read and our write this often. */
const stepsMax = 4;

/**
 * Carries decisions out, in this order: what dispatch reads, the record, the moves of addresses, then whoever
 * is told. Every step may be repeated: a run that dies in between is finished by the next.
 * @throws where a step fails; the list is then carried out again from its beginning
 */
export async function carryOut(
  decisions: readonly Decision[],
  ports: HandPorts,
  now: EpochMs,
): Promise<void> {
  for (const decision of decisions) {
    if (isHistory(decision)) {
      await ports.putDecision(decision);
      continue;
    }
    const actions = decision.done ? decision.actions : [];
    for (const action of actions) await write(action, decision, ports, now);
    await ports.putDecision(decision);
    for (const action of actions) await moveAddress(action, ports);
    await tell(decision, ports, now);
  }
}

/**
 * Tells programs and people of a decision. What stands does not wait for who is told: a bus or a topic that is
 * away is logged, and the record can be read all the same.
 */
export async function tell(decision: Decision, ports: HandPorts, now: EpochMs): Promise<void> {
  const { id, done, autonomy, actions, brake } = decision;
  const notice = noticeOf(decision, now);
  try {
    await ports.publish(decision);
  } catch (error) {
    ports.log('rotation.untold', { decision: id, to: 'event bus', ...describeError(error) });
  }
  try {
    if (notice) await ports.notify(notice);
  } catch (error) {
    ports.log('rotation.untold', { decision: id, to: 'alarm topic', ...describeError(error) });
  }
  ports.log('rotation.decided', {
    ...{ decision: id, done, autonomy, actions: actions.map(({ kind }) => kind) },
    ...(brake ? { brake } : {}),
  });
}

/** What became of a decision that was told before is only noted; another one does what there is to do. */
export function isHistory({ settled }: Decision): boolean {
  return settled === 'vetoed' || settled === 'undone' || settled === 'returned';
}

/** Writes what an action changes of what stands in the tables. Idempotent. */
export async function write(
  action: Action,
  decision: Decision,
  ports: HandPorts,
  now: EpochMs,
): Promise<void> {
  switch (action.kind) {
    case 'hold-tenant':
    case 'hold-pair':
    case 'slow':
      for (const stream of streamsOf(action.order, ports))
        await ports.putOrder(stream, action.order);
      return;
    case 'move':
      return move(action, decision, ports, now);
    case 'quarantine':
      return stand(action, ports);
    case 'release':
      if ('orderId' in action) {
        for (const stream of ports.streams) await ports.deleteOrder(stream, action.orderId);
        return;
      }
      return stand(action, ports);
    case 'grow':
      return grow(action, ports, now);
    case 'rescue': {
      const rescue = rescueOf(action, decision, ports.policy);
      if (rescue) await ports.putRescue(action.stream, rescue);
      return;
    }
    case 'quarantine-ip':
      return;
  }
}

/** An order that names no stream stands in every stream's partition. */
function streamsOf({ streams }: Order, ports: HandPorts): readonly string[] {
  return streams ? ports.streams.filter((stream) => streams.includes(stream)) : ports.streams;
}

/** The version that stands may be a deploy's, which never takes pools that rotation set; so the last word is ours. */
async function move(
  { stream, provider, pools }: Extract<Action, { readonly kind: 'move' }>,
  { id, by, why, evidence }: Decision,
  ports: HandPorts,
  now: EpochMs,
): Promise<void> {
  const own = pools.filter(({ weight }) => weight > 0);
  if (own.length === 0) return;
  for (let step = 0; step < stepsMax; step += 1) {
    const { assignments } = await ports.readStreamStanding(stream);
    const current = assignments.get(provider);
    if (current?.by === `rotation ${id}`) return;
    const item = {
      ...assignmentKeys.provider(stream, provider),
      pools: own,
      version: (current?.version ?? 0) + 1,
      at: now,
      by: `rotation ${id}`,
      why: by === undefined ? (evidence[0] ?? 'see the decision') : `${by}: ${why ?? ''}`,
    };
    if (await ports.putAssignment(item, current?.version ?? 0)) return;
  }
  throw new Error(
    `the assignment of ${stream} at ${provider} changed ${stepsMax} times; it is tried again`,
  );
}

type Standings = Extract<Action, { readonly pool: string; readonly standing: object }>;

async function stand({ pool, provider, standing }: Standings, ports: HandPorts): Promise<void> {
  await rewrite({ pool, provider }, ports, (before) => {
    const { until: _until, why: _why, ...kept } = before;
    return { ...kept, ...standing };
  });
}

async function grow(
  { pool, provider, warmth }: Extract<Action, { readonly kind: 'grow' }>,
  ports: HandPorts,
  now: EpochMs,
): Promise<void> {
  // The cap that dispatch leases from comes first: what is remembered of it may not be higher than it is.
  await ports.writeCaps({ pool, provider }, warmth, now);
  await rewrite({ pool, provider }, ports, ({ warmth: known, ...before }) => {
    const cleanDays = [...(warmth.cleanDays ?? known?.cleanDays ?? [])];
    return { ...before, warmth: { ...known, ...warmth, cleanDays } };
  });
}

type StandingWords = Parameters<HandPorts['putStanding']>[0];

/** Changes how a pool stands with a provider, from whatever stands there. */
export async function rewrite(
  { pool, provider }: { readonly pool: string; readonly provider: string },
  ports: Pick<HandPorts, 'readPoolStandings' | 'putStanding'>,
  change: (before: StandingWords) => StandingWords,
): Promise<void> {
  for (let step = 0; step < stepsMax; step += 1) {
    const all = await ports.readPoolStandings();
    const found = all.find((one) => one.pool === pool && one.provider === provider);
    const { pk: _pk, sk: _sk, version = 0, ...before } = found ?? unwritten(pool, provider);
    if (await ports.putStanding(change(before), version)) return;
  }
  throw new Error(
    `the standing of ${pool} at ${provider} changed ${stepsMax} times; it is tried again`,
  );
}

/** Nothing is written of a pool that never was in trouble: it carries mail. */
function unwritten(pool: string, provider: string): StandingItem {
  return { pk: '', sk: '', version: 0, pool, provider, state: 'active', since: epochMs(0) };
}

/** Takes caps away that are SES's business now: those that dispatch leases from, then what is remembered of them. */
export async function dropCaps(
  pairs: readonly { readonly pool: string; readonly provider: string }[],
  ports: Pick<HandPorts, 'readPoolStandings' | 'putStanding' | 'deleteCaps' | 'log'>,
): Promise<void> {
  for (const pair of pairs) {
    await ports.deleteCaps(pair);
    await rewrite(pair, ports, ({ warmth: _warmth, ...before }) => before);
    ports.log('rotation.caps-dropped', pair);
  }
}

/** SES confirms by listing it where it should be; until then the run is repeated. */
export async function moveAddress(action: Action, ports: HandPorts): Promise<void> {
  if (action.kind !== 'quarantine-ip') return;
  const to = action.to ?? quarantinePool;
  await ports.moveAddress(action.ip, to);
  const there = await ports.readAddresses(to);
  if (!there.includes(action.ip))
    throw new Error(`SES does not list ${action.ip} in pool ${to} yet; it is looked at again`);
}
