import { html, nothing, type TemplateResult } from 'lit-html';
import type { AlarmRow, Incidents } from '../../model.ts';
import { icon } from '../icons.ts';
import type { Page } from '../page.ts';
import { command, empty, panel, reading, total, when } from '../pieces.ts';
import { badge, signOf } from '../tones.ts';
import { counted } from '../words.ts';
import { incidentCard, runbookLink } from './incident.ts';

/** Returns what wakes people: incidents with their history, and how every kind of alarm stands. */
export function alarmsView(page: Page): TemplateResult {
  return html`<h1>Alarms</h1>${reading(page, page.state.incidents, (value) => shown(page, value))}`;
}

function shown(page: Page, { rows, alarms, subscription }: Incidents): TemplateResult {
  const open = rows.filter(({ state }) => state === 'open');
  const closed = rows.filter(({ state }) => state === 'closed');
  return html`${subscription === undefined ? nothing : html`<p class="lost tone-watch">${icon('look')}<span>${subscription}</span></p>`}
    ${panel(
      'Open incidents',
      open.length === 0
        ? empty('None is open.')
        : html`${open.map((row) => incidentCard(page, row))}`,
      {
        aside: total(counted(open.length, 'incident')),
      },
    )}
    ${panel('Kinds of alarm', alarmTable(page, alarms), {
      aside: html`<span class="total">fire one for real: ${command(page, 'goodstanding alarms test')}</span>`,
    })}
    ${panel('Closed incidents', closed.length === 0 ? empty('None yet.') : html`${closed.map((row) => incidentCard(page, row))}`)}`;
}

function alarmTable(page: Page, alarms: readonly AlarmRow[]): TemplateResult {
  if (alarms.length === 0) return empty('No alarms are deployed.');
  return html`<div class="scroll-box" tabindex="0" role="region" aria-label="Kinds of alarm"><table class="list alarms">
    <thead><tr><th scope="col">state</th><th scope="col">alarm</th><th scope="col">wakes</th><th scope="col">first look</th></tr></thead>
    <tbody>${alarms.map(
      (
        row,
      ) => html`<tr><td>${badge(signOf(row.state))}${row.since === undefined ? nothing : html`<small>${when(page, row.since)}</small>`}</td>
        <th scope="row">${row.title}<small>${row.state === 'alarm' && row.reason !== undefined ? row.reason : row.means} <span class="by-system">${row.bySystem}</span></small></th>
        <td>${row.severity === 'page' ? 'at once' : 'by day'}</td>
        <td>${command(page, row.look)} ${runbookLink(page, row.kind)}</td></tr>`,
    )}</tbody></table></div>`;
}
