import { readSwitches } from '../../adapters/switch-store.ts';
import { listStreams } from '../../adapters/tenant-directory.ts';
import { sesHoldReasons } from '../../domain/reasons.ts';
import type { SwitchState } from '../../domain/sending-switch.ts';
import type { Session } from './session.ts';
import { formatInstant } from './words.ts';

/**
 * Says on stderr which streams are switched off and why: their mail is safe in the queue, and the ledger
 * cannot tell of what nobody has taken up.
 */
export async function noteStoppedStreams({ backend, terminal }: Session): Promise<void> {
  const { directory, pacing } = backend.tables;
  try {
    const switches = await readSwitches(pacing, await listStreams(directory));
    for (const [stream, { state }] of switches)
      if (!state.on || state.drainUntil !== undefined)
        terminal.note(describeStopped(stream, state));
  } catch {
    // Advice beside an answer: who may not read these tables still gets the answer.
  }
}

function describeStopped(stream: string, state: SwitchState): string {
  const { since, reason, until, drainUntil } = state;
  const why = reason ? `: ${reason}; ${sesHoldReasons[reason]}` : '';
  if (drainUntil !== undefined)
    return `SES takes no mail of stream ${stream}${why}; what is old is kept in the content bucket and comes back`;
  const again = until === undefined ? '' : `; tried again at ${formatInstant(until)}`;
  return `stream ${stream} is switched off since ${formatInstant(since)}${why}${again}; its mail waits in the queue`;
}
