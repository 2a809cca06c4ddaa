import { html, nothing, svg, type TemplateResult } from 'lit-html';
import type { DecisionRow, DecisionState } from '../../model.ts';
import type { Tone } from '../tones.ts';
import { decisionSigns } from '../tones.ts';
import { day } from '../words.ts';

const bins = 160;
const heightUnits = 32;
/** Fewer than this are seen at a glance in the list. */
const rowsMin = 30;
/** From below to above. */
const tones: readonly Tone[] = ['good', 'watch', 'calm'];

type Density = {
  readonly rows: readonly DecisionRow[];
  readonly drawn: TemplateResult;
};

let remembered: Density | undefined;

/** Returns how many decisions there were when, as a strip above their list; the list says the same in words. */
export function decisionDensity(rows: readonly DecisionRow[]): TemplateResult | typeof nothing {
  if (rows.length < rowsMin) return nothing;
  if (remembered?.rows !== rows) remembered = { rows, drawn: draw(rows) };
  return remembered.drawn;
}

function draw(rows: readonly DecisionRow[]): TemplateResult {
  const newest = rows[0]?.at ?? 0;
  const oldest = rows.at(-1)?.at ?? 0;
  const spanMs = Math.max(1, newest - oldest);
  const counts = Array.from({ length: bins }, () => new Map<Tone, number>());
  for (const { at, state } of rows) {
    const bin = counts[Math.min(bins - 1, Math.floor(((at - oldest) / spanMs) * bins))];
    const tone = toneOf(state);
    bin?.set(tone, (bin.get(tone) ?? 0) + 1);
  }
  const most = Math.max(...counts.map((bin) => sumOf(bin)));
  return html`<figure class="density" aria-hidden="true"><svg viewBox="0 0 ${bins * 4} ${heightUnits}" preserveAspectRatio="none">
    ${counts.map((bin, index) => bar(bin, { x: index * 4, unit: heightUnits / most }))}</svg>
    <figcaption><span>${day(oldest)}</span><span>${day(newest)}</span></figcaption></figure>`;
}

function bar(
  bin: ReadonlyMap<Tone, number>,
  { x, unit }: { readonly x: number; readonly unit: number },
): readonly TemplateResult[] {
  let y = heightUnits;
  return tones.flatMap((tone) => {
    const height = (bin.get(tone) ?? 0) * unit;
    if (height === 0) return [];
    y -= height;
    return [svg`<rect class="tone-${tone}" x=${x} y=${y} width="3" height=${height}/>`];
  });
}

function toneOf(state: DecisionState): Tone {
  return decisionSigns[state].tone;
}

function sumOf(bin: ReadonlyMap<Tone, number>): number {
  return [...bin.values()].reduce((sum, one) => sum + one, 0);
}
