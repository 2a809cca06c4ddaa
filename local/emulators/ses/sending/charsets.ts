import { refuse } from '../errors.ts';

/**
 * The character sets that need no conversion tables. SES takes more; asking for another one is
 * refused with the list rather than sent wrongly.
 */
const encodings: Readonly<
  Record<string, { readonly buffer: BufferEncoding; readonly highest: number }>
> = {
  'UTF-8': { buffer: 'utf8', highest: 0x10ffff },
  'US-ASCII': { buffer: 'latin1', highest: 0x7f },
  'ISO-8859-1': { buffer: 'latin1', highest: 0xff },
};

/** What SES uses when a request names no character set. */
export const defaultCharset = 'US-ASCII';

const ascii = /^\p{ASCII}*$/u;

/** Returns the known spelling of a character set, or refuses it. */
export function checkedCharset(charset: string | undefined): string {
  const name = (charset ?? defaultCharset).toUpperCase();
  if (name === 'ASCII') return 'US-ASCII';
  if (name === 'UTF8') return 'UTF-8';
  if (Object.hasOwn(encodings, name)) return name;
  const known = Object.keys(encodings).join(', ');
  return refuse(
    'BadRequestException',
    `Unsupported charset <${charset}>. Supported here: ${known}`,
  );
}

/** Encodes text; what the set cannot express becomes a question mark, as SES does. */
export function encodeText(data: string, charset: string): Buffer {
  const encoding = encodings[charset.toUpperCase()];
  if (encoding === undefined) throw new Error(`unchecked charset ${charset}`);
  if (encoding.buffer === 'utf8' || ascii.test(data)) return Buffer.from(data, encoding.buffer);
  const fits = (character: string): boolean => (character.codePointAt(0) ?? 0) <= encoding.highest;
  return Buffer.from([...data].map((c) => (fits(c) ? c : '?')).join(''), encoding.buffer);
}
