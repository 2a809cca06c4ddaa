import { html, nothing, type TemplateResult } from 'lit-html';
import type { Preview } from '../../lookup-model.ts';
import type { Page } from '../page.ts';
import { answer, empty } from '../pieces.ts';
import { grouped } from '../words.ts';

/** Returns the mail as it was stored; nothing until it is asked for. */
export function mailPreview({ state }: Page, messageId: string): TemplateResult | typeof nothing {
  if (state.preview.state === 'not' || state.previewOf !== messageId) return nothing;
  return html`<section class="preview" aria-label="The mail as it was stored">${answer(state.preview, preview)}</section>`;
}

function preview({
  found,
  problem,
  subject,
  headers,
  text,
  htmlPath,
  attachments,
}: Preview): TemplateResult {
  if (!found) return empty(problem ?? 'Its content was not kept.');
  return html`<h3>${subject ?? 'No subject'}</h3>
    <p class="remark">As it was stored. Scripts, forms and pictures from elsewhere are off, so nobody learns that you look.</p>
    ${htmlPath === undefined ? nothing : frame(htmlPath)}
    ${text === undefined ? nothing : html`<details ?open=${htmlPath === undefined}><summary>Text</summary><pre tabindex="0">${text}</pre></details>`}
    <details><summary>Headers</summary><table class="headers"><tbody>${headers.map(
      ({ name, value }) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`,
    )}</tbody></table></details>
    ${
      attachments.length === 0
        ? nothing
        : html`<p class="remark">Attached: ${attachments.map(({ name, type, bytes }) => `${name} (${type}, ${grouped(bytes)} bytes)`).join('; ')}</p>`
    }`;
}

/** An empty sandbox: no script, no form, no window, an origin of its own; its own policy forbids the network. */
function frame(path: string): TemplateResult | typeof nothing {
  if (!path.startsWith('/preview/')) return nothing;
  return html`<iframe sandbox="" src=${path} title="The mail" referrerpolicy="no-referrer" loading="eager"></iframe>`;
}
