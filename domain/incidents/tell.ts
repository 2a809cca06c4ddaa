/** Who is told what of an incident, and when again. */
import { type EpochMs, hourMs, minuteMs } from '../time.ts';
import { hearAlarms } from './heard-alarms.ts';
import type { Incident, Moment, Telling, TellingReason } from './model.ts';

/** A page that is still open and in nobody's hand is told again after so long. */
export const againMs = 4 * hourMs;

/** Who claimed a word and has not said it by then never will: longer than the responder may run. */
export const claimMs = 2 * minuteMs;

/** Words that an incident keeps besides its first: page after page, it must fit the board with all others. */
const laterTellingsMax = 23;

/**
 * Returns the incident with the word that is due now claimed, and which it is. One word at a time, and one
 * `opened`, however often it rings; what was absorbed by its cause says nothing any more.
 */
export function tell(
  before: Incident,
  { now, rules, alarms }: Moment,
): { readonly incident: Incident; readonly why?: TellingReason } {
  const { incident, isNews } = hearAlarms(before, alarms?.get(before.kind) ?? []);
  const unsaid = incident.tellings.find(({ toldAt }) => toldAt === undefined);
  if (unsaid)
    return now >= unsaid.claimedAt + claimMs ? claim(incident, unsaid.why, now) : { incident };
  const isPage = rules.get(incident.kind)?.severity === 'page';
  const why = dueOf(incident, { isPage, isNews, now });
  return why ? claim(incident, why, now) : { incident };
}

/** Returns the incident with a word that has been said. */
export function withTold(
  incident: Incident,
  why: TellingReason,
  said: Pick<Telling, 'notice' | 'byDecision'> & { readonly toldAt: EpochMs },
): Incident {
  return {
    ...incident,
    tellings: incident.tellings.map((telling) =>
      telling.why === why && telling.toldAt === undefined ? { ...telling, ...said } : telling,
    ),
  };
}

function dueOf(
  { status, tellings, acked, testedBy, partOf }: Incident,
  {
    isPage,
    isNews,
    now,
  }: { readonly isPage: boolean; readonly isNews: boolean; readonly now: EpochMs },
): TellingReason | undefined {
  if (status === 'settling' || partOf !== undefined) return undefined;
  const last = tellings.at(-1);
  if (last === undefined) return 'opened';
  if (testedBy !== undefined || last.why === 'over') return undefined;
  if (status === 'closed') return 'over';
  if (status !== 'open' || !isPage) return undefined;
  if (isNews) return 'more';
  return acked === undefined && now >= (last.toldAt ?? now) + againMs ? 'again' : undefined;
}

function claim(incident: Incident, why: TellingReason, now: EpochMs) {
  const [first, ...later] = incident.tellings.filter(
    (one) => one.why !== why || one.toldAt !== undefined,
  );
  const kept = [...(first ? [first] : []), ...later.slice(-laterTellingsMax)];
  return { incident: { ...incident, tellings: [...kept, { why, claimedAt: now }] }, why };
}
