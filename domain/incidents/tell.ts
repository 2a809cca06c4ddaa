/** Who is told what of an incident, and when again. */
import { type EpochMs, hourMs, minuteMs } from '../time.ts';
import type { Incident, KindRule, Telling, TellingReason } from './model.ts';

/** A page that is still open and in nobody's hand is told again after so long. */
export const againMs = 4 * hourMs;

/** Who claimed a word and has not said it by then never will: longer than the responder may run. */
export const claimMs = 2 * minuteMs;

/**
 * Returns the incident with the word that is due now claimed, and which it is. One word at a time, and one
 * `opened`, however often it rings; what was absorbed by its cause says nothing any more.
 */
export function tell(
  incident: Incident,
  { now, rules }: { readonly now: EpochMs; readonly rules: ReadonlyMap<string, KindRule> },
): { readonly incident: Incident; readonly why?: TellingReason } {
  const unsaid = incident.tellings.find(({ toldAt }) => toldAt === undefined);
  if (unsaid)
    return now >= unsaid.claimedAt + claimMs ? claim(incident, unsaid.why, now) : { incident };
  const why = dueOf(incident, rules.get(incident.kind)?.severity, now);
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
  severity: KindRule['severity'] | undefined,
  now: EpochMs,
): TellingReason | undefined {
  if (status === 'settling' || partOf !== undefined) return undefined;
  const last = tellings.at(-1);
  if (last === undefined) return 'opened';
  if (testedBy !== undefined || last.why === 'over') return undefined;
  if (status === 'closed') return 'over';
  const isDue = status === 'open' && severity === 'page' && acked === undefined;
  return isDue && now >= (last.toldAt ?? now) + againMs ? 'again' : undefined;
}

function claim(incident: Incident, why: TellingReason, now: EpochMs) {
  const others = incident.tellings.filter((one) => one.why !== why || one.toldAt !== undefined);
  return { incident: { ...incident, tellings: [...others, { why, claimedAt: now }] }, why };
}
