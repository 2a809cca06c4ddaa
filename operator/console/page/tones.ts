import { html, type TemplateResult } from 'lit-html';
import type { DecisionState, Verdict } from '../model.ts';
import { type IconName, icon } from './icons.ts';

/** What a colour means, everywhere the same. */
export type Tone = 'good' | 'busy' | 'watch' | 'bad' | 'calm';

export type Sign = { readonly tone: Tone; readonly icon: IconName; readonly words: string };

export const verdictSigns: Readonly<Record<Verdict, Sign>> = {
  ok: { tone: 'good', icon: 'ok', words: 'All is well' },
  look: { tone: 'watch', icon: 'look', words: 'Needs a look' },
  stopped: { tone: 'bad', icon: 'stopped', words: 'Mail is not leaving' },
};

export const decisionSigns: Readonly<Record<DecisionState, Sign>> = {
  done: { tone: 'good', icon: 'ok', words: 'done' },
  'not-done': { tone: 'calm', icon: 'ring', words: 'not done' },
  waits: { tone: 'watch', icon: 'clock', words: 'waits' },
  undone: { tone: 'calm', icon: 'back', words: 'undone' },
  vetoed: { tone: 'calm', icon: 'cross', words: 'vetoed' },
  returned: { tone: 'calm', icon: 'back', words: 'ran out' },
};

const signs: Readonly<Record<string, Sign>> = {
  // Pools.
  active: { tone: 'good', icon: 'ok', words: 'active' },
  warming: { tone: 'busy', icon: 'rising', words: 'warming' },
  cold: { tone: 'calm', icon: 'ring', words: 'cold' },
  degraded: { tone: 'watch', icon: 'look', words: 'degraded' },
  quarantined: { tone: 'bad', icon: 'stopped', words: 'quarantined' },
  resting: { tone: 'calm', icon: 'pause', words: 'resting' },
  retiring: { tone: 'calm', icon: 'falling', words: 'retiring' },
  // Tenants and streams.
  held: { tone: 'bad', icon: 'pause', words: 'held' },
  suspended: { tone: 'bad', icon: 'stopped', words: 'suspended' },
  paused: { tone: 'watch', icon: 'pause', words: 'paused' },
  on: { tone: 'good', icon: 'ok', words: 'on' },
  off: { tone: 'bad', icon: 'stopped', words: 'off' },
  freeze: { tone: 'watch', icon: 'pause', words: 'frozen' },
  // Alarms and incidents.
  ok: { tone: 'good', icon: 'ok', words: 'ok' },
  alarm: { tone: 'bad', icon: 'look', words: 'alarm' },
  unknown: { tone: 'calm', icon: 'ring', words: 'unknown' },
  open: { tone: 'bad', icon: 'look', words: 'open' },
  closed: { tone: 'calm', icon: 'ok', words: 'closed' },
  page: { tone: 'bad', icon: 'look', words: 'page' },
  ticket: { tone: 'watch', icon: 'look', words: 'ticket' },
};

/** Returns the sign of a state; one that the page does not know is shown by its own name, without colour. */
export function signOf(state: string): Sign {
  return (Object.hasOwn(signs, state) ? signs[state] : undefined) ?? plain(state);
}

/** Returns a state as colour, shape and word. */
export function badge({ tone, icon: shape, words }: Sign): TemplateResult {
  return html`<span class="badge tone-${tone}">${icon(shape)}${words}</span>`;
}

function plain(words: string): Sign {
  return { tone: 'calm', icon: 'dot', words };
}
