import { html, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Page } from './page.ts';
import { paint } from './paint.ts';
import { firstRowAt, rowAfterKey, windowFrom } from './row-window.ts';

/** A table of thousands of rows, of which only those near the window are in the document. */
export type LongTable<Row> = {
  readonly name: string;
  /** What a screen reader calls it. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly rowHeightPx: number;
  readonly head: readonly TemplateResult[];
  /** Cells of a row; the link or button in it carries `tabindex`, so that Tab meets one row and arrows the others. */
  readonly cells: (row: Row, tabindex: '0' | '-1', index: number) => TemplateResult;
  /** Key of the row that is marked as open. */
  readonly open?: string | undefined;
};

/** Returns a long table in its own scrolling region. */
export function longTable<Row>(page: Page, table: LongTable<Row>): TemplateResult {
  const { name, label, rows, keyOf, rowHeightPx, head, cells, open } = table;
  const { first: from, cursor } = page.state.tables[name] ?? { first: 0, cursor: 0 };
  const { first, end } = windowFrom(from, {
    count: rows.length,
    rowHeightPx,
    heightPx: innerHeight,
  });
  const tabbable = cursor >= first && cursor < end ? cursor : first;
  const drawn = rows.slice(first, end).map((row, index) => ({ row, index: first + index }));
  return html`<div class="long" role="region" aria-label=${label} tabindex="0"
      @scroll=${{ handleEvent: (event: Event) => scrolled(page, table, event), passive: true }}
      @keydown=${(event: KeyboardEvent) => moved(page, table, event)}>
    <table class="rows ${name}" aria-rowcount=${rows.length + 1}>
      <thead><tr aria-rowindex="1">${head}</tr></thead>
      <tbody ${paint({ '--row': `${rowHeightPx}px` })}>
        ${gap(first * rowHeightPx)}
        ${repeat(
          drawn,
          ({ row }) => keyOf(row),
          ({
            row,
            index,
          }) => html`<tr class=${keyOf(row) === open ? 'open' : ''} data-index=${index} aria-rowindex=${index + 2} @click=${follow}>
            ${cells(row, index === tabbable ? '0' : '-1', index)}</tr>`,
        )}
        ${gap((rows.length - end) * rowHeightPx)}
      </tbody>
    </table>
  </div>`;
}

/** A press anywhere in a row is one on its link. */
function follow({ target, currentTarget }: Event): void {
  if (!(target instanceof Element) || !(currentTarget instanceof Element)) return;
  if (target.closest('a, button') !== null) return;
  const link = currentTarget.querySelector('a, button');
  if (link instanceof HTMLElement) link.click();
}

/** A row as high as those that are not drawn. */
function gap(heightPx: number): TemplateResult {
  return html`<tr class="gap" aria-hidden="true"><td ${paint({ '--height': `${heightPx}px` })}></td></tr>`;
}

function scrolled<Row>(
  { state, change }: Page,
  { name, rowHeightPx }: LongTable<Row>,
  { currentTarget }: Event,
): void {
  if (!(currentTarget instanceof HTMLElement)) return;
  const first = firstRowAt(currentTarget.scrollTop, rowHeightPx);
  const place = state.tables[name] ?? { first: 0, cursor: 0 };
  if (first !== place.first) change({ tables: { ...state.tables, [name]: { ...place, first } } });
}

/** Moves the focus by a key from row to row, and scrolls as far as that asks for. */
function moved<Row>(page: Page, table: LongTable<Row>, event: KeyboardEvent): void {
  const { currentTarget: region, target } = event;
  if (!(region instanceof HTMLElement) || !(target instanceof HTMLElement)) return;
  const row = target.closest('tr')?.dataset['index'];
  if (row === undefined) return;
  const perScreen = Math.max(1, Math.floor(region.clientHeight / table.rowHeightPx) - 2);
  const to = rowAfterKey(event.key, { from: Number(row), count: table.rows.length, perScreen });
  if (to === undefined) return;
  event.preventDefault();
  const top = to * table.rowHeightPx;
  const headPx = region.querySelector('thead')?.clientHeight ?? 0;
  const bottom = top + table.rowHeightPx + headPx;
  if (top < region.scrollTop) region.scrollTop = top;
  else if (bottom > region.scrollTop + region.clientHeight)
    region.scrollTop = bottom - region.clientHeight;
  const first = firstRowAt(region.scrollTop, table.rowHeightPx);
  page.change({ tables: { ...page.state.tables, [table.name]: { first, cursor: to } } });
  // The row may be drawn only with the next frame.
  requestAnimationFrame(() => {
    const link = region.querySelector(`tr[data-index="${to}"] :is(a, button)`);
    if (link instanceof HTMLElement) link.focus({ preventScroll: true });
  });
}
