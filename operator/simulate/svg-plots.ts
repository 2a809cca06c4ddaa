/** Plots as SVG, drawn here because a page of four small plots needs no library and no network. */

export type Line = { readonly name: string; readonly values: readonly number[] };
export type TimeLine = { readonly bins: number; readonly binMs: number };

export type Mark = {
  /** Where on the time line, in bins. */
  readonly bin: number;
  readonly kind: 'hold' | 'slow' | 'leave' | 'return';
  readonly right: boolean;
  readonly words: string;
};
export type Span = { readonly from: number; readonly until: number; readonly words: string };

const width = 900;
const height = 150;
const left = 48;
const right = 120;
const foot = 22;
/** Colours that people with common kinds of colour blindness tell apart (Okabe and Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const rows = ['hold', 'slow', 'leave', 'return'] as const;
const rowHeight = 22;

/** Returns lines over the time line, with a scale and the names of the lines. */
export function plotLines(lines: readonly Line[], time: TimeLine): string {
  const most = Math.max(1e-9, ...lines.flatMap(({ values }) => [...values]));
  const y = (value: number) => height - foot - (value / most) * (height - foot - 10);
  const drawn = lines.map(({ values }, index) => {
    const points = values.map((value, bin) => `${x(bin, time).toFixed(1)},${y(value).toFixed(1)}`);
    return `<polyline fill="none" stroke="${colourOf(index)}" stroke-width="1.5" points="${points.join(' ')}"/>`;
  });
  const names = lines.map(
    ({ name }, index) =>
      `<text x="${width - right + 8}" y="${18 + index * 16}" fill="${colourOf(index)}">${name}</text>`,
  );
  const scale = [0, most].map(
    (value) => `<text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${short(value)}</text>`,
  );
  return svg(height, [...drawn, ...names, ...scale, ...hours(time, height)]);
}

/** Returns decisions as marks in a row for each kind, over spans in which something was at fault. */
export function plotActs(marks: readonly Mark[], spans: readonly Span[], time: TimeLine): string {
  const tall = rows.length * rowHeight + foot + 8;
  const shaded = spans.map(({ from, until, words }) => {
    const wide = Math.max(1, x(until, time) - x(from, time));
    return `<rect x="${x(from, time)}" y="0" width="${wide}" height="${tall - foot}" fill="#d55e00" opacity=".12"><title>${escapeText(words)}</title></rect>`;
  });
  const drawn = marks.map((mark) => {
    const row = rows.indexOf(mark.kind);
    const colour = colourOf(row);
    const fill = mark.right ? colour : '#fff';
    return `<circle cx="${x(mark.bin, time).toFixed(1)}" cy="${14 + row * rowHeight}" r="5" fill="${fill}" stroke="${colour}" stroke-width="1.5"><title>${escapeText(mark.words)}</title></circle>`;
  });
  const names = rows.map(
    (name, row) =>
      `<text x="${width - right + 8}" y="${18 + row * rowHeight}" fill="${colourOf(row)}">${name}</text>`,
  );
  return svg(tall, [...shaded, ...drawn, ...names, ...hours(time, tall)]);
}

function svg(tall: number, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${tall}" font-size="11" font-family="system-ui,sans-serif" role="img">${parts.join('')}</svg>`;
}

function hours({ bins, binMs }: TimeLine, tall: number): readonly string[] {
  const binsAnHour = 3_600_000 / binMs;
  const all = bins / binsAnHour;
  const step = [1, 2, 4, 6, 12, 24, 48, 168].find((one) => all / one <= 16) ?? 168;
  const marks: string[] = [];
  for (let hour = 0; hour <= all; hour += step) {
    const at = x(hour * binsAnHour, { bins, binMs });
    marks.push(
      `<line x1="${at}" y1="0" x2="${at}" y2="${tall - foot}" stroke="#d8dee4" stroke-width=".5"/><text x="${at}" y="${tall - 6}" text-anchor="middle" fill="#57606a">${hour} h</text>`,
    );
  }
  return marks;
}

function x(bin: number, { bins }: TimeLine): number {
  return left + (bin / Math.max(1, bins)) * (width - left - right);
}

function colourOf(index: number): string {
  return colours[index % colours.length] ?? '#000000';
}

function short(value: number): string {
  if (value === 0) return '0';
  return value < 1 ? `${(value * 100).toFixed(value < 0.01 ? 2 : 0)} %` : value.toFixed(0);
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
