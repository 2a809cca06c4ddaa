import type { Comparison } from '../../simulation/reputation/compare.ts';
import type { RunResult } from '../../simulation/reputation/run.ts';
import type { Scenario } from '../../simulation/reputation/scenario.ts';
import { columnWords } from './report.ts';
import { plotActs, plotLines } from './svg-plots.ts';

/**
 * Returns a page that needs no network: the table of a comparison, and for each policy the rates, the
 * pools’ shares and the decisions of the first seed on one time line.
 */
export function pageOf(
  scenario: Scenario,
  comparison: Comparison,
  runs: readonly RunResult[],
): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeText(scenario.name)}</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13px}
td,th{padding:.25rem .6rem;text-align:right;border-bottom:1px solid #d8dee4}
td:first-child,th:first-child{text-align:left}svg{width:100%;height:auto;display:block}
figure{margin:1rem 0}figcaption{color:#57606a;font-size:13px}section{margin-top:2.5rem}
</style></head><body>
<h1>${escapeText(scenario.name)}</h1><p>${escapeText(scenario.about)}</p>
${tableOf(comparison)}
${runs.map((run) => sectionOf(run, scenario)).join('\n')}
</body></html>
`;
}

function tableOf({ rows }: Comparison): string {
  const columns = Object.entries(columnWords);
  const cells = rows.map((row) => {
    const values = new Map<string, unknown>(Object.entries(row));
    const shown = columns.map(([name]) => `<td>${shownValue(name, values.get(name))}</td>`);
    return `<tr><td>${row.policy}</td>${shown.join('')}</tr>`;
  });
  const heads = columns.map(
    ([, [head, meaning]]) => `<th title="${escapeText(meaning)}">${head}</th>`,
  );
  return `<table><tr><th>policy</th>${heads.join('')}</tr>${cells.join('')}</table>`;
}

function shownValue(name: string, value: unknown): string {
  if (typeof value !== 'number') return '';
  return name.startsWith('inbox')
    ? `${(value * 100).toFixed(2)} %`
    : Math.round(value).toLocaleString('en-US');
}

function sectionOf(run: RunResult, scenario: Scenario): string {
  const { series } = run;
  if (series === undefined) return '';
  const { binMs, startsAt, cells, waiting } = series;
  const bins = Math.max(waiting.length, ...cells.map(({ handed }) => handed.length));
  const time = { bins, binMs };
  const at = (values: readonly number[], bin: number) => values[bin] ?? 0;
  const sumBy = (key: 'pool' | 'provider', name: string, of: 'handed' | 'failed', bin: number) =>
    cells.reduce((sum, cell) => sum + (cell[key] === name ? at(cell[of], bin) : 0), 0);
  const pools = [...new Set(cells.map(({ pool }) => pool))].sort();
  const providers = [...new Set(cells.map(({ provider }) => provider))].sort();
  const lines = (names: readonly string[], of: (name: string, bin: number) => number) =>
    names.map((name) => ({
      name,
      values: Array.from({ length: bins }, (_, bin) => of(name, bin)),
    }));
  const failedShares = lines(
    providers,
    (name, bin) =>
      sumBy('provider', name, 'failed', bin) / Math.max(1, sumBy('provider', name, 'handed', bin)),
  );
  const poolShares = lines(pools, (name, bin) => {
    const all = pools.reduce((sum, pool) => sum + sumBy('pool', pool, 'handed', bin), 0);
    return sumBy('pool', name, 'handed', bin) / Math.max(1, all);
  });
  const acts = run.acts.map((act) => ({
    bin: (act.at - startsAt) / binMs,
    kind: act.do,
    right: act.right,
    words: `${act.do} ${Object.values(act.region).join(' × ')}: ${act.why}`,
  }));
  const troubles = scenario.truth.map(({ fromMinute, untilMinute, about }) => ({
    from: (fromMinute * 60_000) / binMs,
    until: untilMinute === undefined ? bins : (untilMinute * 60_000) / binMs,
    words: about,
  }));
  return `<section><h2>${run.policy}</h2>
${figure('Share of mail that failed, by provider, in ten minutes', plotLines(failedShares, time))}
${figure('Share of the mail by pool', plotLines(poolShares, time))}
${figure('Mails kept back', plotLines([{ name: 'kept back', values: waiting }], time))}
${figure('Decisions (hollow: wrong) and what was truly at fault; point at one to read it', plotActs(acts, troubles, time))}
</section>`;
}

function figure(caption: string, plot: string): string {
  return `<figure><figcaption>${caption}</figcaption>${plot}</figure>`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
