import type { Batch } from './mail.ts';

/** Mail that waits because it is held, slowed, or without warm room. */
export type Backlog = {
  /** Puts mail behind what waits for the same cell; it is looked at again at `lookAt`. */
  readonly keep: (batch: Batch, lookAt: number) => void;
  /** Takes out what is to be looked at by now; oldest first within a cell. */
  readonly due: (now: number) => readonly Batch[];
  readonly mails: () => number;
  /** Takes out everything that meets a condition. */
  readonly remove: (isMeant: (batch: Batch) => boolean) => readonly Batch[];
};

type Kept = { batch: Batch; lookAt: number };

/** Mail born within so long counts as one batch, milliseconds. */
const sameBirthMs = 120_000;

/** Creates an empty backlog. */
export function createBacklog(): Backlog {
  const byCell = new Map<number, Kept[]>();
  let mails = 0;
  return {
    keep: (batch, lookAt) => {
      mails += batch.count;
      const kept = byCell.get(batch.cell.index);
      if (kept === undefined) {
        byCell.set(batch.cell.index, [{ batch, lookAt }]);
        return;
      }
      const last = kept.at(-1);
      if (last && sameBirth(last.batch, batch)) {
        last.batch = { ...last.batch, count: last.batch.count + batch.count };
        last.lookAt = Math.min(last.lookAt, lookAt);
      } else kept.push({ batch, lookAt });
    },
    due: (now) => {
      const taken: Batch[] = [];
      for (const [index, kept] of byCell) {
        const rest = kept.filter(({ lookAt }) => lookAt > now);
        if (rest.length === kept.length) continue;
        for (const { batch, lookAt } of kept) if (lookAt <= now) taken.push(batch);
        if (rest.length === 0) byCell.delete(index);
        else byCell.set(index, rest);
      }
      for (const { count } of taken) mails -= count;
      return taken;
    },
    mails: () => mails,
    remove: (isMeant) => {
      const removed: Batch[] = [];
      for (const [index, kept] of byCell) {
        const rest = kept.filter(({ batch }) => !isMeant(batch));
        for (const { batch } of kept) if (isMeant(batch)) removed.push(batch);
        if (rest.length === 0) byCell.delete(index);
        else byCell.set(index, rest);
      }
      for (const { count } of removed) mails -= count;
      return removed;
    },
  };
}

function sameBirth(a: Batch, b: Batch): boolean {
  const isSame = a.traits === b.traits && a.again === b.again;
  const isDrawn = a.drawn?.by === b.drawn?.by && a.drawn?.share === b.drawn?.share;
  return isSame && isDrawn && Math.abs(a.bornAt - b.bornAt) < sameBirthMs;
}
