import { html, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import uPlot from 'uplot';
import { plotRows } from './plot-rows.ts';
import { watchTheme } from './theme.ts';
import { clock, grouped, length, short } from './words.ts';

/** Lines over one time; the page shows the same numbers as a table beside or below. */
export type Plot = {
  /** Plots of one group share their pointer. */
  readonly group: string;
  /** What it shows, for a screen reader. */
  readonly label: string;
  /** Changes whenever the values do, so that a plot is drawn again only then. */
  readonly version: string;
  /** Instants, or milliseconds since the beginning. */
  readonly atMs: readonly number[];
  readonly scale: 'clock' | 'since-start';
  readonly lines: readonly PlotLine[];
  readonly heightPx: number;
  /** Instants at which something happened, marked by a line. */
  readonly marksMs?: readonly number[];
  /** Called with the index under the pointer, and with nothing when it leaves. */
  readonly onPoint?: (index: number | undefined) => void;
};

export type PlotLine = {
  readonly name: string;
  readonly values: readonly number[];
  /** A custom property of the style sheet: `--series-accepted`. */
  readonly colour: `--${string}`;
  readonly isFilled?: true;
  /** How much there is, such as what waits; anything else is how much came. */
  readonly isLevel?: true;
};

type Mounted = { readonly uplot: uPlot; readonly observer: ResizeObserver; shown: Plot };

const mounted = new Map<Element, Mounted>();

/** Returns a plot; its canvas follows the width that it is given. */
export function plot(shown: Plot): TemplateResult {
  return html`<div class="plot" role="img" aria-label=${shown.label}
    ${ref((element) => {
      if (element instanceof HTMLElement) show(element, shown);
    })}></div>`;
}

/** Returns what plots of one time show as a table, which opens below them. */
export function plotTable({
  atMs,
  lines,
  scale,
}: Pick<Plot, 'atMs' | 'lines' | 'scale'>): TemplateResult {
  return html`<details class="plot-table"><summary>As a table</summary>
    <div class="scroll-box"><table class="numbers">
      <thead><tr><th scope="col">${scale === 'clock' ? 'from, UTC' : 'from'}</th>${lines.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${plotRows(atMs, lines).map(
        (row) =>
          html`<tr><th scope="row">${tickWords(scale, row.atMs)}</th>${row.values.map((value) => html`<td>${grouped(value)}</td>`)}</tr>`,
      )}</tbody></table></div>
  </details>`;
}

/** Ends the plots whose places have left the page; call it after each drawing. */
export function sweepPlots(): void {
  for (const [element, one] of mounted) if (!element.isConnected) unmount(element, one);
}

/** Draws all plots again, in the colours that hold now, whenever the theme changes. */
export function redrawPlotsWithTheme(redraw: () => void): void {
  watchTheme(() => {
    for (const [element, one] of mounted) unmount(element, one);
    redraw();
  });
}

function unmount(element: Element, { uplot, observer }: Mounted): void {
  observer.disconnect();
  uplot.destroy();
  mounted.delete(element);
}

function show(element: HTMLElement, shown: Plot): void {
  const known = mounted.get(element);
  if (known !== undefined) {
    const before = known.shown;
    known.shown = shown;
    if (isSame(before, shown)) {
      if (before.version !== shown.version) known.uplot.setData(dataOf(shown));
      return;
    }
    unmount(element, known);
  }
  // The element gets its width only when it is in the document.
  queueMicrotask(() => {
    if (element.isConnected && !mounted.has(element)) mount(element, shown);
  });
}

/** Whether the same lines are plotted, whatever their values. */
function isSame(before: Plot, after: Plot): boolean {
  const looks = ({ lines, scale, heightPx }: Plot) =>
    JSON.stringify([scale, heightPx, lines.map(({ name, colour }) => [name, colour])]);
  return looks(before) === looks(after);
}

function mount(element: HTMLElement, shown: Plot): void {
  const uplot = new uPlot(optionsOf(shown, element), dataOf(shown), element);
  const observer = new ResizeObserver(() =>
    uplot.setSize({ width: Math.max(120, element.clientWidth), height: shown.heightPx }),
  );
  observer.observe(element);
  mounted.set(element, { uplot, observer, shown });
}

function dataOf({ atMs, lines }: Plot): uPlot.AlignedData {
  return [atMs.map((at) => at / 1000), ...lines.map(({ values }) => [...values])];
}

function optionsOf(shown: Plot, element: HTMLElement): uPlot.Options {
  const colour = colourReader(element);
  const markColour = colour('--ink-soft');
  const latest = () => mounted.get(element)?.shown ?? shown;
  const axis = {
    stroke: colour('--ink-soft'),
    font: '11px system-ui, sans-serif',
    ticks: { show: false },
    gap: 6,
  };
  return {
    width: Math.max(120, element.clientWidth),
    height: shown.heightPx,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 6 },
      sync: { key: shown.group },
    },
    scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.08)] } },
    axes: [
      {
        ...axis,
        size: 24,
        space: 70,
        grid: { stroke: colour('--line'), width: 1 },
        incrs: [60, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800]
          .concat(shown.scale === 'since-start' ? [5, 10, 15, 30] : [])
          .sort((a, b) => a - b),
        values: (_, ticks) => ticks.map((tick) => tickWords(shown.scale, tick * 1000)),
      },
      {
        ...axis,
        size: 42,
        space: 28,
        grid: { stroke: colour('--line'), width: 1 },
        values: (_, ticks) => ticks.map(short),
      },
    ],
    series: [
      {},
      ...shown.lines.map((line) => ({
        label: line.name,
        stroke: colour(line.colour),
        width: 1.5,
        points: { show: false },
        ...(line.isFilled ? { fill: faint(colour(line.colour)) } : {}),
      })),
    ],
    hooks: {
      setCursor: [({ cursor }) => latest().onPoint?.(cursor.idx ?? undefined)],
      draw: [(uplot) => drawMarks(uplot, latest().marksMs ?? [], markColour)],
    },
  };
}

/** Returns a reader of colours: a canvas understands only what a style computes to. */
function colourReader(element: HTMLElement): (name: `--${string}`) => string {
  return (name) => {
    element.style.setProperty('color', `var(${name})`);
    const { color } = getComputedStyle(element);
    element.style.removeProperty('color');
    return color;
  };
}

function faint(colour: string): string {
  return colour.replace(/^rgb\((.+)\)$/, 'rgba($1, 0.10)');
}

function tickWords(scale: Plot['scale'], ms: number): string {
  return scale === 'clock' ? clock(ms).slice(0, 5) : length(ms);
}

function drawMarks(uplot: uPlot, marksMs: readonly number[], colour: string): void {
  const { ctx, bbox } = uplot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([3, 3]);
  for (const markMs of marksMs) {
    const x = Math.round(uplot.valToPos(markMs / 1000, 'x', true)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
