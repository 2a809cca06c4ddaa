import { html, nothing, type TemplateResult } from 'lit-html';
import type { TenantRow, TenantsAtRisk } from '../../model.ts';
import { deedButton } from '../deed-dialog.ts';
import { icon } from '../icons.ts';
import { longTable } from '../long-table.ts';
import type { Page } from '../page.ts';
import { paint } from '../paint.ts';
import { command, empty, fieldValue, reading, total } from '../pieces.ts';
import { writeRoute } from '../route.ts';
import { type TenantColumn, tenantColumns } from '../state.ts';
import { chooseTenants, sortByColumn } from '../tenant-list.ts';
import { badge, signOf } from '../tones.ts';
import { counted, grouped, length, odds, percent, shellWord } from '../words.ts';

const rowHeightPx = 36;
/** How long a hold from here lasts. */
const holdMinutes = 360;

const headings: Readonly<Record<TenantColumn, string>> = {
  tenant: 'tenant',
  status: 'status',
  signal: 'signal',
  sent: 'failed of sent',
  rate: 'rate, and tolerated',
  lnEvidence: 'evidence',
};

/** Returns who sends worse than is tolerated, worst first until sorted otherwise. */
export function tenantsView(page: Page): TemplateResult {
  return html`${reading(page, page.state.tenants, (value) => list(page, value))}`;
}

function list(page: Page, { rows, windowMs, remarks }: TenantsAtRisk): TemplateResult {
  const { tenantChoice, route } = page.state;
  const chosen = chooseTenants(rows, tenantChoice);
  const open = rows.find(({ tenant }) => tenant === route.id);
  return html`<div class="view-head"><h1>Tenants at risk</h1>
      <div class="tools" role="search"><label class="choice"><span>Words</span><input type="search" .value=${tenantChoice.words} placeholder="tenant, signal, status"
        @input=${(event: Event) => page.change({ tenantChoice: { ...tenantChoice, words: fieldValue(event) } })}></label></div>
      ${total(`${counted(chosen.length, 'tenant')}, last ${length(windowMs)}`)}</div>
    ${remarks.map((remark) => html`<p class="remark">${remark}</p>`)}
    <div class="split ${open === undefined ? '' : 'split-open'}">
    ${
      chosen.length === 0
        ? empty(
            rows.length === 0 ? 'Nobody sends worse than is tolerated.' : 'No tenant is like this.',
          )
        : longTable(page, {
            name: 'tenants',
            label: 'Tenants at risk; arrow keys move',
            rows: chosen,
            keyOf: ({ tenant, signal }) => `${tenant} ${signal}`,
            rowHeightPx,
            open: open === undefined ? undefined : `${open.tenant} ${open.signal}`,
            head: tenantColumns.map((column) => heading(page, column)),
            cells,
          })
    }
    ${open === undefined ? nothing : detail(page, open)}</div>`;
}

function heading({ state, change }: Page, column: TenantColumn): TemplateResult {
  const { tenantChoice } = state;
  const isSorted = tenantChoice.sortBy === column;
  return html`<th scope="col" aria-sort=${isSorted ? tenantChoice.order : nothing}><button type="button" class="sort"
    @click=${() => change({ tenantChoice: sortByColumn(tenantChoice, column) })}>${headings[column]}<span aria-hidden="true">${isSorted ? (tenantChoice.order === 'ascending' ? '↑' : '↓') : ''}</span></button></th>`;
}

function cells(row: TenantRow, tabindex: '0' | '-1'): TemplateResult {
  const { tenant, status, signal, sent, failed, rate, tolerated, lnEvidence } = row;
  const most = Math.max(rate, tolerated) || 1;
  return html`<th scope="row"><a tabindex=${tabindex} href=${writeRoute({ view: 'tenants', id: tenant })}>${tenant}</a></th>
    <td>${badge(signOf(status))}</td><td>${signal}</td>
    <td class="number">${grouped(failed)} <small>of ${grouped(sent)}</small></td>
    <td class="rate"><div><span class="against" aria-hidden="true" ${paint({ '--share': rate / most, '--tolerated': tolerated / most })}></span><b>${percent(rate)}</b><small>${percent(tolerated)}</small></div></td>
    <td class="number">${odds(lnEvidence)}</td>`;
}

function detail(page: Page, row: TenantRow): TemplateResult {
  const { tenant, status, signal, sent, failed, rate, tolerated, lnEvidence, order } = row;
  return html`<aside class="detail" aria-label="The tenant" aria-live="polite">
    <a class="close" href="#/tenants" aria-label="Close the tenant" title="Close">${icon('cross')}</a>
    <p class="detail-head">${badge(signOf(status))}<span class="chip">${signal}</span></p>
    <h2>${tenant}</h2>
    <p>${grouped(failed)} of ${grouped(sent)} mails show ${signal}: ${percent(rate)}, tolerated are ${percent(tolerated)}. It has become worse by odds of ${odds(lnEvidence)}.</p>
    ${order === undefined ? nothing : html`<p>The order <code>${order}</code> holds or slows it.</p>`}
    <h3>What shows more</h3>
    ${command(page, `goodstanding tenants show ${shellWord(tenant)}`)}
    <p><a href="#/trace" @click=${() => page.change({ traceForm: { ...page.state.traceForm, by: 'tenant', tenant } })}>Trace its mail</a> ·
      <a href="#/decisions" @click=${() => page.change({ decisionChoice: { kind: '', state: '', words: tenant } })}>Decisions about it</a></p>
    <div class="buttons left">${deedButton(page, 'Hold for 6 h', {
      name: 'hold',
      title: `Hold the mail of ${tenant}`,
      means: 'Its mail waits for six hours and leaves afterwards; nothing is lost.',
      body: { region: { tenant }, forMinutes: holdMinutes },
      state: 'asking',
    })}${
      order === undefined
        ? nothing
        : deedButton(page, 'Lift the order', {
            name: 'lift',
            title: `Let the mail of ${tenant} leave`,
            means: 'Ends the order that holds or slows it.',
            body: { order },
            state: 'asking',
          })
    }</div></aside>`;
}
