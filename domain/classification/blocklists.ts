/**
 * Blocklists that replies name. One of addresses is our pool's trouble, one of domains the tenant's:
 * another address would meet the same refusal.
 */
import type { BounceReason } from './reasons.ts';

export type Blocklist = {
  readonly blocklist: string;
  /** Of lower-case text. */
  readonly pattern: RegExp;
  readonly reason: BounceReason;
};

/** The first that fits is meant; what is particular stands before what is general. */
export const blocklists: readonly Blocklist[] = [
  domains(
    'spamhaus-dbl',
    /\bdbl\.spamhaus|spamhaus[ .\w-]{0,12}\bdbl\b|spamhaus\.org\/(?:query\/)?dbl/,
  ),
  domains('surbl', /\bsurbl\b/),
  domains('uribl', /\buribl\b/),
  domains('invaluement-uri', /\bivmuri\b/),
  domains('rhsbl', /\brhsbl\b/),
  addresses(
    'spamhaus-sbl',
    /\bsbl\.spamhaus|spamhaus[ .\w-]{0,12}\bsbl\b|spamhaus\.org\/(?:query\/)?sbl/,
  ),
  addresses('spamhaus-css', /spamhaus[ .\w-]{0,12}\bcss\b/),
  addresses(
    'spamhaus-xbl',
    /\bxbl\.spamhaus|spamhaus[ .\w-]{0,12}\bxbl\b|\bcbl\.abuseat\b|\babuseat\.org\b/,
  ),
  addresses(
    'spamhaus-pbl',
    /\bpbl\.spamhaus|spamhaus[ .\w-]{0,12}\bpbl\b|spamhaus\.org\/(?:query\/)?pbl/,
  ),
  addresses('spamhaus-zen', /\bspamhaus\b|\bzen\.dnsbl\b|\bdq\.spamhaus/),
  addresses('spamcop', /\bspamcop\b/),
  addresses('barracuda', /\bbarracuda(?:central)?\b/),
  addresses('sorbs', /\bsorbs\b/),
  addresses('uceprotect', /\buceprotect\b/),
  addresses('abusix', /\babusix\b|\bmail\.abusix\.zone\b/),
  addresses('mailspike', /\bmailspike\b/),
  addresses('psbl', /\bpsbl\b|\bsurriel\b/),
  addresses('spamrats', /\bspamrats\b/),
  addresses('cloudmark-csi', /\bcsi\.cloudmark\b|\bcloudmark (?:csi|sender intelligence)\b/),
  addresses('invaluement', /\binvaluement\b|\bivmsip\b/),
  addresses(
    'trend-micro',
    /\bmail-abuse\.(?:com|org)\b|\bers\.trendmicro\b|\btrend ?micro (?:rbl|email reputation)/,
  ),
  addresses('nix-spam', /\bix\.dnsbl\b|\bdnsbl\.manitu\b|\bnixspam\b|\bnix spam\b/),
  addresses('sender-score', /\bsender ?score\b|\breturnpath\b|\bbl\.score\.senderscore\b/),
  addresses('njabl', /\bnjabl\b/),
  addresses('dsbl', /\bdsbl\b/),
  addresses('dronebl', /\bdronebl\b/),
  addresses('backscatterer', /\bbackscatterer\b/),
  addresses('gbudb', /\bgbudb\b/),
  addresses('hostkarma', /\bhostkarma\b|\bjunkemailfilter\b/),
  addresses('wpbl', /\bwpbl\b/),
  addresses('kisa', /\bkisa-?rbl\b|\bkisarbl\b|\bspamlist\.or\.kr\b/),
  addresses('0spam', /\b0spam\b/),
  addresses('nordspam', /\bnordspam\b/),
  // A name that only a list of addresses has: rbl.example.net, dnsbl-1.example.org/rbl/.
  addresses(
    'other',
    /\b(?:dns)?(?:rbl|dnsbl|dnsrbl)\b|\b(?:rbl|dnsbl|bl|blacklist|blocklist)[\w-]{0,20}\.[a-z0-9-]{1,63}\.[a-z]|\bblocked using\b|\bdns ?(?:black|block) ?list|\breal-?time (?:black|block)/,
  ),
];

function addresses(blocklist: string, pattern: RegExp): Blocklist {
  return { blocklist, pattern, reason: 'blocklist-dnsbl' };
}

function domains(blocklist: string, pattern: RegExp): Blocklist {
  return { blocklist, pattern, reason: 'block-domain-reputation' };
}
