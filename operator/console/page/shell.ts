/** What stands around every view: who we are, how it goes, where else one can look. */
import { html, nothing, type TemplateResult } from 'lit-html';
import { deedDialog } from './deed-dialog.ts';
import { type IconName, icon } from './icons.ts';
import type { Page } from './page.ts';
import { type ViewName, viewNames, views, writeRoute } from './route.ts';
import { type PageState, type Theme, themes } from './state.ts';
import { signOf, verdictSigns } from './tones.ts';
import { alarmsView } from './views/alarms.ts';
import { decisionsView } from './views/decisions.ts';
import { overviewView } from './views/overview.ts';
import { poolsView } from './views/pools.ts';
import { rehearsalView } from './views/rehearsal.ts';
import { suppressionView } from './views/suppression.ts';
import { tenantsView } from './views/tenants.ts';
import { traceView } from './views/trace.ts';
import { clock, length, short } from './words.ts';

const viewOf: Readonly<Record<ViewName, (page: Page) => TemplateResult>> = {
  overview: overviewView,
  pools: poolsView,
  decisions: decisionsView,
  tenants: tenantsView,
  trace: traceView,
  suppression: suppressionView,
  alarms: alarmsView,
  rehearsal: rehearsalView,
};

/** Returns the whole page. */
export function shell(page: Page): TemplateResult {
  const { state } = page;
  return html`<a class="skip" href="#main" @click=${focusMain}>Skip to the view</a>
    ${header(page)}
    ${navigation(state)}
    <main id="main" tabindex="-1" class="view view-${state.route.view}">
      ${lostLine(page)} ${noticeLine(page)}
      ${viewOf[state.route.view](page)}
    </main>
    <div class="said" role="status" aria-live="polite">${state.said}</div>
    ${deedDialog(page)}`;
}

function header(page: Page): TemplateResult {
  const { hello, overview, now } = page.state;
  const verdict = overview.value?.verdict;
  const sign = verdict === undefined ? undefined : verdictSigns[verdict];
  return html`<header class="top">
    <a class="brand" href="#/overview">${mark()}<span>Goodstanding</span></a>
    ${
      hello === undefined
        ? nothing
        : html`<span class="target" title=${hello.label}><b>${hello.deployment}</b> <span class="chip ${hello.target}">${hello.target === 'local' ? 'local runtime' : 'AWS'}</span>
          <span class="chip ${hello.operate ? 'operate' : ''}">${hello.operate ? html`operates as ${hello.by}` : 'only looks'}</span></span>`
    }
    <span class="spread"></span>
    ${sign === undefined ? nothing : html`<a class="verdict-chip tone-${sign.tone}" href="#/overview">${icon(sign.icon)}${sign.words}</a>`}
    ${connectionChip(page.state)}
    <span class="clock" title="UTC"><time>${clock(now).slice(0, 5)}</time> UTC</span>
    ${themeButton(page)}
  </header>`;
}

function navigation(state: PageState): TemplateResult {
  return html`<nav class="side" aria-label="Views"><ul>
    ${viewNames.map(
      (
        view,
      ) => html`<li><a href=${writeRoute({ view })} aria-current=${state.route.view === view ? 'page' : nothing}>
        <span>${views[view]}</span>${countOf(state, view)}</a></li>`,
    )}
  </ul>${costLine(state)}</nav>`;
}

/** What waits for a look in a view, beside its name. */
function countOf({ incidents, tenants, pools, rehearsal }: PageState, view: ViewName) {
  const open = incidents.value?.rows.filter((row) => row.state === 'open').length ?? 0;
  const out = pools.value?.pools.flatMap(({ standings }) =>
    standings.filter(({ state }) => signOf(state).tone === 'bad'),
  ).length;
  const counts: Partial<Record<ViewName, readonly [number, string]>> = {
    alarms: [open, 'open'],
    pools: [out ?? 0, 'out of use'],
    tenants: [tenants.value?.rows.length ?? 0, 'at risk'],
    rehearsal: [rehearsal?.state === 'running' ? 1 : 0, 'running'],
  };
  const [count, words] = counts[view] ?? [0, ''];
  if (count === 0) return nothing;
  return html`<span class="count ${view === 'alarms' || view === 'pools' ? 'tone-bad' : ''}" title="${count} ${words}">${short(count)}<span class="hidden"> ${words}</span></span>`;
}

function costLine({ hello }: PageState): TemplateResult | typeof nothing {
  if (hello === undefined) return nothing;
  const words =
    hello.usdPerHour === 0
      ? 'This page costs nothing.'
      : `While open, this page costs USD ${hello.usdPerHour.toFixed(3)} an hour.`;
  return html`<p class="cost">${words}</p>`;
}

const connectionWords: Readonly<Record<PageState['connection']['state'], string>> = {
  opening: 'connecting',
  open: 'live',
  lost: 'cut off',
  refused: 'refused',
};

function connectionChip({ connection }: PageState): TemplateResult {
  return html`<span class="connection ${connection.state}"><i></i>${connectionWords[connection.state]}</span>`;
}

function lostLine({ state }: Page): TemplateResult | typeof nothing {
  const { connection, now } = state;
  if (connection.problem === undefined) return nothing;
  const age =
    connection.heardAt === 0
      ? 'Nothing has been heard yet'
      : `What you see is ${length(now - connection.heardAt)} old`;
  const hope = connection.state === 'lost' ? ' It is tried again by itself.' : '';
  return html`<p class="lost tone-watch" role="alert">${icon('look')}<span><b>${age}.</b> Connection: ${connection.problem}.${hope}</span></p>`;
}

function noticeLine({ state, change }: Page): TemplateResult | typeof nothing {
  if (state.notice === '') return nothing;
  return html`<p class="lost tone-watch">${icon('look')}<span>${state.notice}</span>
    <button type="button" class="quiet" aria-label="Close this notice" @click=${() => change({ notice: '' })}>${icon('cross')}</button></p>`;
}

const themeIcons: Readonly<Record<Theme, IconName>> = {
  system: 'half',
  light: 'sun',
  dark: 'moon',
};

function themeButton({ state, actions }: Page): TemplateResult {
  const next = themes[(themes.indexOf(state.theme) + 1) % themes.length] ?? 'system';
  return html`<button type="button" class="quiet theme" title="Theme: ${state.theme}; press for ${next}"
    aria-label="Theme: ${state.theme}; press for ${next}" @click=${() => actions.setTheme(next)}>${icon(themeIcons[state.theme])}</button>`;
}

/** A needle on a dial. */
function mark(): TemplateResult {
  return html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><path d="M3.5 17.5a9.5 9.5 0 1 1 17 0" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/><path d="m12 14 4.2-6.4" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round"/><circle cx="12" cy="14" r="2.2" fill="currentColor"/></svg>`;
}

function focusMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

/** Returns the title of the document: how it goes, where nobody looks at the page. */
export function documentTitle({ hello, overview, connection }: PageState): string {
  const verdict = overview.value?.verdict;
  const sign = { ok: '', look: '▲ ', stopped: '■ ' }[verdict ?? 'ok'];
  const cut = connection.state === 'lost' ? '(cut off) ' : '';
  return `${cut}${sign}${hello?.deployment ?? 'Goodstanding'} · Goodstanding`;
}
