import { html, nothing, type TemplateResult } from 'lit-html';
import type { Finding, OrderRow, Overview, SesLimits, StreamRow } from '../../model.ts';
import { deedButton } from '../deed-dialog.ts';
import { icon } from '../icons.ts';
import type { Page } from '../page.ts';
import { paint } from '../paint.ts';
import { command, empty, freshness, panel, reading, total, when } from '../pieces.ts';
import { writeRoute } from '../route.ts';
import { badge, decisionSigns, signOf, verdictSigns } from '../tones.ts';
import { counted, grouped, instant, length, percent } from '../words.ts';
import { flowPanel } from './flow.ts';
import { incidentCard } from './incident.ts';

/** Decisions that the overview shows. */
const latest = 6;

/** Returns the first view: how it goes, what is wrong, what leaves, what was decided. */
export function overviewView(page: Page): TemplateResult {
  const { overview, incidents } = page.state;
  const open = (incidents.value?.rows ?? []).filter(({ state }) => state === 'open');
  return html`<h1 class="hidden">Overview</h1>
    ${overview.value === undefined ? html`${freshness(page, overview)}${overview.problem === undefined ? empty('Reading …') : nothing}` : verdictPanel(page, overview.value)}
    ${
      open.length === 0
        ? nothing
        : html`<section aria-labelledby="h-open" class="incidents"><h2 id="h-open">Open incidents</h2>
          ${open.map((row) => incidentCard(page, row))}</section>`
    }
    <div class="columns">
      <div class="wide">${flowPanel(page)}${decisionsPanel(page)}</div>
      <div class="narrow">
        ${panel(
          'Streams',
          reading(page, overview, ({ streams }) => streamTable(streams)),
        )}
        ${panel(
          'SES limits',
          reading(page, overview, ({ ses }) => sesGauges(ses)),
        )}
        ${ordersPanel(page)}
        ${panel(
          'Reputation loop',
          reading(page, overview, (value) => automation(page, value)),
        )}
      </div>
    </div>`;
}

function verdictPanel(page: Page, { verdict, findings }: Overview): TemplateResult {
  const sign = verdictSigns[verdict];
  return html`<section class="verdict tone-${sign.tone}" aria-label="How it goes">
    <p class="verdict-line">${icon(sign.icon)}<strong>${sign.words}</strong>
      <span class="verdict-about">${verdict === 'ok' ? 'Mail is leaving and nothing needs a person.' : counted(findings.length, 'finding')}</span></p>
    ${findings.length === 0 ? nothing : html`<ul class="findings">${findings.map((one) => finding(page, one))}</ul>`}
    ${subscriptionLine(page)} ${freshness(page, page.state.overview)}
  </section>`;
}

/** Whoever would be woken must hear of it, also while nothing else is wrong. */
function subscriptionLine({ state }: Page): TemplateResult | typeof nothing {
  const words = state.incidents.value?.subscription;
  if (words === undefined) return nothing;
  return html`<ul class="findings"><li class="tone-watch">${icon('look')}<span>${words}</span></li></ul>`;
}

function finding(page: Page, { verdict, text, next }: Finding): TemplateResult {
  const sign = verdictSigns[verdict];
  return html`<li class="tone-${sign.tone}">${icon(sign.icon)}<span>${text}</span>${
    next === undefined
      ? nothing
      : next.startsWith('goodstanding ')
        ? command(page, next)
        : html`<span class="next">${next}</span>`
  }</li>`;
}

function streamTable(streams: readonly StreamRow[]): TemplateResult {
  if (streams.length === 0) return empty('No streams.');
  return html`<table class="numbers streams">
    <thead><tr><th scope="col">stream</th><th scope="col">waiting</th><th scope="col">oldest</th><th scope="col">parked</th></tr></thead>
    <tbody>${streams.map(
      ({ stream, sending, why, waiting, oldestMs, parked }) => html`<tr>
        <th scope="row"><span class="stream-name">${stream}</span>${sending === 'off' ? badge(signOf('off')) : nothing}
          ${why === undefined ? nothing : html`<small>${why}</small>`}</th>
        <td>${grouped(waiting)}</td>
        <td>${oldestMs === undefined ? (waiting === 0 ? 'none' : 'unknown') : length(oldestMs)}</td>
        <td class=${parked > 0 ? 'tone-bad' : ''}>${grouped(parked)}</td></tr>`,
    )}</tbody></table>`;
}

function sesGauges(ses: SesLimits | undefined): TemplateResult {
  if (ses === undefined) return empty('SES cannot be asked.');
  const { dailyQuota, sentLast24Hours, ratePerSecond, productionAccess } = ses;
  const used = dailyQuota > 0 ? sentLast24Hours / dailyQuota : 0;
  const tone = used >= 0.9 ? 'bad' : used >= 0.75 ? 'watch' : 'good';
  return html`<dl class="gauges">
    <div><dt>Quota of 24 hours</dt>
      <dd>${grouped(sentLast24Hours)} <small>${dailyQuota < 0 ? 'without limit' : `of ${grouped(dailyQuota)}`}</small></dd>
      ${dailyQuota < 0 ? nothing : html`<dd class="bar tone-${tone}" title=${percent(used)} ${paint({ '--share': Math.min(1, used) })}></dd>`}</div>
    <div><dt>Rate</dt><dd>${ratePerSecond === undefined ? 'not told' : html`${grouped(ratePerSecond)} <small>recipients a second</small>`}</dd></div>
    <div><dt>Account</dt><dd class="badges">${
      ses.shutDown
        ? badge({ tone: 'bad', icon: 'stopped', words: 'shut down' })
        : ses.sendingEnabled
          ? badge({ tone: 'good', icon: 'ok', words: 'sending on' })
          : badge({ tone: 'bad', icon: 'stopped', words: 'paused' })
    }
      ${productionAccess ? nothing : badge({ tone: 'watch', icon: 'look', words: 'sandbox' })}</dd></div>
  </dl>`;
}

function decisionsPanel({ state }: Page): TemplateResult {
  const rows = state.decisions.rows.slice(0, latest);
  const aside = html`<a href="#/decisions">all decisions</a>`;
  if (rows.length === 0) return panel('Latest decisions', empty('None yet.'), { aside });
  return panel(
    'Latest decisions',
    html`<ol class="latest">${rows.map((row) => {
      const sign = decisionSigns[row.state];
      return html`<li><time>${instant(row.at, state.now)}</time><span class="tone-${sign.tone}" title=${sign.words}>${icon(sign.icon)}<span class="hidden">${sign.words}</span></span>
        <a href=${writeRoute({ view: 'decisions', id: row.id })}>${row.what}</a></li>`;
    })}</ol>`,
    { aside },
  );
}

function ordersPanel(page: Page): TemplateResult {
  return panel(
    'Orders in force',
    reading(page, page.state.orders, (orders) =>
      orders.length === 0
        ? empty('No mail is held or slowed.')
        : html`<ul class="orders">${orders.map((one) => order(page, one))}</ul>`,
    ),
    { aside: total(counted(page.state.orders.value?.length ?? 0, 'order')) },
  );
}

function order(page: Page, row: OrderRow): TemplateResult {
  const { id, kind, what, share, until, decision } = row;
  return html`<li>
    <p><b>${kind === 'hold' ? 'Held' : `Slowed to ${percent(share)}`}</b>: ${what}</p>
    <p class="remark">ends ${when(page, until)} · <a href=${writeRoute({ view: 'decisions', id: decision })}>why</a></p>
    ${deedButton(page, 'Lift', {
      name: 'lift',
      title: 'Lift this order',
      means: `Lets the ${what} leave again.`,
      body: { order: id },
      state: 'asking',
    })}</li>`;
}

function automation(page: Page, { automation: { state, words } }: Overview): TemplateResult {
  const deed = (to: 'on' | 'freeze', label: string, means: string) =>
    deedButton(page, label, {
      name: 'automation',
      title: label,
      means,
      body: { state: to },
      state: 'asking',
    });
  return html`<p class="automation">${badge(signOf(state))}<span>${words}</span></p>
    <div class="buttons left">${
      state === 'on'
        ? deed(
            'freeze',
            'Freeze the loop',
            'It goes on to look and to write down, but changes nothing.',
          )
        : deed('on', 'Switch the loop on', 'It acts by itself again, as far as its autonomy goes.')
    }</div>`;
}
