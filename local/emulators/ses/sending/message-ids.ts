import type { Draw } from '../dice.ts';

/**
 * Regions mark the first two bytes of an SES id. The four seen in public payloads; others get
 * us-east-1's mark, because nothing reads it.
 */
const regionMarks: Readonly<Record<string, string>> = {
  'us-east-1': '0100',
  'us-west-2': '0101',
  'eu-west-1': '0102',
  'eu-central-1': '0107',
};

/** Returns an id shaped like SES's message and feedback ids: `0100` + ms in hex, UUID, `-000000`. */
export function sesId(region: string, atMs: number, draw: Draw): string {
  const mark = regionMarks[region] ?? '0100';
  return `${mark}${hex(atMs, 12)}-${uuid(draw)}-000000`;
}

/** Returns the Message-ID header value that SES writes for a message id. */
export function messageIdHeader(region: string, messageId: string): string {
  const host = region === 'us-east-1' ? 'email.amazonses.com' : `${region}.amazonses.com`;
  return `<${messageId}@${host}>`;
}

function uuid(draw: Draw): string {
  const [a, b, c, d] = [word(draw), word(draw), word(draw), word(draw)];
  const variant = ((Number.parseInt(c.charAt(0), 16) & 3) | 8).toString(16);
  return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
}

function word(draw: Draw): string {
  return hex(Math.floor(draw() * 4294967296), 8);
}

function hex(value: number, digits: number): string {
  return Math.floor(value).toString(16).padStart(digits, '0');
}
