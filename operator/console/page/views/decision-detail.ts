import { html, nothing, type TemplateResult } from 'lit-html';
import type { DecisionView } from '../../model.ts';
import { deedButton } from '../deed-dialog.ts';
import { icon } from '../icons.ts';
import type { Page } from '../page.ts';
import { answer, command, when } from '../pieces.ts';
import { badge, decisionSigns } from '../tones.ts';
import { instantInFull, relative, shellWord } from '../words.ts';

/** Returns one decision whole: what happened, what speaks for and against it, what was done and how to undo it. */
export function decisionDetail(page: Page, id: string): TemplateResult {
  return html`<aside class="detail" aria-label="The decision" aria-live="polite">
    <a class="close" href="#/decisions" aria-label="Close the decision" title="Close">${icon('cross')}</a>
    ${answer(page.state.detail, (decision) => detail(page, decision))}
    <p class="id">${id}</p>
  </aside>`;
}

function detail(page: Page, decision: DecisionView): TemplateResult {
  const { at, what, state, autonomy, brake, by, why, until, actsAt } = decision;
  return html`<p class="detail-head">${badge(decisionSigns[state])}<span class="chip">${autonomy}</span>${
    brake === undefined ? nothing : html`<span class="chip">brake: ${brake}</span>`
  }${decision.paged ? html`<span class="chip">called a person</span>` : nothing}</p>
    <h2>${what}</h2>
    <p class="remark">${instantInFull(at)}, ${when(page, at)}</p>
    ${by === undefined ? nothing : html`<p>Asked for by <b>${by}</b>${why === undefined ? nothing : html`: ${why}`}</p>`}
    ${list('What happened', decision.evidence)}
    ${list('What speaks against other causes', decision.counterEvidence)}
    ${list(decision.state === 'not-done' ? 'What would have been done' : 'What was done', decision.deeds)}
    ${
      until === undefined && actsAt === undefined
        ? nothing
        : html`<h3>Until</h3><p>${actsAt === undefined ? nothing : html`Carried out ${relative(actsAt, page.state.now)} unless a person objects. `}${
            until === undefined
              ? nothing
              : html`${instantInFull(until)} (${relative(until, page.state.now)})`
          }</p>`
    }
    ${undoing(page, decision)}
    ${decision.page === undefined ? nothing : html`<h3>What the person read</h3><p class="paged">${decision.page}</p>`}
    <details><summary>The whole record</summary><pre tabindex="0">${JSON.stringify(decision.whole, null, 2)}</pre></details>`;
}

function list(title: string, lines: readonly string[]): TemplateResult | typeof nothing {
  if (lines.length === 0) return nothing;
  return html`<h3>${title}</h3><ul class="sentences">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

function undoing(page: Page, decision: DecisionView): TemplateResult | typeof nothing {
  const { undo, state, id } = decision;
  const isWaiting = state === 'waits';
  if (undo === undefined && !isWaiting) return nothing;
  const deed = (name: 'undo' | 'approve' | 'veto', words: string, means: string) =>
    deedButton(page, words, {
      name,
      title: `${words} this decision`,
      means,
      body: { decision: id },
      state: 'asking',
    });
  return html`<h3>${isWaiting ? 'It waits for a word' : 'To undo it'}</h3>
    ${undo === undefined ? nothing : command(page, undo)}
    ${isWaiting ? command(page, `goodstanding decisions show ${shellWord(id)}`) : nothing}
    <div class="buttons left">${
      isWaiting
        ? html`${deed('approve', 'Approve', 'Carries it out now.')}${deed('veto', 'Veto', 'It is not carried out.')}`
        : deed('undo', 'Undo', 'Sets back what it changed, as far as that still stands.')
    }</div>`;
}
