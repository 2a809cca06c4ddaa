import { html, nothing, type TemplateResult } from 'lit-html';
import type { LiveRehearsal } from '../../rehearsal-model.ts';
import { icon } from '../icons.ts';
import type { Page } from '../page.ts';
import { panel } from '../pieces.ts';
import { type PlotLine, plot, plotTable } from '../plot.ts';
import { clock, length, providerName } from '../words.ts';
import { poolColour } from './pool-colours.ts';

/** What is to be seen, in order. */
const phases = [
  ['preparing', 'Providers are switched on'],
  ['sending', 'Mail flows'],
  ['blocked', 'One pool is refused'],
  ['rotated', 'Mail moves to another'],
  ['done', 'Explained'],
] as const;

/** Returns the rehearsal of the pipeline itself: on the local runtime, a pool is blocked and its mail rotates. */
export function livePanel(page: Page): TemplateResult | typeof nothing {
  const { live } = page.state;
  if (live === undefined) return nothing;
  const isRunning = phases.slice(0, -1).some(([name]) => name === live.phase);
  return panel(
    'See a pool rotate',
    html`<div class="live-head"><p>Mailbox providers are switched on, accounts send, then one provider refuses one pool. The loop finds the cause, moves the mail, and says why. It runs the whole pipeline on this machine, in a runtime of its own that no real mail leaves.</p>${
      isRunning
        ? html`<button type="button" @click=${() => page.actions.stopLive()}>Stop</button>`
        : html`<button type="button" class="main" @click=${() => page.actions.startLive()}>${live.phase === 'idle' ? 'Start' : 'Start again'}</button>`
    }</div>
    ${live.phase === 'idle' ? nothing : running(page, live)}`,
    { name: 'live' },
  );
}

function running(page: Page, live: LiveRehearsal): TemplateResult {
  const { problem, steps, explanation } = live;
  return html`${phaseLine(live)}
    ${problem === undefined ? nothing : html`<p class="problem" role="alert">${icon('look')}<span>${problem}</span></p>`}
    ${live.taken.length === 0 ? nothing : livePlots(page, live)}
    <div class="two"><div><h3>What happened</h3><ol class="acts">${steps.map(
      ({ at, text }) => html`<li><time>${clock(at)}</time><span>${text}</span></li>`,
    )}</ol></div>
    ${
      explanation.length === 0
        ? nothing
        : html`<div><h3>Why, in the loop's own words</h3><ul class="sentences">${explanation.map((line) => html`<li>${line}</li>`)}</ul>
          ${ownConsole(live)}</div>`
    }</div>`;
}

/** The rehearsed deployment has a console of its own, with the decision and its undo. */
function ownConsole({ consoleUrl, decision }: LiveRehearsal): TemplateResult | typeof nothing {
  if (consoleUrl === undefined || !consoleUrl.startsWith('http://127.0.0.1:')) return nothing;
  return html`<p><a href=${consoleUrl} target="_blank" rel="noreferrer noopener">Its own console</a>${
    decision === undefined ? nothing : html`, where decision <code>${decision}</code> stands`
  }</p>`;
}

function phaseLine({ phase, blockedAt, rotatedAt }: LiveRehearsal): TemplateResult {
  const at = phases.findIndex(([name]) => name === phase);
  return html`<ol class="phases">${phases.map(
    ([name, words], index) =>
      html`<li class=${index < at || phase === 'done' ? 'past' : index === at ? 'now' : ''} aria-current=${index === at ? 'step' : nothing}><i></i><span>${words}</span>${
        name === 'rotated' && blockedAt !== undefined && rotatedAt !== undefined
          ? html`<small>${length(rotatedAt - blockedAt)} after the first refusal</small>`
          : nothing
      }</li>`,
  )}</ol>`;
}

/** Batches leave by the second; what matters is where the stream goes. */
const meanSeconds = 5;

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / meanSeconds;
}

function livePlots(page: Page, live: LiveRehearsal): TemplateResult {
  const { taken, refused, startedAt = 0, blockedAt, rotatedAt, provider = '*' } = live;
  const pools = page.state.pools.value?.pools ?? [];
  const seconds = Math.max(refused.length, ...taken.map(({ perSecond }) => perSecond.length));
  const atMs = Array.from({ length: seconds }, (_, second) => second * 1_000);
  const padded = (values: readonly number[]) =>
    atMs.map((_, second) =>
      meanOf(values.slice(Math.max(0, second + 1 - meanSeconds), second + 1)),
    );
  const lines: readonly PlotLine[] = [
    ...taken.map(
      ({ pool, perSecond }, index): PlotLine => ({
        name: pool,
        values: padded(perSecond),
        colour: `--pool-${poolColour(pools, pool, index)}`,
      }),
    ),
    { name: 'refused', values: padded(refused), colour: '--series-bounced', isFilled: true },
  ];
  const marksMs = [blockedAt, rotatedAt].flatMap((at) =>
    at === undefined ? [] : [at - startedAt],
  );
  return html`<p class="legend"><span>Mails a second to ${providerName(provider)}, mean of ${meanSeconds} s:</span>${taken.map(
    ({ pool }, index) =>
      html`<span class="pool-name"><i class="swatch pool-${poolColour(pools, pool, index)}"></i>${pool}</span>`,
  )}<span class="pool-name"><i class="swatch series-bounced"></i>refused</span></p>
    ${plot({
      group: 'live',
      label: 'Mails a second by pool, and refused ones',
      version: `${startedAt} ${seconds} ${marksMs.join(' ')}`,
      atMs,
      scale: 'since-start',
      marksMs,
      lines,
      heightPx: 180,
    })}
    ${plotTable({
      atMs,
      scale: 'since-start',
      lines: [
        ...taken.map(({ pool, perSecond }) => ({
          name: pool,
          values: perSecond,
          colour: '--pool-0' as const,
        })),
        { name: 'refused', values: refused, colour: '--series-bounced' },
      ],
    })}`;
}
