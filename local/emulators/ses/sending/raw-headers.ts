import type { Header } from './message.ts';

type RawHeader = Header & { readonly start: number; readonly end: number };

/** Reads the header block of raw content: unfolded values in order. */
export function readHeaders(bytes: Buffer): readonly Header[] {
  return scan(bytes).map(({ name, value }) => ({ name, value }));
}

/** Returns the bytes without their Bcc and X-SES-* headers; everything else stays byte for byte. */
export function withoutSesHeaders(bytes: Buffer): Buffer {
  const dropped = scan(bytes).filter(({ name }) => isStripped(name));
  if (dropped.length === 0) return bytes;
  const kept: Buffer[] = [];
  let from = 0;
  for (const { start, end } of dropped) {
    kept.push(bytes.subarray(from, start));
    from = end;
  }
  kept.push(bytes.subarray(from));
  return Buffer.concat(kept);
}

/** Whether SES takes a header out before the message leaves. */
export function isStripped(name: string): boolean {
  return /^(bcc|x-ses-.*)$/i.test(name);
}

/** The first value of a header, by case-insensitive name. */
export function headerValue(headers: readonly Header[], name: string): string | undefined {
  return headers.find((header) => header.name.toLowerCase() === name)?.value;
}

function scan(bytes: Buffer): readonly RawHeader[] {
  const headers: RawHeader[] = [];
  const text = bytes.subarray(0, headerEnd(bytes)).toString('utf8');
  const latin = bytes.subarray(0, headerEnd(bytes)).toString('latin1');
  // Positions are counted on the Latin-1 reading, where one character is one byte.
  const values = [...text.matchAll(field)];
  for (const [position, match] of [...latin.matchAll(field)].entries()) {
    const value = (values[position]?.[2] ?? '').replaceAll(/\r?\n(?=[ \t])/g, '').trim();
    const end = match.index + match[0].length;
    headers.push({ name: match[1] ?? '', value, start: match.index, end });
  }
  return headers;
}

const field = /^([!-9;-~]+):([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)(?:\r?\n|$)/gm;
/** Far above any real header block; bytes without an empty line must not be scanned to the end. */
const headerBytesMax = 1024 * 1024;

function headerEnd(bytes: Buffer): number {
  const ends = [bytes.indexOf('\r\n\r\n'), bytes.indexOf('\n\n')].filter((at) => at >= 0);
  // Two bytes more, so that the last header keeps its line break.
  const end = ends.length === 0 ? bytes.length : Math.min(...ends) + 2;
  return Math.min(end, headerBytesMax);
}
