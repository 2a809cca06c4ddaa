import type { AlarmStanding } from '../../adapters/cloudwatch.ts';
import { describeError } from '../../adapters/log.ts';
import type { AlarmKind } from '../../contract/alarm-kinds.ts';
import { isAlarmKind } from '../../contract/alarm-names.ts';
import type { Findings, Incident, TellingReason } from '../../domain/incidents/model.ts';
import type { Settled } from '../../domain/incidents/settle.ts';
import { withTold } from '../../domain/incidents/tell.ts';
import type { EpochMs } from '../../domain/time.ts';
import { explain, knownBy, type Ring } from './explain.ts';
import { gatherFacts, noFacts, ringsOf } from './facts.ts';
import type { ResponderPorts } from './ports.ts';

/** Something to say of an incident, as it stands. */
export type Word = { readonly incident: Incident; readonly why: TellingReason };

type About = { readonly alarms: readonly AlarmStanding[]; readonly now: EpochMs };

/**
 * Returns the board's incidents with what is found out about those of which something is due, and the words to
 * say. What the reputation loop has told people itself is not said again.
 */
export async function describeDue(
  { board, due }: Settled,
  about: About,
  ports: ResponderPorts,
): Promise<{ readonly incidents: readonly Incident[]; readonly words: readonly Word[] }> {
  const words: Word[] = [];
  const incidents = await Promise.all(
    board.incidents.map(async (incident) => {
      const why = due.find((one) => one.incident === incident.id)?.why;
      if (why === undefined) return incident;
      const { findings, known } = await findOut(incident, why, { about, ports });
      const described = { ...incident, ...(findings ? { findings } : {}) };
      if (known !== undefined)
        return withTold(described, why, { toldAt: about.now, byDecision: known });
      // Of our own trouble the alarm tells people itself, because we might not.
      if (incident.kind === ownTrouble && why === 'opened')
        return withTold(described, why, { toldAt: about.now, notice: 'the alarm itself' });
      words.push({ incident: described, why });
      return described;
    }),
  );
  return { incidents, words };
}

const ownTrouble: AlarmKind = 'responder-down';

type Found = {
  readonly findings?: Findings;
  /** The decision by which people know of it. */
  readonly known?: string;
};

/** The facts may be out of reach for the very reason that alarms ring: then the alarms speak for themselves. */
async function findOut(
  incident: Incident,
  why: TellingReason,
  { about, ports }: { readonly about: About; readonly ports: ResponderPorts },
): Promise<Found> {
  const { kind, testedBy, openedAt } = incident;
  // Of what is over there is nothing to find out any more.
  if (!isAlarmKind(kind) || why === 'over') return {};
  const rings = ringsOf(ports.deployment, incident, about.alarms);
  if (testedBy !== undefined) return { findings: testFindings(testedBy, rings) };
  const facts = await gatherFacts(kind, rings, { ...ports, now: about.now }).catch(
    (error: unknown) => {
      ports.log('responder.facts-unreadable', { kind, ...describeError(error) });
      return noFacts(rings, about.now);
    },
  );
  const known = why === 'opened' ? knownBy(kind, openedAt, facts.decisions) : undefined;
  return { findings: explain(kind, facts), ...(known ? { known: known.id } : {}) };
}

function testFindings(by: string, rings: readonly Ring[]): Findings {
  return {
    cause: `A test by ${by}: nothing is wrong.`,
    rings: rings.map(({ kind, about, reason }) => ({ alarm: `${kind}.${about}`, reason })),
    ...{ evidence: [], did: [], undo: [], decisions: [] },
  };
}
