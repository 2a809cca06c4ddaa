/** Takes the mail of a pool away at several providers at once, within one hour's limit. */
import { applyActions } from './apply.ts';
import { assignedPools } from './eligible-pools.ts';
import type { Situation } from './model.ts';
import type { MoveLedger } from './move-ledger.ts';
import { type MovePlan, type MoveWanted, moveShare, type Numbering } from './move-share.ts';

type Leaving = Omit<MoveWanted, 'provider'> & {
  /** `*` among them stands for all that are not named. */
  readonly providers: readonly string[];
};

/**
 * Returns the moves for each provider, and the hold of what finds no room. The word for all others moves only
 * when every provider with mail has one of its own by then: what they hold back must not follow it.
 */
export function leavePool(
  { providers, ...wanted }: Leaving,
  situation: Situation,
  shell: { readonly ledger: MoveLedger; readonly decision: Numbering },
): MovePlan {
  const named = providers.filter((provider) => provider !== '*');
  const parts = named.map((provider) => moveShare({ ...wanted, provider }, situation, shell));
  const { streams } = applyActions(
    situation,
    parts.flatMap(({ actions }) => actions),
    situation.now,
  );
  const isApart = streams.every(({ assignment }) => named.every((one) => assignment.has(one)));
  const isWhole = parts.every(({ brake }) => brake === undefined);
  if (providers.includes('*') && (isWhole || isApart))
    parts.push(moveShare({ ...wanted, provider: '*' }, situation, shell));
  const brake = parts.map((part) => part.brake).find((one) => one !== undefined);
  return {
    actions: parts.flatMap(({ actions }) => actions),
    targets: [...new Set(parts.flatMap(({ targets }) => targets))],
    movedPerHour: parts.reduce((sum, { movedPerHour }) => sum + movedPerHour, 0),
    heldPerHour: parts.reduce((sum, { heldPerHour }) => sum + heldPerHour, 0),
    ...(brake && { brake }),
  };
}

/** Returns every provider with mail or an assignment of its own that meets the pool, then the word for all others. */
export function everyProvider(
  pool: string,
  { streams }: Pick<Situation, 'streams'>,
  { flows }: Pick<MoveLedger, 'flows'>,
): readonly string[] {
  const seen = new Set(flows.map(({ provider }) => provider));
  for (const stream of streams) for (const provider of stream.assignment.keys()) seen.add(provider);
  seen.delete('*');
  const using = [...seen].filter((provider) =>
    streams.some((stream) => assignedPools(stream, provider).some((one) => one.pool === pool)),
  );
  return [...using.sort(), '*'];
}
