import type { Clock } from '../../domain/time.ts';
import type { Backend } from '../actions/backend.ts';
import type { StageRow } from '../actions/queue-stages.ts';
import { readStatus, type Status } from '../actions/status.ts';
import { partValue } from '../actions/status-part.ts';
import { judgeStatus } from '../actions/status-verdict.ts';
import type { Overview, StreamRow } from './model.ts';

/** A page that is open may wait longer than a person at a terminal. */
const partMs = 8_000;

/** Returns a reader of what `goodstanding status` says, with the same verdict. */
export function createOverviewReader(backend: Backend, clock: Clock): () => Promise<Overview> {
  return async () => {
    const status = await readStatus(backend, clock(), partMs);
    const { level, reasons } = judgeStatus(status);
    const ses = partValue(status.ses);
    const loop = partValue(status.loop);
    return {
      verdict: level,
      findings: reasons.map((reason) => ({
        verdict: reason.level,
        text: reason.what,
        next: reason.next,
      })),
      streams: streamsOf(status),
      ...(ses
        ? {
            ses: {
              sendingEnabled: ses.sendingEnabled,
              shutDown: ses.shutDown,
              productionAccess: ses.productionAccess,
              dailyQuota: ses.dailyQuota,
              sentLast24Hours: ses.sentLast24Hours,
              ...(ses.sendRatePerSecond === undefined
                ? {}
                : { ratePerSecond: ses.sendRatePerSecond }),
            },
          }
        : {}),
      automation: {
        state: loop?.state ?? 'on',
        words: loop ? loopWords[loop.state] : 'cannot be read',
      },
    };
  };
}

const loopWords: Readonly<Record<Overview['automation']['state'], string>> = {
  on: 'the loop acts, as far as each kind of action may',
  freeze: 'what stands stays, nothing new is done',
  off: 'dispatch obeys none of its holds and moves',
};

function streamsOf({ switches, stages }: Status): readonly StreamRow[] {
  const rows = partValue(stages)?.rows ?? [];
  return (partValue(switches) ?? []).map(({ stream, state }): StreamRow => {
    const own = rows.filter((row) => row.stream === stream);
    const queued = own.filter(({ dead }) => dead !== true);
    const ages = queued.flatMap(({ ageMs }) => ageMs ?? []);
    return {
      stream,
      sending: state.on ? 'on' : 'off',
      ...(state.reason === undefined ? {} : { why: state.reason }),
      waiting: sum(queued),
      ...(ages.length > 0 ? { oldestMs: Math.max(...ages) } : {}),
      parked: sum(own.filter(({ dead }) => dead === true)),
    };
  });
}

function sum(rows: readonly StageRow[]): number {
  return rows.reduce((total, { waiting, hidden }) => total + waiting + hidden, 0);
}
