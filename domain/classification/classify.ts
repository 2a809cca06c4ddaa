import { voiceOfBasic } from './basic-codes.ts';
import { blocklists } from './blocklists.ts';
import { voiceOfEnhanced } from './enhanced-codes.ts';
import { compilePhrases } from './phrase-matcher.ts';
import { type Meaning, vocabulary } from './phrase-table.ts';
import { phrasesAboutMessages } from './phrases-about-messages.ts';
import { phrasesAboutRecipients } from './phrases-about-recipients.ts';
import { phrasesAboutReputation } from './phrases-about-reputation.ts';
import { phrasesAboutServers } from './phrases-about-servers.ts';
import { providerTokens } from './provider-tokens.ts';
import { type BounceReason, type Classified, type Diagnosis, traitsOf } from './reasons.ts';
import { type Reply, readReply } from './reply.ts';
import { voiceOfSes } from './ses-priors.ts';
import { substrings } from './substrings.ts';
import { strengths, type Voice } from './voices.ts';

/**
 * Reasons in the order in which they win where two are said equally loud: whatever may be about our
 * standing comes before whatever takes a recipient for dead.
 */
const precedence: readonly BounceReason[] = [
  'suppressed',
  'block-domain-reputation',
  'blocklist-dnsbl',
  'greylisted',
  'block-ip-reputation',
  'auth-failure',
  'relay-denied',
  'sender-rejected',
  'too-large',
  'spam-content',
  'mailbox-full',
  'rate-limited',
  'invalid-domain',
  'inactive',
  'invalid-recipient',
  'recipient-refused',
  'dns',
  'network',
  'protocol',
  'server-error',
  'policy',
  'expired',
  'not-a-failure',
  'undetermined',
];

const rank: ReadonlyMap<BounceReason, number> = new Map(
  precedence.map((reason, index) => [reason, index]),
);

const matchPhrases = compilePhrases<Meaning>(
  [
    ...phrasesAboutReputation,
    ...phrasesAboutRecipients,
    ...phrasesAboutMessages,
    ...phrasesAboutServers,
  ],
  vocabulary,
);

/**
 * Returns what a mailbox provider's reply means: whose fault it is, and whether the recipient is dead.
 * Everything that is known of it speaks; the strongest voice decides, and how far the others agree is
 * the confidence. Takes any text, reads a bounded part of it, never throws.
 */
export function classify(diagnosis: Diagnosis): Classified {
  const reply = readReply(diagnosis.diagnostic ?? '');
  const token = providerTokens.find(({ pattern }) => pattern.test(reply.text));
  const listed = blocklists.find(({ pattern }) => pattern.test(reply.text));
  const voices = [
    ...own(voiceOfSes(diagnosis)),
    ...tokenVoices(reply),
    ...(listed ? [{ reason: listed.reason, strength: 'blocklist' } as const] : []),
    ...phraseVoices(reply),
    ...own(voiceOfEnhanced(reply.enhanced ?? diagnosis.status ?? '')),
    ...own(voiceOfBasic(reply.basic ?? '')),
    ...(reply.expired ? [{ reason: 'expired', strength: 'guess' } as const] : []),
  ];
  const { reason, confidence } = weigh(voices);
  const { blames, suppress } = traitsOf(reason);
  return {
    reason,
    blames,
    suppress,
    ...(token ? { provider: token.provider } : {}),
    ...(reply.ip ? { ip: reply.ip } : {}),
    ...(listed ? { blocklist: listed.blocklist } : {}),
    confidence,
  };
}

function own(voice: Voice | undefined): readonly Voice[] {
  return voice ? [voice] : [];
}

function tokenVoices({ text }: Reply): readonly Voice[] {
  const found = providerTokens.find(({ pattern, reason }) => reason && pattern.test(text));
  return found?.reason ? [{ reason: found.reason, strength: 'token' }] : [];
}

function phraseVoices({ words, text, basic, enhanced }: Reply): readonly Voice[] {
  const permanence = (basic ?? enhanced ?? '').startsWith('4') ? 'transient' : 'permanent';
  const spoken = matchPhrases(words).filter(
    (meaning) => meaning.permanence === undefined || meaning.permanence === permanence,
  );
  const written = substrings
    .filter(([, texts]) => texts.some((one) => text.includes(one)))
    .map(([reason]) => ({ reason, strength: 'phrase' }) as const);
  return [...spoken, ...written];
}

/** Each reason is heard once, as loud as its strongest voice. */
function weigh(voices: readonly Voice[]): {
  readonly reason: BounceReason;
  readonly confidence: number;
} {
  const loudest = new Map<BounceReason, number>();
  for (const { reason, strength } of voices)
    loudest.set(reason, Math.max(loudest.get(reason) ?? 0, strengths[strength]));
  const [first] = [...loudest].sort(
    ([a, x], [b, y]) => y - x || (rank.get(a) ?? 0) - (rank.get(b) ?? 0),
  );
  if (!first) return { reason: 'undetermined', confidence: 0 };
  const [reason, strength] = first;
  const { blames } = traitsOf(reason);
  const all = [...loudest].reduce((sum, [, one]) => sum + one, 0);
  const agreeing = [...loudest]
    .filter(([other]) => traitsOf(other).blames === blames)
    .reduce((sum, [, one]) => sum + one, 0);
  const certainty = Math.min(1, strength / strengths.telling);
  return { reason, confidence: Math.round((agreeing / all) * certainty * 100) / 100 };
}
