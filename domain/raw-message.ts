import type { Address } from './address.ts';
import { readSingleMailbox } from './mailbox.ts';
import type { RejectReason } from './reasons.ts';

export type RawMessageCheck =
  | { readonly ok: true; readonly senders: readonly Address[] }
  | { readonly ok: false; readonly reason: RejectReason; readonly detail: string };

/** Header blocks above this are refused; mailbox providers cap them lower (Gmail: 500 KB of headers). */
const headerBytesMax = 256_000;

/**
 * Headers that would speak past us: SES obeys X-SES ones (configuration set, tags, identity ARN), and
 * whether its Destination overrides further recipients is not certain, so these would pass by the
 * suppression list.
 */
const reserved = /^(x-ses-.*|return-path|cc|bcc|resent-.*)$/;

/**
 * Returns who a raw message says it is from (From, and Sender where there is one), or why it may not be
 * sent.
 * @see https://www.rfc-editor.org/rfc/rfc5322#section-3.6 exactly one From
 */
export function checkRawMessage(raw: Uint8Array): RawMessageCheck {
  const block = headerBlock(raw);
  if (block === undefined)
    return refuse(
      'invalid-field',
      'content.raw: no end of headers within 256 KB; a blank line must follow them',
    );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f]|\r(?!\n)/.test(block))
    return refuse('header-injection', 'content.raw: control character or bare CR in the headers');
  const fields = unfold(block);
  if (!fields) return refuse('invalid-field', 'content.raw: a header line is not name: value');
  const forbidden = fields.find(({ name }) => reserved.test(name));
  if (forbidden) return refuse('header-reserved', `content.raw: ${forbidden.name} may not be set`);
  const senders: Address[] = [];
  for (const [name, least] of [
    ['from', 1],
    ['sender', 0],
  ] as const) {
    const found = fields.filter((field) => field.name === name);
    if (found.length < least || found.length > 1)
      return refuse(
        'from-header-mismatch',
        `content.raw: ${found.length} ${name} headers; exactly one From is needed`,
      );
    if (!found[0]) continue;
    const address = readSingleMailbox(found[0].value);
    if (!address)
      return refuse(
        'from-header-mismatch',
        `content.raw: the ${name} header must hold one plain address`,
      );
    senders.push(address);
  }
  return { ok: true, senders };
}

function headerBlock(raw: Uint8Array): string | undefined {
  const head = Buffer.from(raw.subarray(0, headerBytesMax)).toString('utf8');
  const end = /\r?\n\r?\n/.exec(head);
  return end ? head.slice(0, end.index) : undefined;
}

function unfold(block: string): { name: string; value: string }[] | undefined {
  const fields: { name: string; value: string }[] = [];
  for (const line of block.replace(/\r?\n([ \t])/g, '$1').split(/\r?\n/)) {
    const field = /^([!-9;-~]+):(.*)$/s.exec(line);
    if (!field?.[1] || field[2] === undefined) return undefined;
    fields.push({ name: field[1].toLowerCase(), value: field[2] });
  }
  return fields;
}

function refuse(reason: RejectReason, detail: string): RawMessageCheck {
  return { ok: false, reason, detail };
}
