/** A board that hears, settles and tells on a clock of its own, for tests of incidents. */
import { alarmKinds } from '../../contract/alarm-kinds.ts';
import { alarmKindNames } from '../../contract/alarm-names.ts';
import { emptyBoard, hear } from '../../domain/incidents/hear.ts';
import type {
  Board,
  Incident,
  KindRule,
  News,
  RingingAlarm,
} from '../../domain/incidents/model.ts';
import { isFinished, settle } from '../../domain/incidents/settle.ts';
import { withTold } from '../../domain/incidents/tell.ts';
import { type EpochMs, epochMs } from '../../domain/time.ts';

export const rules: ReadonlyMap<string, KindRule> = new Map(
  alarmKindNames.map((kind) => [kind, alarmKinds[kind]]),
);

/** 14:20 UTC. */
export const start = Date.UTC(2026, 10, 21, 14, 20);
export const at = (ms: number): EpochMs => epochMs(start + ms);

export const rang = (kind: string, ms: number): News => ({ kind, state: 'alarm', at: at(ms) });
export const silent = (kind: string, ms: number): News => ({ kind, state: 'ok', at: at(ms) });

/** A word that was said, with what was open at that moment. */
export type Said = {
  readonly why: string;
  readonly incident: Incident;
  readonly open: readonly Incident[];
};

/** Opens a desk at which news arrive; every word that becomes due is said at once. */
export function openDesk(first: Board = emptyBoard) {
  let board = first;
  const said: Said[] = [];
  const finished: Incident[] = [];
  const look = (
    ms: number,
    news: readonly News[] = [],
    alarms?: Readonly<Record<string, readonly RingingAlarm[]>>,
  ) => {
    const now = at(ms);
    const ringing = alarms ? { alarms: new Map(Object.entries(alarms)) } : {};
    const settled = settle(hear(board, news), { now, rules, ...ringing });
    finished.push(...settled.finished);
    const told = settled.board.incidents.map((incident) => {
      const why = settled.due.find((due) => due.incident === incident.id)?.why;
      if (why === undefined) return incident;
      said.push({ why, incident, open: settled.board.incidents });
      return withTold(incident, why, { toldAt: now, notice: `notice ${said.length}` });
    });
    finished.push(...told.filter(isFinished));
    board = { ...settled.board, incidents: told.filter((one) => !isFinished(one)) };
    return board;
  };
  return {
    look,
    change: (to: (board: Board) => Board) => {
      board = to(board);
    },
    said,
    finished,
    board: () => board,
    words: () => said.map(({ why, incident }) => `${why} ${incident.kind}`),
  };
}
