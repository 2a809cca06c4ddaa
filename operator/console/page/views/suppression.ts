import { html, nothing, type TemplateResult } from 'lit-html';
import type { SuppressionAnswer } from '../../lookup-model.ts';
import { deedButton } from '../deed-dialog.ts';
import { icon } from '../icons.ts';
import type { Page } from '../page.ts';
import { answer, command } from '../pieces.ts';
import { instantInFull, shellWord } from '../words.ts';

/** Returns the look-up of an address: whether mail to it is stopped, since when and why. */
export function suppressionView(page: Page): TemplateResult {
  return html`<h1>Suppression</h1>
    <form class="search panel" role="search" @submit=${(event: SubmitEvent) => submit(page, event)}>
      <div class="fields"><label class="field grow"><span>Address</span><input name="address" required autocomplete="off" spellcheck="false" placeholder="name@example.com"></label>
        <label class="field"><span>Tenant (all where empty)</span><input name="tenant" autocomplete="off" spellcheck="false"></label>
        <button type="submit" class="main">Look up</button></div>
      <p class="remark">The address is sent to the console on this machine only, and stands in no log.</p>
    </form>
    <div class="answers" aria-live="polite">${answer(page.state.suppression, (found) => entries(page, found))}</div>`;
}

function submit({ actions }: Page, event: SubmitEvent): void {
  event.preventDefault();
  if (!(event.currentTarget instanceof HTMLFormElement)) return;
  const given = new FormData(event.currentTarget);
  const [address, tenant] = [given.get('address'), given.get('tenant')];
  if (typeof address === 'string' && typeof tenant === 'string')
    void actions.checkSuppression(address.trim(), tenant.trim());
}

function entries(
  page: Page,
  { address, problem, entries: all }: SuppressionAnswer,
): TemplateResult {
  if (problem !== undefined)
    return html`<p class="problem" role="alert">${icon('look')}<span>${problem}</span></p>`;
  const add = deedButton(page, 'Suppress it', {
    name: 'suppress-add',
    title: `Suppress ${address}`,
    means: 'No mail is sent to it any more, from any tenant.',
    body: { address },
    state: 'asking',
  });
  if (all.length === 0)
    return html`<section class="panel"><p class="big tone-good">${icon('ok')}<span><b>${address}</b> is on no list: mail to it leaves.</span></p><div class="buttons left">${add}</div></section>`;
  return html`<section class="panel"><p class="big tone-bad">${icon('stopped')}<span><b>${address}</b> gets no mail.</span></p>
    <table class="list"><thead><tr><th scope="col">list of</th><th scope="col">why</th><th scope="col">since</th><th scope="col">until</th><th scope="col">note</th></tr></thead>
    <tbody>${all.map(
      ({
        scope,
        reason,
        since,
        until,
        note,
      }) => html`<tr><th scope="row">${scope}</th><td><span class="chip">${reason}</span></td>
        <td>${instantInFull(since)}</td><td>${until === undefined ? 'for good' : instantInFull(until)}</td><td>${note ?? nothing}</td></tr>`,
    )}</tbody></table>
    <div class="buttons left">${command(page, `goodstanding suppress remove ${shellWord(address)}`)}${deedButton(
      page,
      'Take it off',
      {
        name: 'suppress-remove',
        title: `Let mail to ${address} leave`,
        means: 'Only where the person asked for it, or the entry was wrong.',
        body: { address },
        state: 'asking',
      },
    )}</div></section>`;
}
