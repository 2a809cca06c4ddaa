/**
 * Codes and words that one mailbox provider alone writes. They tell whose reply it is, and mostly what it
 * means: a provider's own code outweighs everything that its text says.
 */
import type { BounceReason } from './reasons.ts';

export type ProviderToken = {
  readonly provider: string;
  /** Of lower-case text. */
  readonly pattern: RegExp;
  /** Absent where it tells only whose reply it is. */
  readonly reason?: BounceReason;
};

/** The first that fits decides the reason; the provider is that of the first that fits, too. */
export const providerTokens: readonly ProviderToken[] = [
  // Yahoo and AOL. @see https://senders.yahooinc.com/smtp-error-codes/
  of('yahoo', /\[(?:ts|tss|ipts)\d\d\]/, 'block-ip-reputation'),
  of('yahoo', /\[bl\d\d\]/, 'blocklist-dnsbl'),
  of('yahoo', /\[ph\d\d\]/, 'policy'),
  of('yahoo', /\[#?4\.16\.\d{1,2}\]/, 'server-error'),
  of(
    'yahoo',
    /\bdelivery error: dd (?:requested mail action aborted|this user|sorry your message)/,
  ),
  of('yahoo', /\bvs\d\d-ip\d?\b/, 'block-ip-reputation'),
  of(
    'yahoo',
    /\bpostmaster\.(?:yahooinc|yahoo|verizonmedia|aol)\.com\b|\bsenders\.yahooinc\.com\b/,
  ),

  // Microsoft, consumer and 365. @see https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online
  of('microsoft', /\(s(?:3150|3140|775|843|3113|3114)\)/, 'block-ip-reputation'),
  of('microsoft', /\(s(?:3115|3116)\)/, 'rate-limited'),
  of('microsoft', /\(s(?:2017062302|99\d)\)/),
  of('microsoft', /\brp-00[123]\b/, 'rate-limited'),
  of('microsoft', /\b(?:sc-00[1-4]|dy-00[12]|ou-002)\b/, 'block-ip-reputation'),
  of('microsoft', /\bou-001\b/, 'blocklist-dnsbl'),
  of('microsoft', /\bresolver\.adr\.(?:recip\w*|ex\w*|notfound)/, 'invalid-recipient'),
  of('microsoft', /\bresolver\.rst\.(?:not\w+|auth\w+|sender\w+|restrict\w+)/, 'recipient-refused'),
  of('microsoft', /\bresolver\.rst\.\w*size\w*/, 'too-large'),
  of('microsoft', /\bresolver\.fwd\./, 'server-error'),
  of(
    'microsoft',
    /\brecipient address rejected: access denied\W{1,3}as\(2018\d+\)/,
    'invalid-recipient',
  ),
  of(
    'microsoft',
    /\bas\(?\d{4,}\)?|\bprotection\.outlook\.com\b|\bprod\.outlook\.com\b|\bpostmaster\.live\.com\b|\bsender\.office\.com\b|\bstorequota|\bstoredrv\./,
  ),

  // Apple. @see https://support.apple.com/102322
  of('apple', /\[(?:cs0\d|hm0\d)\]/, 'spam-content'),
  of('apple', /\[hme\d\]/, 'auth-failure'),
  of('apple', /\[hcm\d\]/, 'rate-limited'),
  of('apple', /\[bs\d\d\]/, 'server-error'),
  of('apple', /\bsupport\.apple\.com\b/),

  // Gmail and Workspace: every reply ends with the server's mark. @see https://support.google.com/a/answer/3726730
  of('gmail', /- gsmtp\b|\bsupport\.google\.com\/(?:mail|a)\b/),

  // GMX, WEB.DE, mail.com. @see https://postmaster.gmx.net/en/error-messages
  of(
    'gmx',
    /\bnemesis esmtp service\b|\bpostmaster\.(?:gmx|web|mail)\.(?:net|com|de)\b|\bmxgmx\w*|\bmxweb\w*/,
  ),

  // T-Online. @see https://postmaster.t-online.de/
  of('telekom', /^554 ip=\S{1,45} - .{1,200}\(bl\)|none\/bad reputation/, 'block-ip-reputation'),
  of('telekom', /\btosa@|\bpostmaster\.t-online\.de\b/),

  // Comcast: the bits of a BL code combine. @see https://postmaster.xfinity.com/error-codes
  of('comcast', /\bbl0000(?:01|11)\b/, 'blocklist-dnsbl'),
  of('comcast', /\bbl[01]{6}\b/, 'block-ip-reputation'),
  of('comcast', /\brl[01]{6}\b/, 'rate-limited'),
  of('comcast', /\bpostmaster\.(?:comcast|xfinity)\.(?:net|com)\b/),

  // Orange, Wanadoo, La Poste. @see https://postmaster.orange.fr/
  of('orange', /\bofr\d{0,3}_(?:10[0-3]|108)\b/, 'block-ip-reputation'),
  of('orange', /\bofr\d{0,3}_(?:10[4-7]|109|11\d)\b/, 'rate-limited'),
  of('orange', /\bofr\d{0,3}_416\b/, 'invalid-recipient'),
  of('orange', /\bofr\d{0,3}_(?:506|6\d\d)\b/, 'spam-content'),
  of('orange', /\bofr\d{0,3}_505\b/, 'server-error'),
  of('orange', /\bofr\d{0,3}_\d{3}\b/),
  of('laposte', /\blpn\d{3}_(?:10[0-8])\b/, 'block-ip-reputation'),
  of('laposte', /\blpn\d{3}_(?:50[56])\b/, 'spam-content'),
  of('laposte', /\blpn\d{3}_\d{3}\b/),

  // Cox and Spectrum. @see https://www.cox.com/residential/support/email-error-codes.html
  of('cox', /\b(?:cxbl|cxthrt|cxmj|cxjb)\b|\baup#(?:cdrbl|csbl|crbl|bl)\b/, 'block-ip-reputation'),
  of('cox', /\bipbl\d{2,6}\b/, 'blocklist-dnsbl'),
  of('cox', /\bcxdns\b/, 'auth-failure'),
  of('cox', /\bcxsndr\b/, 'sender-rejected'),
  of('cox', /\b(?:cxcnct|cxmxrt)\b/, 'rate-limited'),
  of('cox', /\bcox\.com\/|\bcox too many sessions\b/),
  of('spectrum', /\baup#(?:\w{1,3}-)?13\d\d\b/, 'rate-limited'),
  of('spectrum', /\baup#(?:\w{1,3}-)?1[456]\d\d\b/, 'block-ip-reputation'),
  of('spectrum', /\bspectrum\.net\/|\baup#\w/),

  // Tencent and NetEase. @see https://service.mail.qq.com/ @see https://help.mail.163.com/
  of('tencent', /\b(?:ip|domain|sender|connection) frequency limited\b/, 'rate-limited'),
  of('tencent', /\bmail content denied\b/, 'spam-content'),
  of('tencent', /\b(?:service|open)\.mail\.qq\.com\b|\bmail\.qq\.com\/cgi-bin\b/),
  of('netease', /\bdt:(?:spm|spf)\b/, 'spam-content'),
  of('netease', /\b(?:hl:(?:itc|icc|ihu)|rp:(?:rcl|trc)|mi:(?:imf|qpf|nhd))\b/, 'rate-limited'),
  of(
    'netease',
    /\b(?:rp:(?:orq|oeq)|hl:(?:ipb|reph)|ip:(?:irp|black)|mi:(?:spb|sfq))\b/,
    'block-ip-reputation',
  ),
  of('netease', /\bmi:spf\b/, 'auth-failure'),
  of('netease', /\bmail\.163\.com\b/),

  // Smaller ones.
  of('godaddy', /\bib(?:10[3-68]|11[0-2]|212)\b/, 'block-ip-reputation'),
  of('godaddy', /\bib(?:007|101|107|50[0-2])\b/, 'rate-limited'),
  of('godaddy', /\bib50[56]\b/, 'sender-rejected'),
  of('godaddy', /\bsmtp\.secureserver\.net\b|\bib\d{3}\b/),
  of('mimecast', /\bmcspamsignature\b|\bmimecast\b.{0,40}\bvirus signature\b/, 'spam-content'),
  of('mimecast', /\bcommunity\.mimecast\.com\b|\bmimecast\.com\b/),
  of('facebook', /\brcp-p\d\b/, 'invalid-recipient'),
  of('facebook', /\bpol-p[12]\b/, 'block-ip-reputation'),
  of('facebook', /\b(?:pol-p[3-7]|con-t\d|msg-t\d)\b/, 'policy'),
  of('facebook', /\bint-[pt]\d\b/, 'server-error'),
  of('proofpoint', /\bipcheck\.proofpoint\.com\b|\bproofpoint\.com\/dnsbl/, 'block-ip-reputation'),
  of('cisco', /\btalosintelligence\.com\b|\bsenderbase\.org\b/, 'block-ip-reputation'),
];

function of(provider: string, pattern: RegExp, reason?: BounceReason): ProviderToken {
  return { provider, pattern, ...(reason ? { reason } : {}) };
}
