/**
 * Returns a text that no terminal obeys: what a mail, a mailbox provider's reply or an id holds comes from outside
 * and may try to move the cursor, set the title or hide lines. Line breaks and tabs stay, and of escape sequences those by
 * which this program writes bold and dim.
 * @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 */
export function printable(text: string): string {
  return text.replace(controls, (found) => (ownStyles.has(found) ? found : '?'));
}

/** Returns a value as one line of JSON; JSON itself leaves DEL and the control characters after it as they are. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
}

/** Bold, dim, and the end of both. */
const ownStyles: ReadonlySet<string> = new Set(['\u001b[1m', '\u001b[2m', '\u001b[22m']);

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced.
const controls = /\x1b\[(?:1|2|22)m|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
