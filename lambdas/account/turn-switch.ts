import type { MappingState } from '../../adapters/event-source.ts';
import type { KnownSwitch } from '../../adapters/switch-store.ts';
import type { AccountStanding, SwitchState } from '../../domain/sending-switch.ts';
import { decideSwitch } from '../../domain/sending-switch.ts';
import type { EpochMs } from '../../domain/time.ts';

export type SwitchPorts = {
  readonly readMapping: (uuid: string) => Promise<MappingState>;
  /** False while Lambda is busy with the change before. */
  readonly setMapping: (uuid: string, state: 'enabled' | 'disabled') => Promise<boolean>;
  /** The new version, undefined when another run has written since this one read. */
  readonly writeSwitch: (
    stream: string,
    known: Omit<KnownSwitch, 'hint'>,
  ) => Promise<number | undefined>;
  readonly log: (code: string, fields: Readonly<Record<string, unknown>>) => void;
};

/**
 * Brings one stream's event source mappings to where the switch should stand, and returns where it stands
 * now. What we switch off is written down first, so that a run that dies in between leaves nothing off
 * that nobody remembers; while it is off every run makes it so again, because a deploy may have undone it.
 */
export async function turnSwitch(
  about: {
    readonly stream: string;
    readonly mappings: readonly string[];
    readonly account: AccountStanding;
    readonly known: KnownSwitch;
  },
  ports: SwitchPorts,
  now: EpochMs,
): Promise<SwitchState> {
  const { known, account } = about;
  const next = decideSwitch({ account, state: known.state, hint: known.hint }, now);
  if (next.on) return next === known.state ? next : switchOn(about, next, ports);
  return switchOff(about, next, ports);
}

type About = Parameters<typeof turnSwitch>[0];

async function switchOff(
  about: About,
  next: SwitchState,
  ports: SwitchPorts,
): Promise<SwitchState> {
  const { stream, mappings, known } = about;
  const states = await Promise.all(mappings.map(ports.readMapping));
  const enabled = mappings.filter((_, index) => states[index] === 'enabled');
  // What is disabled and not ours was an operator's doing, and stays so.
  const ours = known.ours.filter((uuid) => mappings.includes(uuid) && !enabled.includes(uuid));
  const all = [...ours, ...enabled];
  if (next === known.state && enabled.length === 0) return next;
  const off = { state: next, ours: all };
  const version = await ports.writeSwitch(stream, { ...known, ...off });
  if (version === undefined) return known.state;
  if (known.state.on) ports.log('switch.off', told(stream, next));
  await Promise.all(enabled.map((uuid) => ports.setMapping(uuid, 'disabled')));
  // Another run may have switched on since the write: then what was disabled after it must not stay so.
  if ((await ports.writeSwitch(stream, { ...off, version })) === undefined)
    await Promise.all(enabled.map((uuid) => ports.setMapping(uuid, 'enabled')));
  return next;
}

/** The state is written last: a run that dies before it is repeated whole. */
async function switchOn(about: About, next: SwitchState, ports: SwitchPorts): Promise<SwitchState> {
  const { stream, mappings, known } = about;
  const ours = known.ours.filter((uuid) => mappings.includes(uuid));
  const turned = await Promise.all(ours.map((uuid) => ports.setMapping(uuid, 'enabled')));
  if (turned.includes(false)) return known.state;
  const version = await ports.writeSwitch(stream, { ...known, state: next, ours: [] });
  if (version === undefined) return known.state;
  // Another run may have disabled one between our call and our write.
  await Promise.all(
    ours.map(async (uuid) => {
      if ((await ports.readMapping(uuid)) === 'disabled') await ports.setMapping(uuid, 'enabled');
    }),
  );
  ports.log(next.drainUntil === undefined ? 'switch.on' : 'switch.drain', told(stream, next));
  return next;
}

function told(stream: string, { reason, until, drainUntil, trips }: SwitchState) {
  return {
    stream,
    ...(reason === undefined ? {} : { reason }),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    ...(drainUntil === undefined ? {} : { drainUntil: new Date(drainUntil).toISOString() }),
    ...(trips > 0 ? { trips } : {}),
  };
}
