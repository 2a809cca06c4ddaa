import { alarmKinds } from '../../contract/alarm-kinds.ts';
import { isAlarmKind, runbookOf } from '../../contract/alarm-names.ts';
import type { Incident } from '../../domain/incidents/model.ts';
import { noticeOf } from '../../domain/incidents/notice.ts';
import { isFinished } from '../../domain/incidents/settle.ts';
import { withTold } from '../../domain/incidents/tell.ts';
import type { EpochMs } from '../../domain/time.ts';
import type { Word } from './describe-due.ts';
import type { ResponderPorts } from './ports.ts';

type Said = Word & { readonly notice: string; readonly toldAt: EpochMs };

/**
 * Tells people what is due and notes what was told, all of it at once. A run that dies in between tells it
 * again: better twice than never. What could not be told is thrown once the rest is noted.
 */
export async function say(words: readonly Word[], ports: ResponderPorts): Promise<void> {
  if (words.length === 0) return;
  const results = await Promise.allSettled(words.map((word) => sayOne(word, ports)));
  const said = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (said.length > 0) await note(said, ports);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function sayOne(word: Word, ports: ResponderPorts): Promise<Said> {
  const { incident, why } = word;
  const { id, kind } = incident;
  if (!isAlarmKind(kind)) throw new Error(`incident ${id} is of no kind that we know: ${kind}`);
  const notice = await ports.tellPeople(
    noticeOf(incident, {
      why,
      words: alarmKinds[kind],
      runbook: runbookOf(kind),
      titleOf: (of) => (isAlarmKind(of) ? alarmKinds[of].title : of),
      now: ports.clock(),
    }),
  );
  ports.log('incident.told', { incident: id, kind, why, notice });
  return { ...word, notice, toldAt: ports.clock() };
}

/** Others may have changed an incident meanwhile: only that it was told is added to it. */
async function note(said: readonly Said[], ports: ResponderPorts): Promise<void> {
  let noted: readonly Incident[] = [];
  await ports.changeBoard(async (board) => {
    const incidents = board.incidents.map((one) => withSaid(one, said));
    await Promise.all(incidents.filter(isFinished).map(ports.putIncident));
    const open = incidents.filter((one) => !isFinished(one));
    noted = open.filter(({ id }) => said.some(({ incident }) => incident.id === id));
    return { ...board, incidents: open };
  });
  await Promise.all(noted.map(ports.putIncident));
}

function withSaid(incident: Incident, said: readonly Said[]): Incident {
  const own = said.find((one) => one.incident.id === incident.id);
  if (!own) return incident;
  const { why, notice, toldAt } = own;
  return withTold(incident, why, { toldAt, notice });
}
