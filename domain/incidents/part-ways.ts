import { hourMs } from '../time.ts';
import { begin, homeOf, isLive, withPart } from './belonging.ts';
import type { Incident, Moment } from './model.ts';

/**
 * A consequence may go on for so long after its cause ended: a backlog leaves in that time. Later it is trouble of
 * its own, as parked mail is, that nobody was told of; and the cause, when it rings again, is a new one.
 */
export const outlastMs = hourMs;

/**
 * Returns the incidents after those ended whose own alarm has long been silent while consequences still ring. What
 * rings goes on as an incident of its own, and people are told of it.
 */
export function partWays(
  incidents: readonly Incident[],
  { now, rules }: Moment,
): readonly Incident[] {
  let parted = incidents;
  for (const incident of incidents) {
    const ringing = incident.parts.filter(({ until }) => until === undefined);
    const endedAt = incident.parts[0]?.until;
    if (!isLive(incident) || ringing.length === 0) continue;
    if (endedAt === undefined || now < endedAt + outlastMs) continue;
    parted = parted.map((one) =>
      one.id === incident.id ? { ...one, status: 'closed', closedAt: endedAt } : one,
    );
    // Causes stand first among the rules, so a consequence finds its cause's new incident.
    for (const [kind, rule] of rules) {
      const part = ringing.find((one) => one.kind === kind);
      if (!part) continue;
      const home = homeOf({ kind, ...rule }, parted);
      parted = home
        ? parted.map((one) => (one.id === home.id ? withPart(one, part) : one))
        : [...parted, begin(part, rule, { at: now })];
    }
  }
  return parted;
}
