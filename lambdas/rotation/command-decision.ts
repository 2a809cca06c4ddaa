import type { OperatorCommand } from '../../contract/rotation-command.ts';
import { applyActions } from '../../domain/rotation/apply.ts';
import { declareWarm } from '../../domain/rotation/declare-warm.ts';
import { assignedPools, poolsFor } from '../../domain/rotation/eligible-pools.ts';
import { undoCommand } from '../../domain/rotation/explain.ts';
import { closingHolds } from '../../domain/rotation/keep-closed.ts';
import { type GoodAssignment, lastGoodActions } from '../../domain/rotation/last-good.ts';
import type { Action, Decision, Pool, Situation, Standing } from '../../domain/rotation/model.ts';
import { movedBy } from '../../domain/rotation/moved-by.ts';
import { orderFor } from '../../domain/rotation/orders.ts';
import { mayBecome, standingAt } from '../../domain/rotation/pool-states.ts';
import { beginTrial } from '../../domain/rotation/trial.ts';
import { undoActions } from '../../domain/rotation/undo.ts';
import { grouped, mailsOf } from '../../domain/rotation/words.ts';
import { dayMs, type EpochMs, epochMs } from '../../domain/time.ts';
import type { Switch } from './switches.ts';

/** What a person asked for, and what it is decided from. */
export type Asked = {
  readonly command: Exclude<OperatorCommand, Switch>;
  /** Id of the decision that it becomes. */
  readonly id: string;
  readonly situation: Situation;
  readonly lastGood: readonly GoodAssignment[] | undefined;
};

/** A pool that a person takes out is looked at again after this, unless they say otherwise. */
const quarantineDefaultMs = dayMs;

/** Overrides end while their decision is still at hand, so that what stood before can return. */
const overrideMaxMs = 6 * dayMs;

/** What a command leads to: actions, sentences for the record, and decisions of before that it settles. */
type Answer = {
  readonly actions?: readonly Action[];
  readonly said: string;
  readonly until?: EpochMs;
  readonly settles?: readonly Decision[];
};

/**
 * Returns the decisions that a command leads to: its own first, with who asked and why, then those of before
 * that it settles. What cannot be done is a decision too, that says why.
 */
export function decideCommand(asked: Asked): readonly Decision[] {
  const { command, id, situation } = asked;
  const answer = answerOf(asked);
  const isRefused = typeof answer === 'string';
  const actions = isRefused ? [] : (answer.actions ?? []);
  // What people move is never refused, and counts for what may be moved by itself.
  const moved = movedBy(actions, situation);
  const own: Decision = {
    id,
    at: situation.now,
    autonomy: 'act',
    done: !isRefused,
    actions,
    evidence: [isRefused ? `refused: ${answer}` : answer.said],
    counterEvidence: [],
    by: command.by,
    why: command.why,
    ...(isRefused ? { brake: 'refused' } : {}),
    ...(!isRefused && answer.until !== undefined ? { until: answer.until } : {}),
    ...(actions.length > 0 ? { undo: undoCommand(id) } : {}),
    ...(moved.length > 0 ? { moved } : {}),
  };
  return [own, ...(isRefused ? [] : (answer.settles ?? []))];
}

/** Returns what is done, or as a text why it is not. */
function answerOf(asked: Asked): Answer | string {
  const { command, situation } = asked;
  switch (command.do) {
    case 'quarantine':
      return quarantine(asked, command);
    case 'release':
      return release(asked, command);
    case 'override':
      return override(situation, command);
    case 'hold':
      return hold(asked, command);
    case 'lift': {
      const order = situation.orders.find((one) => one.id === command.orderId);
      if (!order) return `no order ${command.orderId} stands; see goodstanding orders list`;
      const lifted: Action = { kind: 'release', orderId: order.id, order };
      return { actions: [lifted], said: `order ${order.id} is lifted` };
    }
    case 'approve':
    case 'veto':
    case 'undo':
      return settle(asked, command);
    case 'last-good':
      return lastGood(asked);
    case 'warm':
      return warm(situation, command);
  }
}

type Command<D extends OperatorCommand['do']> = Extract<OperatorCommand, { readonly do: D }>;

function quarantine(asked: Asked, command: Command<'quarantine'>): Answer | string {
  const { situation, id } = asked;
  const { now, pools } = situation;
  const pool = pools.find((one) => one.pool === command.pool);
  if (!pool) return unknownPool(command.pool, situation);
  const before = standingAt(pool, command.provider);
  if (!mayBecome(before.state, 'quarantined'))
    return `pool ${pool.pool} is ${before.state}, which cannot become quarantined`;
  const { provider, why } = command;
  const until = epochMs(now + (command.forMs ?? quarantineDefaultMs));
  const standing: Standing = { state: 'quarantined', since: now, until, why };
  const out: Action = { kind: 'quarantine', pool: pool.pool, provider, standing, before };
  const moves = leave(situation, pool, provider);
  const after = { ...situation, ...applyActions(situation, [...moves, out], now) };
  const holds = closingHolds(after, id);
  return {
    // What has nowhere else to go waits before anything moves.
    actions: [...holds, ...moves, out],
    said: `pool ${pool.pool} takes no mail to ${named(provider)}${holds.length > 0 ? '; what has nowhere else to go waits as long as it is out' : ''}`,
    until,
  };
}

/** Every stream that uses the pool there goes on with what else can take its mail. */
function leave(situation: Situation, { pool }: Pool, provider: string): readonly Action[] {
  return situation.streams.flatMap((stream): readonly Action[] => {
    const places = provider === '*' ? [...new Set(['*', ...stream.assignment.keys()])] : [provider];
    return places.flatMap((place): readonly Action[] => {
      const before = assignedPools(stream, place);
      if (!before.some((one) => one.pool === pool)) return [];
      const [open = []] = poolsFor(stream, place, situation)
        .map((group) => group.filter((name) => name !== pool))
        .filter((group) => group.length > 0);
      const rest = before.filter((one) => open.includes(one.pool));
      const after = rest.length > 0 ? rest : open.map((name) => ({ pool: name, weight: 1 }));
      if (after.length === 0) return [];
      return [{ kind: 'move', stream: stream.stream, provider: place, before, pools: after }];
    });
  });
}

function release({ situation, id }: Asked, command: Command<'release'>): Answer | string {
  const { pools } = situation;
  const pool = pools.find((one) => one.pool === command.pool);
  if (!pool) return unknownPool(command.pool, situation);
  const before = pool.standings.get(command.provider);
  if (before?.state !== 'quarantined' && before?.state !== 'resting')
    return `pool ${pool.pool} is not out for ${named(command.provider)}; see goodstanding pools explain ${pool.pool}`;
  const standing: Standing = { ...before, why: before.why ?? command.why };
  const back = { pool, provider: command.provider, standing, situation };
  return {
    actions: beginTrial(back, id),
    said: `pool ${pool.pool} is let out for ${named(command.provider)}: it begins with a trial of a few mails`,
  };
}

function override(situation: Situation, command: Command<'override'>): Answer | string {
  const { now, streams } = situation;
  const stream = streams.find((one) => one.stream === command.stream);
  if (!stream)
    return `stream: got ${command.stream}; allowed: ${streams.map((one) => one.stream).join(', ')}`;
  const allowed = [...stream.pools, ...stream.failover];
  const foreign = command.pools.filter(({ pool }) => !allowed.includes(pool));
  if (foreign.length > 0)
    return `pool: got ${foreign.map(({ pool }) => pool).join(', ')}; allowed for ${stream.stream}: ${allowed.join(', ')}`;
  if (command.forMs > overrideMaxMs)
    return `an override ends after at most ${overrideMaxMs / dayMs} days; for longer, change the configuration and deploy`;
  const before = stream.assignment.get(command.provider) ?? stream.assignment.get('*') ?? [];
  const { provider, pools } = command;
  return {
    actions: [{ kind: 'move', stream: stream.stream, provider, before, pools }],
    said: `${stream.stream} mail to ${named(provider)} goes through ${pools.map(({ pool }) => pool).join(', ')}`,
    until: epochMs(now + command.forMs),
  };
}

function hold({ situation, id }: Asked, command: Command<'hold'>): Answer | string {
  if (Object.keys(command.region).length === 0)
    return 'a hold names at least one of tenant, identity, pool, provider and campaign';
  const { now } = situation;
  const wanted = { region: command.region, share: 0, forMs: command.forMs };
  const order = orderFor(wanted, id, { now, part: 1 });
  const kind = command.region.provider === undefined ? 'hold-tenant' : 'hold-pair';
  return {
    actions: [{ kind, order }],
    said: `held: ${mailsOf(command.region)}`,
    until: order.until,
  };
}

function settle(
  { situation }: Asked,
  command: Command<'approve' | 'veto' | 'undo'>,
): Answer | string {
  const found = situation.history.find(({ id }) => id === command.decision);
  if (!found)
    return `no decision ${command.decision} of the last seven days; see goodstanding decisions list`;
  const { by, why } = command;
  if (command.do === 'undo') {
    if (!found.done || found.settled === 'undone')
      return `decision ${found.id} was ${found.done ? 'undone already' : 'not carried out'}; nothing to undo`;
    const actions = undoActions(found);
    if (actions.length === 0) return `decision ${found.id} did nothing that can be taken back`;
    const settles = [{ ...found, settled: 'undone' as const }];
    return { actions, said: `decision ${found.id} is taken back`, settles };
  }
  if (found.done || found.settled !== undefined || found.actions.length === 0)
    return `decision ${found.id} waits for nobody: ${found.settled ?? (found.done ? 'it was carried out' : 'it has nothing to do')}`;
  if (command.do === 'veto')
    return {
      said: `decision ${found.id} is not carried out`,
      settles: [{ ...found, settled: 'vetoed', by, why }],
    };
  return {
    said: `decision ${found.id} is carried out`,
    settles: [{ ...found, done: true, settled: 'approved', by, why }],
  };
}

function lastGood({ situation, lastGood: good }: Asked): Answer | string {
  if (!good) return 'nothing is remembered yet: no assignment stood while every pool was well';
  const actions = lastGoodActions(good, situation.streams);
  return { actions, said: 'every assignment is the last good one again' };
}

function warm(situation: Situation, command: Command<'warm'>): Answer | string {
  const { provider, perDay } = command;
  const pool = situation.pools.find((one) => one.pool === command.pool);
  if (!pool) return unknownPool(command.pool, situation);
  const actions = declareWarm(pool, { provider, perDay, now: situation.now });
  if (typeof actions === 'string') return actions;
  const each = provider === '*' ? 'each provider' : provider;
  return { actions, said: `pool ${pool.pool} has carried ${grouped(perDay)} a day to ${each}` };
}

function unknownPool(pool: string, { pools }: Situation): string {
  return `pool: got ${pool}; allowed: ${pools.map((one) => one.pool).join(', ')}`;
}

function named(provider: string): string {
  return provider === '*' ? 'any provider' : provider;
}
