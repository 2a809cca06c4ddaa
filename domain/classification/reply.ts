/** Reads a mailbox provider's reply: takes off what carried it, and what differs from mail to mail. */

/** A reply without its wrapping. */
export type Reply = {
  /** Lower case, without accents and addresses, on one line; still with codes, hosts and links. */
  readonly text: string;
  /** Words in order; `.` ends a sentence, `@a`, `@h` and `@i` stand for an address, a host, an IP. */
  readonly words: readonly string[];
  /** Three digits; absent where the text has none. */
  readonly basic?: string;
  /** Such as 5.1.1. */
  readonly enhanced?: string;
  /** The sending address that it quotes. */
  readonly ip?: string;
  /** SES gave up after many tries; the text is then the last reply that it had, if it had one. */
  readonly expired: boolean;
};

/** Longer than any reply of a server (RFC 5321 section 4.5.3.1.5: 512 octets a line); the rest is not read. */
const charactersMax = 4096;

/** Basic codes that servers use. @see https://www.rfc-editor.org/rfc/rfc5321#section-4.2 */
const basicCode =
  '(?:2[0-5]\\d|4[2-5]\\d|471|50[0-4]|51[0-6]|52[0-5]|53[0-8]|54[0-7]|55[0-9]|57[01]|60[0-9])';
const codeAhead = '(?=[\\s\\-:;.,]|$)';

/** Where the reply begins behind a line that says who said it: `host mx.example said: 550 …`. */
const replyStart = new RegExp(`(?:^|[:;'"(<>,]) ?(${basicCode})${codeAhead}`);
/** The same where nothing tells it from the text before but the enhanced code behind it. */
const doubleCode = new RegExp(`(?<![\\d.-])(${basicCode})[ -](?=[245]\\.\\d{1,3}\\.\\d)`);

const enhancedCode = /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d]|\.\d)/;

/** What SES writes when it gives up; between the brackets is the last reply. */
const expiredWrapper = /message expired[^<]{0,120}(?:<(.*?)>?\s*$|$)/;

/** What a relay writes before a reply that has no code. */
const introductions = [
  ' said: ',
  ' returned was: ',
  ' refused to talk to me: ',
  ' responded with failure: ',
  'remote server returned ',
];

/** Returns what a diagnostic says, of any text and length, in linear time. */
export function readReply(diagnostic: string): Reply {
  const plain = plainText(diagnostic.slice(0, charactersMax));
  const wrapper = expiredWrapper.exec(plain);
  const inner = wrapper?.[1] ?? '';
  const body = /[a-z0-9]/.test(inner) ? inner : wrapper ? '' : plain;
  const reply = withoutCarrier(body.trim());
  const basic = new RegExp(`^(${basicCode})${codeAhead}`).exec(reply)?.[1];
  const enhanced = enhancedCode.exec(reply)?.[0];
  const ip = quotedIp(reply);
  const text = reply.replace(address, ' @a ');
  return {
    text,
    words: wordsOf(text),
    ...(basic ? { basic } : {}),
    ...(enhanced ? { enhanced } : {}),
    ...(ip ? { ip } : {}),
    expired: wrapper !== null,
  };
}

/** Case, accents, quotation marks and line ends are no part of what is said. */
function plainText(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .replace(/[\u2018\u2019\u00b4`]/g, "'")
    .replace(/\u00df/g, 'ss')
    .replace(/\s+/g, ' ')
    .replace(/^ ?(?:smtp|x-[a-z-]{1,20}|dns) ?; ?/, '');
}

function withoutCarrier(text: string): string {
  const found = replyStart.exec(text) ?? doubleCode.exec(text);
  if (found) return text.slice(found.index + found[0].indexOf(found[1] ?? ''));
  for (const introduction of introductions) {
    const at = text.indexOf(introduction);
    if (at >= 0) return text.slice(at + introduction.length);
  }
  return text;
}

const address = /<?[^\s<>()[\],;:"'=]{1,64}@[a-z0-9.[\]-]{1,255}>?/g;
const link = /https?:\/\/\S+|\bwww\.\S+/g;
const ip4 = '(?:\\d{1,3}\\.){3}\\d{1,3}(?!\\.?\\d)';
const ip6 = '(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}';
const anyIp = new RegExp(`(?<![\\w.:])(?:${ip4}|${ip6})(?![\\w:])`, 'g');
/** Two letters are a country; other endings must be known, or `listed.please` would be a host. */
const host =
  /(?<![\w.-])(?:[a-z0-9_-]{1,63}\.){1,8}(?:[a-z]{2}|com|net|org|edu|gov|mil|int|info|biz|name|email|cloud|online|site|shop|example|test|invalid|local|arpa)(?![\w-])/g;
const queueNumber = /(?<![\w.])[\d.,:/-]{0,40}\d(?!\w)/g;
/** Said of every mail that is refused; what it was refused for stands elsewhere. */
const courtesy = /\bto (?:best )?(?:protect|reduce|prevent)\b[^.,]{0,60}\bspam\b[^.,]{0,40}[,.]/g;

function wordsOf(text: string): readonly string[] {
  const marked = text
    .replace(courtesy, ' . ')
    .replace(link, ' ')
    .replace(anyIp, ' @i ')
    .replace(host, ' @h ')
    .replace(queueNumber, ' ')
    .replace(/(?<=\p{L})'(?=\p{L})/gu, '');
  return marked.match(/@[ahi]|[\p{L}\p{N}]+|[.!?](?= |$)/gu) ?? [];
}

/** Words and brackets that stand before an address of ours; a relay's own stands in what is cut off. */
const quoted = new RegExp(
  `(?:\\b(?:from|ips?|address|host|client|server|addr|sender|for)|[[(=<])[ :=[(]{0,4}(${ip4}|${ip6})`,
  'g',
);
/** Behind a dash stands the number of an error. */
const unquoted = new RegExp(`(?<![\\w.:-]|- )(${ip4})(?![\\w])`, 'g');
/** Nobody sends mail to the world from these. @see https://www.rfc-editor.org/rfc/rfc6890 */
const notPublic = /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./;

function quotedIp(text: string): string | undefined {
  const candidates = [...text.matchAll(quoted), ...text.matchAll(unquoted)];
  for (const [, ip = ''] of candidates) {
    const octets = ip.split('.');
    const fits = ip.includes(':') || octets.every((octet) => Number(octet) <= 255);
    if (fits && !notPublic.test(ip)) return ip;
  }
  return undefined;
}
