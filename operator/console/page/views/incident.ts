import { html, nothing, type TemplateResult } from 'lit-html';
import type { IncidentRow } from '../../model.ts';
import { deedButton } from '../deed-dialog.ts';
import type { Page } from '../page.ts';
import { command, when } from '../pieces.ts';
import { badge, signOf } from '../tones.ts';

/** Returns an incident with its cause, where its runbook is and what shows it. */
export function incidentCard(page: Page, row: IncidentRow): TemplateResult {
  const tone = row.state === 'closed' ? 'calm' : signOf(row.severity).tone;
  return html`<article class="incident tone-${tone}" aria-label=${row.title}>
    <header><h3>${row.title}</h3>${badge(signOf(row.state === 'closed' ? 'closed' : row.severity))}
      ${row.isTest ? html`<span class="chip">test</span>` : nothing}
      <span class="remark">opened ${when(page, row.openedAt)}${
        row.closedAt === undefined ? nothing : html`, closed ${when(page, row.closedAt)}`
      }${row.ackedBy === undefined ? nothing : html`, taken by ${row.ackedBy}`}</span></header>
    ${row.text.map((line) => html`<p>${line}</p>`)}
    ${row.consequences.length === 0 ? nothing : html`<p class="remark">Follows from it: ${row.consequences.join(', ')}.</p>`}
    <p class="incident-next">${runbookLink(page, row.kind)}${command(page, row.look)}
      ${
        row.state === 'open' && row.ackedBy === undefined
          ? deedButton(page, 'Take it', {
              name: 'ack',
              title: 'Take this incident',
              means: 'Says that you look after it; it goes on to be updated.',
              body: { incident: row.id },
              state: 'asking',
            })
          : nothing
      }</p>
  </article>`;
}

/** Returns the link to what the runbook says of a kind of alarm; it opens beside the console. */
export function runbookLink({ state }: Page, kind: string): TemplateResult | typeof nothing {
  const base = state.hello?.runbookUrl ?? '';
  // The address is the deployment's own; whatever it is, it runs no script here.
  if (!/^(https?:\/)?\//.test(base)) return nothing;
  return html`<a href="${base}#${encodeURIComponent(kind)}" target="_blank" rel="noreferrer noopener">Runbook</a>`;
}
