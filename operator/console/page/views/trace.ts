import { html, nothing, type TemplateResult } from 'lit-html';
import type { MailTrace, TracedMail, TraceEntry } from '../../../../domain/trace/model.ts';
import type { TraceAnswer } from '../../lookup-model.ts';
import { icon } from '../icons.ts';
import type { Page } from '../page.ts';
import { answer, command, empty, fieldValue, panel } from '../pieces.ts';
import { writeRoute } from '../route.ts';
import { type SearchBy, searches, searchNames, type TraceForm } from '../trace-form.ts';
import { clock, day, instant, instantInFull } from '../words.ts';
import { outcomeSign } from './outcome-signs.ts';
import { mailPreview } from './preview.ts';

/** Returns the search for a mail, and the time line of each that was found. */
export function traceView(page: Page): TemplateResult {
  return html`<h1>Trace</h1>${form(page)}<div class="answers" aria-live="polite">${answer(page.state.trace, (found) => answered(page, found))}</div>`;
}

function form(page: Page): TemplateResult {
  const { traceForm: given } = page.state;
  const fill = (part: Partial<TraceForm>) =>
    page.change({ traceForm: { ...page.state.traceForm, ...part } });
  const isTenant = given.by === 'tenant';
  return html`<form class="search panel" role="search" @submit=${(event: Event) => {
    event.preventDefault();
    void page.actions.trace();
  }}>
    <fieldset><legend>Search by</legend>${searchNames.map(
      (
        name,
      ) => html`<label class="radio"><input type="radio" name="by" value=${name} .checked=${given.by === name}
        @change=${() => fill({ by: name })}>${searches[name]}</label>`,
    )}</fieldset>
    <div class="fields">
      ${
        isTenant
          ? nothing
          : html`<label class="field grow"><span>${searches[given.by]}</span><input required spellcheck="false" autocomplete="off" .value=${given.value}
              placeholder=${hints[given.by]} @input=${(event: Event) => fill({ value: fieldValue(event) })}></label>`
      }
      ${
        given.by === 'sesMessageId'
          ? nothing
          : html`<label class="field"><span>Tenant${isTenant ? '' : ' (with an id of your app)'}</span><input ?required=${isTenant} spellcheck="false" autocomplete="off" .value=${given.tenant}
              @input=${(event: Event) => fill({ tenant: fieldValue(event) })}></label>`
      }
      ${given.by === 'tenant' || given.by === 'recipient' ? times(given, fill) : nothing}
      <button type="submit" class="main">Trace</button>
    </div></form>`;
}

const hints: Readonly<Record<SearchBy, string>> = {
  messageId: '22 characters, or the id that your app gave',
  sesMessageId: '0100018f…-000000',
  recipient: 'name@example.com',
  tenant: '',
};

function times(given: TraceForm, fill: (part: Partial<TraceForm>) => void): TemplateResult {
  return html`<label class="field"><span>From, UTC</span><input type="datetime-local" .value=${given.since} @input=${(event: Event) => fill({ since: fieldValue(event) })}></label>
    <label class="field"><span>Until, UTC</span><input type="datetime-local" .value=${given.until} @input=${(event: Event) => fill({ until: fieldValue(event) })}></label>`;
}

function answered(page: Page, { mails, others, remarks }: TraceAnswer): TemplateResult {
  return html`${remarks.map((remark) => html`<p class="remark">${remark}</p>`)}
    ${mails.length === 0 && others.length === 0 && remarks.length === 0 ? empty('No such mail was found.') : nothing}
    ${mails.map((mail) => traced(page, mail))}
    ${others.length === 0 ? nothing : otherMails(page, others)}`;
}

function otherMails(page: Page, others: readonly TracedMail[]): TemplateResult {
  const open = (messageId: string) => {
    page.change({
      traceForm: { ...page.state.traceForm, by: 'messageId', value: messageId, tenant: '' },
    });
    void page.actions.trace();
  };
  return panel(
    'Other mails that may be meant',
    html`<div class="scroll-box" tabindex="0" role="region" aria-label="Other mails"><table class="list">
      <thead><tr>${['when, UTC', 'mail', 'tenant', 'stream', 'pool', 'provider', 'outcome'].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${others.map(
        ({
          at,
          messageId,
          tenant,
          stream,
          pool,
          provider,
          outcome,
          reason,
        }) => html`<tr><td title=${instantInFull(at)}>${instant(at, page.state.now)}</td>
          <th scope="row"><button type="button" class="link" @click=${() => open(messageId)}>${messageId}</button></th>
          <td>${tenant}</td><td>${stream ?? ''}</td><td>${pool ?? ''}</td><td>${provider ?? ''}</td>
          <td title=${reason ?? nothing}>${outcome ?? 'pending'}</td></tr>`,
      )}</tbody></table></div>`,
  );
}

function traced(page: Page, mail: MailTrace): TemplateResult {
  const { messageId, id, tenant, stream, enqueuedAt, recipientCount, entries, next, unknown } =
    mail;
  return html`<article class="panel mail" aria-label="Mail ${messageId}">
    <div class="panel-head"><h2><code>${messageId}</code></h2>
      <button type="button" @click=${() => page.actions.preview(messageId)}>Show the mail</button></div>
    <dl class="facts"><div><dt>stream</dt><dd>${stream}</dd></div>
      ${tenant === undefined ? nothing : html`<div><dt>tenant</dt><dd>${tenant}</dd></div>`}
      ${id === undefined ? nothing : html`<div><dt>id of the app</dt><dd>${id}</dd></div>`}
      <div><dt>enqueued</dt><dd>${instantInFull(enqueuedAt)}</dd></div>
      <div><dt>recipients</dt><dd>${recipientCount}</dd></div></dl>
    ${recipients(mail)}
    <ol class="timeline">${entries.map((one, index) => entry(mail, one, entries[index - 1]))}</ol>
    ${next.length === 0 ? nothing : html`<h3>What to do now</h3><ul class="sentences">${next.map((one) => html`<li>${one.startsWith('goodstanding ') ? command(page, one) : one}</li>`)}</ul>`}
    ${unknown.map((one) => html`<p class="remark">${one}</p>`)}
    ${mailPreview(page, messageId)}
  </article>`;
}

function recipients({ recipients: all }: MailTrace): TemplateResult | typeof nothing {
  if (all.length === 0) return nothing;
  return html`<ul class="outcomes">${all.map(({ index, outcome, reason, explanation }) => {
    const sign = outcomeSign(outcome);
    return html`<li><span class="badge tone-${sign.tone}">${icon(sign.icon)}${outcome}</span> recipient ${index}${
      reason === undefined ? nothing : html`: <code>${reason}</code>`
    } <span class="remark">${explanation ?? ''}</span></li>`;
  })}</ul>`;
}

function entry(
  { recipientCount }: MailTrace,
  one: TraceEntry,
  before: TraceEntry | undefined,
): TemplateResult {
  const { at, stage, text, details, decisions, pool, recipientIndex, sesMessageId } = one;
  const isNewDay = before !== undefined && day(before.at) !== day(at);
  return html`<li class="stage-${stage}"><time title=${instantInFull(at)}>${isNewDay ? html`<b>${day(at)}</b> ` : nothing}${clock(at)}</time>
    <span class="chip">${stage}</span>
    <div><p>${text}${recipientIndex === undefined || recipientCount === 1 ? nothing : html` <span class="remark">recipient ${recipientIndex}</span>`}</p>
      ${details.map((detail) => html`<p class="remark">${detail}</p>`)}
      ${
        pool === undefined && sesMessageId === undefined && decisions.length === 0
          ? nothing
          : html`<p class="remark">${pool === undefined ? nothing : html`pool <a href="#/pools">${pool}</a> `}${sesMessageId === undefined ? nothing : html`SES id <code>${sesMessageId}</code> `}${decisions.map(
              (id) => html`<a href=${writeRoute({ view: 'decisions', id })}>decision ${id}</a> `,
            )}</p>`
      }</div></li>`;
}
