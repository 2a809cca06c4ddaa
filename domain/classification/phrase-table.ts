/** The form of the phrase tables, and words that they share. */
import type { Phrase } from './phrase-matcher.ts';
import type { BounceReason } from './reasons.ts';
import type { Strength, Voice } from './voices.ts';

/** A meaning of a phrase; `permanence` where it holds for replies of that class (RFC 5321) alone. */
export type Meaning = Voice & { readonly permanence?: 'permanent' | 'transient' };

/** Returns phrases of one reason and strength. */
export function phrasesOf(
  reason: BounceReason,
  strength: Strength,
  phrases: readonly string[],
): readonly Phrase<Meaning>[] {
  return phrases.map((phrase) => ({ phrase, meaning: { reason, strength } }));
}

/** Returns phrases that mean it in replies of one class alone. */
export function phrasesWhen(
  permanence: 'permanent' | 'transient',
  phrases: readonly Phrase<Meaning>[],
): readonly Phrase<Meaning>[] {
  return phrases.map(({ phrase, meaning }) => ({ phrase, meaning: { ...meaning, permanence } }));
}

/** Words for the same thing. */
export const vocabulary: Readonly<Record<string, string>> = {
  mailbox:
    'user|users|username|userid|recipient|recipients|mailbox|mailboxes|account|accounts|address|addresses|addressee|alias|inbox|customer|subscriber|member|login|maildrop|rcpt|person|employee|localpart|box',
  not: 'not|doesnt|isnt|wasnt|arent|dont|didnt|cannot|cant|couldnt|wont|never|no|nt',
  sender: 'sender|senders|from|envelope|originator|return|reverse|returnpath|mailfrom',
  host: 'ip|ips|ipv4|ipv6|host|hosts|server|servers|client|mta|network|networks|netblock|subnet|range|connection|connections|peer|relay|isp|machine|mailserver|hostname',
  blocked:
    'block|blocked|blocking|blocks|blacklisted|blacklist|blacklists|blocklisted|blocklist|blocklists|denylisted|denylist|rejectlist|banned|barred|blackholed|blackhole|denied|refused|rejected|rejecting|forbidden|prohibited|disallowed|unwelcome|quarantined|listed',
  refused:
    'refused|refuses|refuse|reject|rejected|rejects|rejecting|denied|deny|denies|declined|blocked|disallowed|bounced|dropped|discarded|unaccepted',
  soon: 'later|again|shortly|soon|retry|minutes|seconds',
};
