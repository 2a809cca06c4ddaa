import { html, nothing, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import type { Page } from './page.ts';
import type { OpenDeed } from './state.ts';

/** Fewest letters of a reason, as the server asks for. */
const whyLengthMin = 3;

/** Returns a button that asks before it acts; nothing where this console only looks. */
export function deedButton(
  { state, change }: Page,
  words: string,
  deed: OpenDeed,
): TemplateResult | typeof nothing {
  if (state.hello?.operate !== true) return nothing;
  return html`<button type="button" @click=${() => change({ deed })}>${words}</button>`;
}

/** Returns the dialog of the deed that is asked about; nothing while there is none. */
export function deedDialog(page: Page): TemplateResult | typeof nothing {
  const { deed } = page.state;
  if (deed === undefined) return nothing;
  return html`<dialog class="deed" aria-labelledby="deed-title" ${ref(open)}
      @close=${() => page.change({ deed: undefined })}>
    <form @submit=${(event: SubmitEvent) => submit(page, deed, event)}>
      <h2 id="deed-title">${deed.title}</h2>
      <p>${deed.means}</p>
      ${deed.state === 'done' || deed.state === 'failed' ? outcome(deed) : question(page, deed)}
    </form>
  </dialog>`;
}

function question({ state }: Page, deed: OpenDeed): TemplateResult {
  const isDoing = deed.state === 'doing';
  return html`<label class="field"><span>Why, for the audit log</span>
      <input name="why" required minlength=${whyLengthMin} maxlength="1000" autocomplete="off" ?disabled=${isDoing}></label>
    <p class="remark">Written down as ${state.hello?.by ?? 'you'}.</p>
    <div class="buttons"><button type="button" ?disabled=${isDoing} @click=${close}>Leave it</button>
      <button type="submit" class="main" ?disabled=${isDoing}>${isDoing ? 'Doing it …' : deed.title}</button></div>`;
}

function outcome({ state, text }: OpenDeed): TemplateResult {
  return html`<p class="outcome tone-${state === 'done' ? 'good' : 'bad'}" role="alert">${text}</p>
    <div class="buttons"><button type="button" class="main" @click=${close}>Close</button></div>`;
}

function open(element: Element | undefined): void {
  if (!(element instanceof HTMLDialogElement)) return;
  // A dialog can be shown only when it is in the document, which it is after this drawing.
  queueMicrotask(() => {
    if (element.isConnected && !element.open) element.showModal();
  });
}

function close({ currentTarget }: Event): void {
  if (currentTarget instanceof Element) currentTarget.closest('dialog')?.close();
}

function submit({ actions }: Page, deed: OpenDeed, event: SubmitEvent): void {
  event.preventDefault();
  if (!(event.currentTarget instanceof HTMLFormElement)) return;
  const why = new FormData(event.currentTarget).get('why');
  // A promise that never fails: what goes wrong is shown in the dialog.
  if (typeof why === 'string') void actions.doDeed(deed, why);
}
