/** To which incident a ringing belongs. */
import { type EpochMs, secondMs } from '../time.ts';
import type { AnnouncedTest, Incident, KindRule, Part } from './model.ts';

/** A test may ring this long before it was announced: clocks differ. */
export const clockSkewMs = 5 * secondMs;

/**
 * Returns the open incident with which a ringing goes on, or from which it follows. CloudWatch may say again that
 * an alarm rings: that is no second incident, nor a second test.
 */
export function homeOf(
  { kind, causedBy }: KindRule & { readonly kind: string },
  incidents: readonly Incident[],
  test?: AnnouncedTest,
): Incident | undefined {
  if (test)
    return incidents.find(
      (one) =>
        one.testedBy === test.by &&
        one.kind === kind &&
        one.status !== 'closed' &&
        one.openedAt >= test.since - clockSkewMs,
    );
  const real = incidents.filter(isLive);
  return real.find((one) => hasPart(one, [kind])) ?? real.find((one) => hasPart(one, causedBy));
}

/** Returns the incident that a ringing begins; its id names the instant at which it became one. */
export function begin(
  { kind, since }: Part,
  { causedBy }: KindRule,
  { test, at = since }: { readonly test?: AnnouncedTest | undefined; readonly at?: EpochMs },
): Incident {
  return {
    id: idOf(kind, at, test),
    kind,
    status: test || causedBy.length === 0 ? 'open' : 'settling',
    openedAt: since,
    parts: [{ kind, since }],
    tellings: [],
    ...(test ? { testedBy: test.by } : {}),
  };
}

/** Returns whether an incident is real and not over. */
export function isLive({ status, testedBy }: Incident): boolean {
  return status !== 'closed' && testedBy === undefined;
}

/** Returns whether one of these kinds is a part of an incident. */
export function hasPart({ parts }: Incident, kinds: readonly string[]): boolean {
  return parts.some(({ kind }) => kinds.includes(kind));
}

/** Returns the incident with one more part; what rings again keeps its first instant and its place. */
export function withPart(incident: Incident, part: Part): Incident {
  const before = incident.parts.find(({ kind }) => kind === part.kind);
  if (!before) return { ...incident, parts: [...incident.parts, part] };
  const again = { kind: part.kind, since: before.since };
  return {
    ...incident,
    parts: incident.parts.map((one) => (one.kind === part.kind ? again : one)),
  };
}

/**
 * 2026-11-21-144005-mail-late: in the order of time, short enough to type, the same for repeated news. Of tests
 * several may be within a second, so theirs has milliseconds.
 */
function idOf(kind: string, at: EpochMs, test: AnnouncedTest | undefined): string {
  const [day = '', time = ''] = new Date(at).toISOString().split('T');
  const instant = time.slice(0, test ? 12 : 8).replaceAll(/[:.]/g, '');
  return `${day}-${instant}-${test ? 'test-' : ''}${kind}`;
}
