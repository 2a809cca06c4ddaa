import type { AlarmStanding } from '../../adapters/cloudwatch.ts';
import { withoutAddresses } from '../../adapters/without-addresses.ts';
import type { AlarmKind } from '../../contract/alarm-kinds.ts';
import { readAlarmName } from '../../contract/alarm-names.ts';
import type { Incident } from '../../domain/incidents/model.ts';
import { type EpochMs, epochMs, hourMs } from '../../domain/time.ts';
import type { Facts, Ring } from './explain.ts';
import type { FactPorts } from './ports.ts';

type Source = 'decisions' | 'switches' | 'automation' | 'orders' | 'standings' | 'allowances';

/** What explains a kind; reading more would only make the notice later. */
const sourcesOf: Readonly<Partial<Record<AlarmKind, readonly Source[]>>> = {
  'ses-stopped': ['switches'],
  'ses-quota': ['switches'],
  'mail-stuck': ['switches'],
  'bounce-rate': ['decisions'],
  'complaint-rate': ['decisions'],
  'rotation-frozen': ['automation', 'decisions'],
  'pool-quarantined': ['standings', 'decisions'],
  'no-warm-capacity': ['standings', 'allowances', 'orders', 'decisions'],
  'tenant-held': ['orders', 'decisions'],
};

/** How far the decisions that may concern an alarm reach back. */
const decisionsMs = 6 * hourMs;

const reasonMax = 300;

/** Descriptions are our own words: none is longer than CloudWatch takes. */
const descriptionMax = 1_024;

/** Returns what stands about an incident of this kind, as far as it explains it. */
export async function gatherFacts(
  kind: AlarmKind,
  rings: readonly Ring[],
  ports: FactPorts & { readonly now: EpochMs },
): Promise<Facts> {
  const { now } = ports;
  const sources = sourcesOf[kind] ?? [];
  const read = async <T>(source: Source, ask: () => Promise<T>, nothing: T): Promise<T> =>
    sources.includes(source) ? ask() : nothing;
  const [decisions, switches, automation, orders, standings, allowances] = await Promise.all([
    read('decisions', () => ports.readDecisions(epochMs(now - decisionsMs), now), []),
    read('switches', ports.readSwitches, new Map()),
    read('automation', ports.readAutomation, undefined),
    read('orders', ports.readOrders, []),
    read('standings', ports.readPoolStandings, []),
    read('allowances', ports.readAllowances, []),
  ]);
  return {
    ...{ now, rings, decisions, switches, orders, standings, allowances },
    ...(automation ? { automation } : {}),
  };
}

/** Returns what is left to say where nothing can be read: the alarms themselves. */
export function noFacts(rings: readonly Ring[], now: EpochMs): Facts {
  const nothing = { decisions: [], switches: new Map(), orders: [], standings: [], allowances: [] };
  return { now, rings, ...nothing };
}

/** Returns the metric alarms of these kinds that ring, with what they say of themselves. */
export function ringsOf(
  deployment: string,
  { parts }: Pick<Incident, 'parts'>,
  alarms: readonly AlarmStanding[],
): readonly Ring[] {
  return alarms.flatMap(({ name, reason = '', description = '' }): readonly Ring[] => {
    const named = readAlarmName(deployment, name);
    if (named?.about === undefined || !parts.some(({ kind }) => kind === named.kind)) return [];
    return [
      {
        kind: named.kind,
        about: named.about,
        reason: printable(reason, reasonMax),
        text: printable(description.replace(severityMark, ''), descriptionMax),
      },
    ];
  });
}

/** With it descriptions begin for whoever reads them in the CloudWatch console. */
const severityMark = /^\[(page|ticket)\] /;

/** What CloudWatch says is text from outside: on one line, without addresses, no longer than a person reads. */
function printable(text: string, charactersMax: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced.
  const line = text.replace(/[\s\x00-\x1f\x7f-\x9f]+/g, ' ');
  return withoutAddresses(line).slice(0, charactersMax);
}
