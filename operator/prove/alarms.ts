import { localTarget } from '../../adapters/clients.ts';
import { createBackend } from '../actions/backend.ts';
import { watchedConfig } from './alarm-config.ts';
import { mailFaults } from './alarm-faults-mail.ts';
import { partFaults } from './alarm-faults-parts.ts';
import { reputationFaults } from './alarm-faults-reputation.ts';
import { createStage } from './alarm-stage.ts';
import {
  type AlarmFault,
  type AlarmTrial,
  type HealedTrial,
  isInTime,
  tellingsOf,
  tryFault,
} from './alarm-trial.ts';
import { type Synthesized, synthesize } from './assembly.ts';
import { withRuntime } from './run-local.ts';
import { number, type Section, table } from './section.ts';

/** Faults of one runtime each, because they share its alarms. */
const scenes: readonly (readonly AlarmFault[])[] = [mailFaults, partFaults, reputationFaults];

/** A fault with how often people were told of its end. */
type Row = AlarmTrial & { readonly endings: number };

type Scene = { readonly rows: readonly Row[]; readonly notices: number };

/** Measures what becomes of induced faults: how soon the alarm rings, who is told what, how often. */
export async function measureAlarms(onProgress: (text: string) => void): Promise<Section> {
  const made = await synthesize(watchedConfig);
  try {
    const seen: Scene[] = [];
    for (const faults of scenes) seen.push(await measureScene(made, faults, onProgress));
    return section(seen);
  } finally {
    made.remove();
  }
}

function measureScene(
  made: Synthesized,
  faults: readonly AlarmFault[],
  onProgress: (text: string) => void,
): Promise<Scene> {
  return withRuntime(made, async ({ runtime, lines }) => {
    const backend = createBackend(localTarget(runtime.endpointUrl), made.config.deployment);
    try {
      const stage = await createStage(backend, runtime.endpointUrl, lines);
      const rows: Row[] = [];
      const lingering: HealedTrial[] = [];
      for (const fault of faults) {
        onProgress(fault.name);
        const trial = await tryFault(stage, fault);
        if (fault.lingers) lingering.push(trial);
        else rows.push({ ...trial, endings: (await trial.end()).length });
      }
      for (const trial of lingering) rows.push({ ...trial, endings: (await trial.end()).length });
      return { rows, notices: (await tellingsOf(stage)).notices.length };
    } finally {
      backend.close();
    }
  });
}

function section(seen: readonly Scene[]): Section {
  const rows = seen.flatMap((scene) => scene.rows);
  const kinds = new Set(rows.map(({ fault }) => fault.kind));
  const notices = seen.reduce((sum, scene) => sum + scene.notices, 0);
  const count = (isSo: (row: Row) => boolean) => rows.filter(isSo).length;
  const of = (label: string, kept: number) => ({
    promise: label,
    measured: `${kept} of ${rows.length} faults`,
    kept: kept === rows.length,
  });
  return {
    title: 'Alarms',
    method: `${rows.length} faults of ${kinds.size} kinds are induced one after the other in the local runtime, through the calls, commands and switches that stand in the table; no alarm and no metric is set by hand. Alarm time runs 300 times faster (60 for the costs). Periods are those of the metric alarm that rang, from the faulty data until the kind’s composite rang: CloudWatch evaluates once a minute, a fifth of most periods. What the responder waits for in real time (3 minutes for a cause, 10 of silence) is brought by schedule events that carry a later time. The notice is searched for the words that name the cause, and the runbook’s first command is run and its output searched for the thing at fault.`,
    promises: [
      of('the right alarm rings within two evaluation periods', count(isInTime)),
      of(
        'exactly one page per cause, and one word when it is over',
        notices === rows.length ? count(isToldOnce) : 0,
      ),
      of(
        'its text names the cause',
        count(({ unnamed }) => unnamed.length === 0),
      ),
      of(
        "the runbook's first command shows it",
        count(({ unshown }) => unshown.length === 0),
      ),
    ],
    body: table(
      ['kind', 'fault', 'induced by', 'periods', 'notices', 'over', 'named', 'shown', 'attached'],
      rows.map((row) => [
        row.fault.kind,
        row.fault.name,
        row.fault.by,
        number(row.periods, 1),
        row.notices.length,
        row.endings,
        row.unnamed.length === 0 ? 'yes' : 'no',
        row.unshown.length === 0 ? 'yes' : 'no',
        row.attached.join(', '),
      ]),
    ),
    data: {
      faults: rows.map(({ fault, alarm, periods, notices: told, endings, unnamed, unshown }) => ({
        ...{ kind: fault.kind, fault: fault.name, alarm, periods, unnamed, unshown },
        ...{ notices: told.length, endings },
      })),
    },
  };
}

function isToldOnce({ notices, endings }: Row): boolean {
  return notices.length === 1 && endings === 1;
}
