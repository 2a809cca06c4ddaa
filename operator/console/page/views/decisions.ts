import { html, nothing, type TemplateResult } from 'lit-html';
import { actionKinds } from '../../../../domain/rotation/model.ts';
import type { DecisionRow } from '../../model.ts';
import { chooseDecisions } from '../decision-list.ts';
import { icon } from '../icons.ts';
import { longTable } from '../long-table.ts';
import type { Page } from '../page.ts';
import { choice, empty, fieldValue, total } from '../pieces.ts';
import { writeRoute } from '../route.ts';
import type { DecisionChoice } from '../state.ts';
import { decisionSigns } from '../tones.ts';
import { clock, counted, day, instantInFull, relative } from '../words.ts';
import { decisionDensity } from './decision-density.ts';
import { decisionDetail } from './decision-detail.ts';

const rowHeightPx = 48;

/** Returns the time line of decisions, and the one that is open beside it. */
export function decisionsView(page: Page): TemplateResult {
  const { decisions, decisionChoice, route } = page.state;
  const rows = chooseDecisions(decisions.rows, decisionChoice);
  return html`<div class="view-head"><h1>Decisions</h1>${tools(page)}
      ${total(counted(rows.length, 'decision'))}</div>
    ${decisions.problem === undefined ? nothing : html`<p class="problem" role="alert">${icon('look')}<span>${decisions.problem}</span></p>`}
    ${decisionDensity(rows)}
    <div class="split ${route.id === undefined ? '' : 'split-open'}">
      ${
        rows.length === 0
          ? empty(
              decisions.state === 'loading'
                ? 'Reading …'
                : decisions.rows.length === 0
                  ? 'Nothing was decided yet.'
                  : 'No decision is like this.',
            )
          : longTable(page, {
              name: 'decisions',
              label: 'Decisions, newest first; arrow keys move',
              rows,
              keyOf: ({ id }) => id,
              rowHeightPx,
              open: route.id,
              head: ['when, UTC', 'what', 'kind', 'state'].map(
                (name) => html`<th scope="col">${name}</th>`,
              ),
              cells: (row, tabindex, index) =>
                cells(page, row, { tabindex, before: rows[index - 1] }),
            })
      }
      ${route.id === undefined ? nothing : decisionDetail(page, route.id)}
    </div>`;
}

function tools(page: Page): TemplateResult {
  const { decisionChoice } = page.state;
  const choose = (part: Partial<DecisionChoice>) =>
    page.change({ decisionChoice: { ...decisionChoice, ...part } });
  return html`<div class="tools" role="search">
    <label class="choice"><span>Words</span><input type="search" .value=${decisionChoice.words}
      placeholder="pool, tenant, provider" @input=${(event: Event) => choose({ words: fieldValue(event) })}></label>
    ${choice('Kind', { value: decisionChoice.kind, values: actionKinds, all: 'all' }, (kind) => choose({ kind }))}
    ${choice('State', { value: decisionChoice.state, values: Object.keys(decisionSigns), all: 'all' }, (state) => choose({ state }))}
  </div>`;
}

function cells(
  { state }: Page,
  row: DecisionRow,
  { tabindex, before }: { readonly tabindex: '0' | '-1'; readonly before: DecisionRow | undefined },
): TemplateResult {
  const sign = decisionSigns[row.state];
  const isNewDay = before === undefined || day(before.at) !== day(row.at);
  return html`<td class="time" title=${instantInFull(row.at)}><time>${clock(row.at)}</time><small class=${isNewDay ? 'new-day' : ''}>${isNewDay ? day(row.at) : ''}</small></td>
    <td class="what rail tone-${sign.tone}"><a tabindex=${tabindex} href=${writeRoute({ view: 'decisions', id: row.id })}>${row.what}</a>
      <small>${[row.cause, row.causeWords].filter((one) => one !== undefined).join(': ') || (row.by === undefined ? row.autonomy : `by ${row.by}`)}</small></td>
    <td class="kinds">${row.kinds.length === 0 ? html`<span class="chip">no action</span>` : row.kinds.slice(0, 2).map((kind) => html`<span class="chip">${kind}</span>`)}${row.kinds.length > 2 ? html`<span class="chip">+${row.kinds.length - 2}</span>` : nothing}</td>
    <td class="state tone-${sign.tone}"><span class="badge tone-${sign.tone}">${icon(sign.icon)}${sign.words}</span>
      <small>${row.paged ? 'called a person' : (row.brake ?? (row.until === undefined || row.state !== 'done' ? '' : row.until > state.now ? `ends ${relative(row.until, state.now)}` : 'over'))}</small></td>`;
}
