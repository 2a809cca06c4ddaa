/**
 * Enhanced status codes, and what single providers made of them. A code says what its server's author
 * thought of, and 5.7.1 is everybody's; so words outweigh it.
 * @see https://www.rfc-editor.org/rfc/rfc3463
 * @see https://www.iana.org/assignments/smtp-enhanced-status-codes
 */
import type { BounceReason } from './reasons.ts';
import type { Voice } from './voices.ts';

/** Codes by what they mean; without the class digit they hold for 4 and 5 alike. */
const particular = {
  'invalid-recipient': ['5.1.0', '5.1.1', '4.1.1', '5.1.3', '4.1.3', '5.1.6', '7.17'],
  'invalid-domain': ['1.2', '1.10', '7.18'],
  'mailbox-full': ['2.2'],
  inactive: ['5.2.1', '7.13'],
  'too-large': ['2.3', '3.4'],
  'sender-rejected': ['1.7', '1.8', '1.9'],
  'auth-failure': [
    ...['7.20', '7.21', '7.22', '7.23', '7.24', '7.25', '7.26', '7.27', '7.30', '7.32', '7.40'],
    // Microsoft: DMARC, and what it asks of bulk senders.
    ...['5.7.509', '5.7.515'],
  ],
  protocol: [
    '5.1',
    '5.2',
    '5.4',
    '5.5',
    '6.1',
    '6.2',
    '6.3',
    '6.4',
    '6.5',
    '6.6',
    '6.7',
    '6.9',
    '7.10',
    '7.11',
  ],
  'rate-limited': [
    ...['5.3', '7.28', '5.4.5'],
    // Microsoft: connections and messages beyond what it takes.
    ...['4.7.651', '4.7.652'],
  ],
  // Microsoft: the address stands on its list, or its mail looks like a bot's.
  'block-ip-reputation': [
    ...['4.7.650', '5.7.511', '5.7.606', '5.7.607', '5.7.608', '5.7.609', '5.7.750', '5.7.708'],
  ],
  'spam-content': ['5.7.512'],
  'recipient-refused': ['5.7.513', '5.7.124', '5.7.133', '5.7.134', '5.7.136'],
  network: ['4.1', '4.2', '4.6'],
  dns: ['4.4.3', '4.4.4'],
  expired: ['4.7'],
  'server-error': ['3.1', '3.5', '3.0', '3.2', '4.4.5'],
  policy: ['7.14', '7.19', '7.29'],
} as const satisfies Readonly<Partial<Record<BounceReason, readonly string[]>>>;

/** Codes for a whole class of trouble; only the class digit or subject is certain. */
const vague = {
  'invalid-recipient': ['5.1.4'],
  'invalid-domain': ['5.4.4', '5.4.1', '5.4.3'],
  'recipient-refused': ['2.0', '2.4', '7.2'],
  'server-error': ['4.2.1', '4.1.0', '4.5.0', '4.4.0', '4.0.0', '5.3.3'],
  'mailbox-full': ['4.3.1'],
  network: ['5.4.0'],
  policy: ['7.0', '7.1', '7.3', '7.4', '7.5', '7.6', '7.7', '7.8', '7.9'],
  protocol: ['5.5.0', '6.0', '7.12'],
} as const satisfies Readonly<Partial<Record<BounceReason, readonly string[]>>>;

/** Microsoft 365 counts its refusals up to 5.7.649 and its delays from 4.7.500. @see https://learn.microsoft.com/defender-office-365/external-senders-troubleshoot */
const ranges: readonly {
  readonly code: RegExp;
  readonly voice: Voice;
}[] = [
  { code: /^5\.7\.6[0-4]\d$/, voice: { reason: 'block-ip-reputation', strength: 'code' } },
  { code: /^4\.7\.[56]\d\d$/, voice: { reason: 'rate-limited', strength: 'vagueCode' } },
  { code: /^[45]\.7\.\d+$/, voice: { reason: 'policy', strength: 'vagueCode' } },
];

const voices: ReadonlyMap<string, Voice> = new Map([
  ...entries(vague, 'vagueCode'),
  ...entries(particular, 'code'),
]);

/** Returns what a code says, undefined where that is nothing. */
export function voiceOfEnhanced(code: string): Voice | undefined {
  return (
    voices.get(code) ??
    voices.get(code.slice(2)) ??
    ranges.find((range) => range.code.test(code))?.voice
  );
}

function entries(
  table: Readonly<Partial<Record<BounceReason, readonly string[]>>>,
  strength: Voice['strength'],
): readonly (readonly [string, Voice])[] {
  return reasonsIn(table).flatMap((reason) =>
    (table[reason] ?? []).map((code) => [code, { reason, strength }] as const),
  );
}

function reasonsIn<K extends string>(table: Readonly<Partial<Record<K, unknown>>>): readonly K[] {
  return Object.keys(table).filter((name): name is K => name in table);
}
