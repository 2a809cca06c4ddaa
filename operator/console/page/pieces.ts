/** Small pieces that every view is made of. */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Reading } from '../model.ts';
import { icon } from './icons.ts';
import type { Page } from './page.ts';
import type { Asked } from './state.ts';
import { instantInFull, length, relative } from './words.ts';

/** Older than this, what is read again and again is marked with its age; the longest pause between readings is 2 min. */
const staleMs = 300_000;

type Child = TemplateResult | typeof nothing | string | readonly (TemplateResult | string)[];

/** Returns a panel with a heading; `aside` stands at the right of it. */
export function panel(
  title: string,
  body: Child,
  { aside = nothing, name = '' }: { readonly aside?: Child; readonly name?: string } = {},
): TemplateResult {
  const id = `h-${title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
  return html`<section class="panel ${name}" aria-labelledby=${id}>
    <div class="panel-head"><h2 id=${id}>${title}</h2>${aside}</div>
    ${body}
  </section>`;
}

/** Returns a command with a button that copies it. */
export function command({ actions }: Page, text: string): TemplateResult {
  return html`<span class="command"><code>${text}</code><button type="button" class="quiet"
    aria-label="Copy: ${text}" title="Copy" @click=${() => actions.copy(text)}>${icon('copy')}</button></span>`;
}

/** Returns how long ago something was, with the instant itself as its title. */
export function when({ state }: Page, at: number): TemplateResult {
  return html`<time datetime=${new Date(at).toISOString()} title=${instantInFull(at)}>${relative(at, state.now)}</time>`;
}

/** Returns what says that a reading is old or failed; nothing while it is fresh. */
export function freshness(
  { state }: Page,
  { at, problem }: Reading<unknown>,
): TemplateResult | typeof nothing {
  if (problem !== undefined)
    return html`<p class="stale tone-watch">${icon('look')}<span>Could not be read${at > 0 ? html`; this is ${length(state.now - at)} old` : nothing}: ${problem}</span></p>`;
  if (at > 0 && state.now - at > staleMs)
    return html`<p class="stale tone-watch">${icon('clock')}<span>${length(state.now - at)} old</span></p>`;
  return nothing;
}

/** Returns a reading's view, and what to say until it has been read. */
export function reading<T>(
  page: Page,
  read: Reading<T>,
  show: (value: T) => TemplateResult,
): TemplateResult {
  const { value } = read;
  return html`${freshness(page, read)}${
    value === undefined ? (read.problem === undefined ? empty('Reading …') : nothing) : show(value)
  }`;
}

/** Returns an answer's view, and what to say before it, meanwhile and where there is none. */
export function answer<T>(asked: Asked<T>, show: (value: T) => TemplateResult): Child {
  if (asked.state === 'asking') return empty('Asking …');
  if (asked.problem !== undefined)
    return html`<p class="problem" role="alert">${icon('look')}<span>${asked.problem}</span></p>`;
  return asked.value === undefined ? nothing : show(asked.value);
}

/** Returns a sentence that stands where there is nothing to show. */
export function empty(text: string): TemplateResult {
  return html`<p class="empty">${text}</p>`;
}

/** Returns a menu of choices with its label; the empty choice is everything. */
export function choice(
  label: string,
  {
    value,
    values,
    all,
  }: { readonly value: string; readonly values: readonly string[]; readonly all: string },
  chosen: (value: string) => void,
): TemplateResult {
  return html`<label class="choice"><span>${label}</span><select
    @change=${(event: Event) => chosen(fieldValue(event))}>
    <option value="" ?selected=${value === ''}>${all}</option>
    ${values.map((one) => html`<option value=${one} ?selected=${one === value}>${one}</option>`)}
  </select></label>`;
}

/** Returns what a field of a form holds. */
export function fieldValue({ currentTarget }: Event): string {
  return currentTarget instanceof HTMLInputElement || currentTarget instanceof HTMLSelectElement
    ? currentTarget.value
    : '';
}

/** Returns how many of a thing there are, for the right of a heading. */
export function total(text: string): TemplateResult {
  return html`<span class="total">${text}</span>`;
}
