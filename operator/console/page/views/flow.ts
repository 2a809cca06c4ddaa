import { html, nothing, type TemplateResult } from 'lit-html';
import type { Flow } from '../../model.ts';
import { type FlowKind, type FlowSums, flowKinds, sumFlow } from '../flow-sums.ts';
import type { Page } from '../page.ts';
import { choice, empty, panel, reading } from '../pieces.ts';
import { type PlotLine, plot } from '../plot.ts';
import type { FlowChoice } from '../state.ts';
import { clock, grouped, instantInFull, percent } from '../words.ts';

const words: Readonly<Record<FlowKind, string>> = {
  accepted: 'Taken by SES',
  delivered: 'The mailbox provider said 250',
  deferred: 'Put off by the provider; SES tries again',
  bounced: 'Refused, or given up by SES',
  complained: 'Reported as spam by who got it',
};

/** Mail that leaves and mail that fails have scales of their own: a few bounces matter beside 1,000 mails. */
const bands = [
  { kinds: ['accepted', 'delivered'], heightPx: 168 },
  { kinds: ['deferred', 'bounced', 'complained'], heightPx: 118 },
] as const;

/** Returns what became of the mail of the last hour, by minute. */
export function flowPanel(page: Page): TemplateResult {
  const { flow, flowChoice } = page.state;
  const rows = flow.value?.rows ?? [];
  const choose = (part: Partial<FlowChoice>) =>
    page.change({ flowChoice: { ...flowChoice, ...part } });
  const aside = html`<div class="tools">
    ${choice(
      'Stream',
      { value: flowChoice.stream, values: namesOf(rows.map(({ stream }) => stream)), all: 'all' },
      (stream) => choose({ stream }),
    )}
    ${choice(
      'Provider',
      {
        value: flowChoice.provider,
        values: namesOf(rows.map(({ provider }) => provider)),
        all: 'all',
      },
      (provider) => choose({ provider }),
    )}
    <button type="button" aria-pressed=${flowChoice.shownAs === 'table'}
      @click=${() => choose({ shownAs: flowChoice.shownAs === 'plot' ? 'table' : 'plot' })}>Table</button>
  </div>`;
  return panel(
    'Flow, by minute',
    reading(page, flow, (value) => shown(page, value)),
    { aside, name: 'flow' },
  );
}

function shown(page: Page, flow: Flow): TemplateResult {
  const { flowChoice } = page.state;
  const sums = sumFlow(flow, flowChoice);
  return html`${readout(flow, sums, flowChoice.minute)}
    ${
      (sums.accepted?.sum ?? 0) === 0
        ? noMail(page)
        : flowChoice.shownAs === 'table'
          ? flowTable(flow, sums)
          : bands.map(({ kinds, heightPx }) => band(page, flow, { kinds, heightPx, sums }))
    }
    ${flow.remarks.map((remark) => html`<p class="remark">${remark}</p>`)}`;
}

/** A new deployment has no mail: the first thing to do is to see some. */
function noMail({ state }: Page): TemplateResult {
  return html`<p class="no-mail">SES took no mail in this hour.${
    state.live === undefined
      ? nothing
      : html` <a href="#/rehearsal">See a pool rotate</a> in a rehearsal on this machine.`
  }</p>`;
}

/** The numbers of the minute under the pointer, or of all minutes. */
function readout(flow: Flow, sums: FlowSums, minute: number | undefined): TemplateResult {
  const at = minute === undefined ? undefined : flow.minutes[minute];
  const numberOf = (kind: FlowKind) =>
    at === undefined || minute === undefined ? sums[kind]?.sum : sums[kind]?.values[minute];
  const accepted = numberOf('accepted') ?? 0;
  return html`<dl class="readout">
    <div class="readout-time"><dt>${at === undefined ? `last ${flow.minutes.length} min` : 'minute'}</dt><dd>${at === undefined ? 'sum' : clock(at).slice(0, 5)}</dd></div>
    ${flowKinds.map((kind) => {
      const count = numberOf(kind);
      return html`<div title=${words[kind]}><dt><i class="swatch series-${kind}"></i>${kind}</dt>
        <dd>${count === undefined ? 'not told' : grouped(count)}${
          !count || kind === 'accepted' || accepted === 0
            ? nothing
            : html` <small>${percent(count / accepted)}</small>`
        }</dd></div>`;
    })}
  </dl>`;
}

function band(
  page: Page,
  { minutes }: Flow,
  {
    kinds,
    heightPx,
    sums,
  }: {
    readonly kinds: readonly FlowKind[];
    readonly heightPx: number;
    readonly sums: FlowSums;
  },
): TemplateResult {
  const { flow, flowChoice } = page.state;
  const lines = kinds.flatMap((kind): readonly PlotLine[] => {
    const sum = sums[kind];
    if (sum === undefined) return [];
    const line: PlotLine = { name: kind, values: sum.values, colour: `--series-${kind}` };
    return [kind === 'accepted' || kind === 'bounced' ? { ...line, isFilled: true } : line];
  });
  return plot({
    group: 'flow',
    label: `${kinds.join(', ')} by minute; the button Table shows the numbers`,
    version: `${flow.at} ${flowChoice.stream} ${flowChoice.provider}`,
    atMs: minutes,
    scale: 'clock',
    lines,
    heightPx,
    onPoint: (minute) => {
      if (minute !== page.state.flowChoice.minute)
        page.change({ flowChoice: { ...page.state.flowChoice, minute } });
    },
  });
}

function flowTable({ minutes }: Flow, sums: FlowSums): TemplateResult {
  if (minutes.length === 0) return empty('No minutes yet.');
  return html`<div class="scroll-box" tabindex="0" role="region" aria-label="Flow by minute">
    <table class="numbers">
      <thead><tr><th scope="col">minute, UTC</th>${flowKinds.map((kind) => html`<th scope="col">${kind}</th>`)}</tr></thead>
      <tbody>${minutes
        .map((at, minute) => ({ at, minute }))
        .reverse()
        .map(
          ({ at, minute }) =>
            html`<tr><th scope="row" title=${instantInFull(at)}>${clock(at).slice(0, 5)}</th>
              ${flowKinds.map((kind) => html`<td>${grouped(sums[kind]?.values[minute] ?? 0)}</td>`)}</tr>`,
        )}</tbody>
    </table></div>`;
}

function namesOf(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
