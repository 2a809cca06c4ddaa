import { html, nothing, type TemplateResult } from 'lit-html';
import type {
  Rehearsal,
  RehearsalResult,
  RehearsalSeries,
  ScenarioRow,
} from '../../rehearsal-model.ts';
import { icon } from '../icons.ts';
import type { Page } from '../page.ts';
import { paint } from '../paint.ts';
import { answer, empty, fieldValue, panel } from '../pieces.ts';
import { type PlotLine, plot, plotTable } from '../plot.ts';
import { sumByPool, sumFailed } from '../rehearsal-sums.ts';
import { grouped, length, percent } from '../words.ts';
import { livePanel } from './live-rehearsal.ts';
import { poolColour } from './pool-colours.ts';

/** Returns the two rehearsals: the pipeline itself on this machine, and scenarios in simulated time. */
export function rehearsalView(page: Page): TemplateResult {
  return html`<h1>Rehearsal</h1>${livePanel(page)}${scenarioPanel(page)}`;
}

function scenarioPanel(page: Page): TemplateResult {
  const { scenarios, rehearsal } = page.state;
  return panel(
    'A scenario in simulated time',
    html`<p class="remark">Runs in a process of its own and touches no mail and no table, whichever deployment this is.</p>
      ${answer(scenarios, (rows) => starter(page, rows))}
      ${rehearsal === undefined || rehearsal.state === 'idle' ? nothing : run(page, rehearsal)}`,
    { name: 'scenario' },
  );
}

function starter(page: Page, rows: readonly ScenarioRow[]): TemplateResult {
  const { scenario, rehearsal } = page.state;
  const chosen = rows.find(({ name }) => name === scenario.name) ?? rows[0];
  if (chosen === undefined) return empty('There is no scenario.');
  const isRunning = rehearsal?.state === 'running';
  const classes = [...new Set(rows.map((row) => row.class))];
  return html`<div class="fields">
      <label class="field grow"><span>Scenario</span><select ?disabled=${isRunning}
        @change=${(event: Event) => page.change({ scenario: { ...scenario, name: fieldValue(event) } })}>
        ${classes.map(
          (name) =>
            html`<optgroup label=${name}>${rows
              .filter((row) => row.class === name)
              .map(
                (row) =>
                  html`<option value=${row.name} ?selected=${row.name === chosen.name}>${row.name}</option>`,
              )}</optgroup>`,
        )}</select></label>
      <label class="field"><span>Seed</span><input type="number" min="1" max="1000000" .value=${String(scenario.seed)} ?disabled=${isRunning}
        @input=${(event: Event) => page.change({ scenario: { ...scenario, seed: Number(fieldValue(event)) || 1 } })}></label>
      ${
        isRunning
          ? html`<button type="button" @click=${() => page.actions.stopScenario()}>Stop</button>`
          : html`<button type="button" class="main" @click=${() => page.actions.startScenario(chosen.name, scenario.seed)}>Run</button>`
      }
    </div>
    <p>${chosen.about} <span class="remark">${length(chosen.hours * 3_600_000)} of simulated time.</span></p>`;
}

const stateWords: Readonly<Record<Rehearsal['state'], string>> = {
  idle: '',
  running: 'runs',
  done: 'is done',
  stopped: 'was stopped',
  failed: 'failed',
};

function run(page: Page, rehearsal: Rehearsal): TemplateResult {
  const {
    state,
    scenario = '',
    seed = 1,
    progress,
    simulatedMs,
    problem,
    series,
    acts,
  } = rehearsal;
  return html`<p class="progress-words"><b>${scenario}</b>, seed ${seed}, ${stateWords[state]}: ${length(simulatedMs)} of simulated time, ${percent(progress)}</p>
    <div class="bar ${state === 'running' ? 'tone-busy' : 'tone-good'}" role="progressbar" aria-label="Progress of the scenario" aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(progress * 100)} ${paint({ '--share': progress })}></div>
    ${problem === undefined ? nothing : html`<p class="problem" role="alert">${icon('look')}<span>${problem}</span></p>`}
    ${rehearsal.result === undefined ? nothing : result(rehearsal.result)}
    ${series === undefined ? nothing : plots(page, rehearsal, series)}
    <h3>What the loop did</h3>
    ${
      acts.length === 0
        ? empty('Nothing yet.')
        : html`<ol class="acts">${acts.map(
            ({ atMs, what, right }) =>
              html`<li><time>${length(atMs)}</time><span class="badge tone-${right ? 'good' : 'bad'}">${icon(right ? 'ok' : 'cross')}${right ? 'right' : 'wrong'}</span><span>${what}</span></li>`,
          )}</ol>`
    }`;
}

function plots(
  page: Page,
  { acts, scenario = '', seed = 1 }: Rehearsal,
  series: RehearsalSeries,
): TemplateResult {
  const byPool = sumByPool(series);
  const failed = sumFailed(series);
  const atMs = failed.map((_, bin) => bin * series.binMs);
  const common = {
    group: 'rehearsal',
    version: `${scenario} ${seed} ${atMs.length} ${acts.length}`,
    atMs,
    scale: 'since-start',
    marksMs: acts.map((act) => act.atMs),
  } as const;
  const pools = page.state.pools.value?.pools ?? [];
  const poolLines = byPool.map(
    ({ name, values }, index): PlotLine => ({
      name,
      values,
      colour: `--pool-${poolColour(pools, name, index)}`,
    }),
  );
  const otherLines: readonly PlotLine[] = [
    { name: 'refused', values: failed, colour: '--series-bounced', isFilled: true },
    {
      name: 'kept back',
      values: series.waiting.slice(0, atMs.length),
      colour: '--series-deferred',
      isLevel: true,
    },
  ];
  return html`<p class="legend">${byPool.map(({ name }, index) => html`<span class="pool-name"><i class="swatch pool-${poolColour(pools, name, index)}"></i>${name}</span>`)}<span class="pool-name"><i class="swatch series-bounced"></i>refused</span><span class="pool-name"><i class="swatch series-deferred"></i>kept back</span></p>
    ${plot({ ...common, label: `Mails by pool every ${length(series.binMs)}`, heightPx: 160, lines: poolLines })}
    ${plot({ ...common, label: 'Mails refused, and mails kept back', heightPx: 110, lines: otherLines })}
    ${plotTable({ ...common, lines: [...poolLines, ...otherLines] })}`;
}

function result(one: RehearsalResult): TemplateResult {
  const { mails, harm, oracleHarm, regret, inboxInHour, wrongActs, secondsToRight } = one;
  const facts: readonly (readonly [string, string, string])[] = [
    ['regret', grouped(regret), `mails; harm ${grouped(harm)}, an oracle's ${grouped(oracleHarm)}`],
    ['in the inbox within an hour', percent(inboxInHour), `of ${grouped(mails)} mails`],
    [
      'until the right act',
      secondsToRight === undefined ? 'none' : length(secondsToRight * 1000),
      '',
    ],
    ['wrong acts', grouped(wrongActs), ''],
  ];
  return html`<dl class="readout">${facts.map(
    ([name, value, about]) =>
      html`<div><dt>${name}</dt><dd>${value} <small>${about}</small></dd></div>`,
  )}</dl>`;
}
