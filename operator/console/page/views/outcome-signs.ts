import type { TracedRecipient } from '../../../../domain/trace/model.ts';
import type { Sign } from '../tones.ts';

type Outcome = TracedRecipient['outcome'];

const signs: Readonly<Record<Outcome, Omit<Sign, 'words'>>> = {
  delivered: { tone: 'good', icon: 'ok' },
  accepted: { tone: 'good', icon: 'dot' },
  bounced: { tone: 'bad', icon: 'stopped' },
  complained: { tone: 'bad', icon: 'look' },
  suppressed: { tone: 'calm', icon: 'cross' },
  rejected: { tone: 'bad', icon: 'cross' },
  expired: { tone: 'watch', icon: 'clock' },
  held: { tone: 'watch', icon: 'pause' },
  parked: { tone: 'bad', icon: 'pause' },
  pending: { tone: 'calm', icon: 'clock' },
};

/** Returns colour and shape of what became of a recipient. */
export function outcomeSign(outcome: Outcome): Omit<Sign, 'words'> {
  return signs[outcome];
}
