import { html, nothing, type TemplateResult } from 'lit-html';
import type { DecisionRow, PoolRow, Pools, ShareRow } from '../../model.ts';
import { deedButton } from '../deed-dialog.ts';
import { icon } from '../icons.ts';
import type { Page } from '../page.ts';
import { paint } from '../paint.ts';
import { command, empty, panel, reading, total } from '../pieces.ts';
import { writeRoute } from '../route.ts';
import { badge, signOf } from '../tones.ts';
import { counted, grouped, instant, percent, providerName, shellWord } from '../words.ts';

type StandingCell = PoolRow['standings'][number];

import { poolColour } from './pool-colours.ts';

/** Decisions that explain a pool. */
const explaining = 5;

/** Returns how every pool stands with every provider, and where mail goes. */
export function poolsView(page: Page): TemplateResult {
  return html`<h1>Pools</h1>${reading(
    page,
    page.state.pools,
    (value) => html`${matrix(page, value)}${cellPanel(page, value)}${sharesPanel(value)}`,
  )}`;
}

function matrix(page: Page, { pools, providers: known }: Pools): TemplateResult {
  // What holds for all others is read after the named ones.
  const providers = [...known].sort((one, other) => Number(one === '*') - Number(other === '*'));
  if (pools.length === 0) return panel('Standing by provider', empty('No pools.'));
  return panel(
    'Standing by provider',
    html`<div class="scroll-box" tabindex="0" role="region" aria-label="Pools by provider">
    <table class="matrix">
      <thead><tr><th scope="col">pool</th>${providers.map((one) => html`<th scope="col">${providers.length === 1 && one === '*' ? 'all providers' : providerName(one)}</th>`)}</tr></thead>
      <tbody>${pools.map(
        (
          pool,
        ) => html`<tr><th scope="row">${poolName(pool.pool, pools)}<small>${pool.kind}${addresses(pool)}</small></th>
        ${providers.map((provider) => cell(page, pool, provider))}</tr>`,
      )}</tbody>
    </table></div>`,
    { aside: total(counted(pools.length, 'pool')) },
  );
}

function addresses({ addresses: known }: PoolRow): TemplateResult | typeof nothing {
  if (known === undefined || known.length === 0) return nothing;
  return html`, <span title=${known.join('\n')}>${known.length === 1 ? known[0] : counted(known.length, 'address').replace('addresss', 'addresses')}</span>`;
}

function cell(page: Page, { pool, standings }: PoolRow, provider: string): TemplateResult {
  const standing = standingAt(standings, provider);
  if (standing === undefined) return html`<td class="none">no word</td>`;
  const { poolCell, now } = page.state;
  const isOpen = poolCell?.pool === pool && poolCell.provider === provider;
  const sign = signOf(standing.state);
  return html`<td><button type="button" class="cell tone-${sign.tone}" aria-pressed=${isOpen}
    @click=${() => page.change({ poolCell: isOpen ? undefined : { pool, provider } })}>
      <span class="cell-state">${icon(sign.icon)}${sign.words}</span>
      <span class="cell-cap">${isShut(standing) ? `until ${instant(standing.until, now)} UTC` : capWords(standing)}</span>
      ${capBar(standing)}
  </button></td>`;
}

/** A word of the provider's own, else the one for all. */
function standingAt(
  standings: readonly StandingCell[],
  provider: string,
): StandingCell | undefined {
  return (
    standings.find((one) => one.provider === provider) ??
    standings.find((one) => one.provider === '*')
  );
}

/** A cap says nothing where no mail leaves. */
function isShut(standing: StandingCell): standing is StandingCell & { readonly until: number } {
  return standing.state === 'quarantined' && standing.until !== undefined;
}

function capWords({ dayCap, dayLeft }: StandingCell): string {
  if (dayCap === undefined) return 'no cap';
  return `${grouped(dayCap - (dayLeft ?? dayCap))} of ${grouped(dayCap)}`;
}

function capBar({ dayCap, dayLeft }: StandingCell): TemplateResult {
  const used = dayCap === undefined || dayCap === 0 ? 0 : 1 - (dayLeft ?? dayCap) / dayCap;
  return html`<span class="bar ${dayCap === undefined ? 'bar-none' : ''}" ${paint({ '--share': used })}></span>`;
}

function cellPanel(page: Page, { pools }: Pools): TemplateResult | typeof nothing {
  const { poolCell, now, decisions } = page.state;
  if (poolCell === undefined) return nothing;
  const { pool, provider } = poolCell;
  const row = pools.find((one) => one.pool === pool);
  const standing = standingAt(row?.standings ?? [], provider);
  if (standing === undefined) return nothing;
  const about = decisions.rows.filter((one) => speaksOf(one, poolCell)).slice(0, explaining);
  return panel(
    `${pool} at ${providerName(provider)}`,
    html`<div class="explained" aria-live="polite">
      <p>${badge(signOf(standing.state))} ${whyOf(standing)}
        ${standing.until === undefined ? nothing : html`<span class="remark">Looked at again ${instant(standing.until, now)} UTC.</span>`}</p>
      <p class="remark">Today: ${capWords(standing)}${standing.dayCap === undefined ? '' : ' recipients'}${
        standing.step === undefined
          ? ''
          : `, step ${Number(standing.step.toFixed(1))} of its warm-up`
      }.</p>
      ${
        about.length === 0
          ? html`<p class="remark">No decision speaks of it.</p>`
          : html`<h3>Decisions that speak of it</h3><ul class="plain">${about.map(
              (one) =>
                html`<li><time>${instant(one.at, now)}</time> <a href=${writeRoute({ view: 'decisions', id: one.id })}>${one.what}</a></li>`,
            )}</ul>`
      }
      <div class="buttons left">${command(page, `goodstanding pools explain ${shellWord(pool)}`)}${poolDeeds(page, standing, poolCell)}</div>
    </div>`,
    { name: 'cell-panel' },
  );
}

/** What the loop decided is told by its decision, below. */
function whyOf({ why }: StandingCell): TemplateResult | string {
  if (why === undefined) return 'Nothing speaks against it.';
  return /^[0-9a-f]{12}$/.test(why)
    ? html`by decision <a href=${writeRoute({ view: 'decisions', id: why })}>${why}</a>.`
    : why;
}

function speaksOf(
  { what, causeWords }: DecisionRow,
  { pool, provider }: { readonly pool: string; readonly provider: string },
): boolean {
  const words = `${what} ${causeWords ?? ''}`.split(/[^\w.-]+/);
  return words.includes(pool) && (provider === '*' || words.includes(provider));
}

function poolDeeds(
  page: Page,
  { state }: StandingCell,
  { pool, provider }: { readonly pool: string; readonly provider: string },
): TemplateResult | typeof nothing {
  const where = provider === '*' ? 'all providers' : provider;
  if (state === 'quarantined')
    return deedButton(page, 'Release', {
      name: 'release',
      title: `Release ${pool} for ${where}`,
      means: 'Ends the quarantine: probes and a few mails leave first, then the ladder.',
      body: { pool, provider },
      state: 'asking',
    });
  return deedButton(page, 'Quarantine', {
    name: 'quarantine',
    title: `Quarantine ${pool} for ${where}`,
    means: 'Takes the pool out of use for a day; its mail goes on through the others, or waits.',
    body: { pool, provider },
    state: 'asking',
  });
}

function sharesPanel({ shares, pools }: Pools): TemplateResult {
  return panel(
    'Where mail goes',
    shares.length === 0
      ? empty('No stream has a pool.')
      : html`<div class="scroll-box" tabindex="0" role="region" aria-label="Shares of pools">
      <table class="shares"><thead><tr><th scope="col">stream</th><th scope="col">to</th><th scope="col">through</th><th scope="col">set by</th></tr></thead>
      <tbody>${shares.map((row) => shareRow(row, pools))}</tbody></table></div>`,
    { aside: html`<p class="legend">${pools.map(({ pool }) => poolName(pool, pools))}</p>` },
  );
}

function shareRow(
  { stream, provider, shares, by, why }: ShareRow,
  pools: readonly PoolRow[],
): TemplateResult {
  const given = shares.filter(({ share }) => share > 0);
  return html`<tr><th scope="row">${stream}</th><td>${providerName(provider)}</td>
    <td><div class="stack" aria-hidden="true">${given.map(
      ({ pool, share }) =>
        html`<i class="pool-${poolColour(pools, pool, 0)}" ${paint({ '--share': share })}></i>`,
    )}</div>
    <span class="stack-words">${given.map(({ pool, share }) => `${pool} ${percent(share)}`).join(', ')}</span></td>
    <td class="by"><b>${setBy(by)}</b> <span>${why}</span></td></tr>`;
}

function poolName(pool: string, pools: readonly PoolRow[]): TemplateResult {
  return html`<span class="pool-name"><i class="swatch pool-${poolColour(pools, pool, 0)}"></i>${pool}</span>`;
}

/** Who set a share: the loop says by which decision. */
function setBy(by: string): TemplateResult | string {
  const [, decision] = /^rotation ([\w.-]+)$/.exec(by) ?? [];
  if (decision === undefined) return by;
  return html`<a href=${writeRoute({ view: 'decisions', id: decision })}>${by}</a>`;
}
