import { binomial } from './dice.ts';
import { type Hearing, type Stage, turnAway } from './hearing.ts';
import { reputationsOf } from './stages-of-blocks.ts';

/** Unknown recipients of an hour below which no provider speaks of a bad list. */
const unknownMin = 20;
/** Where suspicious content begins: what a spotless sender may write, and how fast it gets worse. */
const content = {
  refused: { from: 0.5, trust: 0.3, span: 0.3 },
  folder: { from: 0.2, trust: 0.3, span: 0.4 },
} as const;

/** Recipients that do not exist; too many within an hour are held against the address. */
export const unknownRecipients: Stage = (hearing) => {
  const { mails, draw, left, ip, domain } = hearing;
  const unknown = binomial(draw, left, mails.unknownShare);
  for (const standing of [ip, domain]) {
    standing.volume += left;
    standing.hourVolume += left;
    standing.unknown += unknown;
    standing.hourUnknown += unknown;
  }
  turnAway(hearing, unknown, 'unknown-user');
  const { unknownPenaltyMs, unknownShareMax } = hearing.provider.numbers;
  const tooMany = Math.max(unknownMin, unknownShareMax * ip.hourVolume);
  if (unknownPenaltyMs === 0 || ip.hourUnknown <= tooMany) return;
  ip.refusedUntil = hearing.at + unknownPenaltyMs;
  ip.refusedFor = 'unknown-users';
};

/** Content that looks like spam, the more so the less its sender is trusted. */
export const contentFilter: Stage = (hearing) => {
  const share = suspicion(hearing, content.refused);
  turnAway(hearing, binomial(hearing.draw, hearing.left, share), 'content');
};

/** The rest is delivered: to the inbox, or to the spam folder, of which the sender hears nothing. */
export const delivery: Stage = (hearing) => {
  const { mails, at, draw, left, provider } = hearing;
  const { spamFolderReputation } = provider.numbers;
  const { ip, domain } = reputationsOf(hearing);
  const distrust = Math.max(0, 1 - Math.min(ip, domain) / spamFolderReputation);
  const share = 1 - (1 - distrust) * (1 - suspicion(hearing, content.folder));
  const spam = binomial(draw, left, share);
  const inbox = left - spam;
  if (inbox > 0) hearing.answers.push({ kind: 'delivered', count: inbox, folder: 'inbox' });
  if (spam > 0) hearing.answers.push({ kind: 'delivered', count: spam, folder: 'spam' });
  hearing.left = 0;
  complain(hearing, inbox, spam);
  const hits = binomial(draw, left, mails.trapShare);
  hearing.ip.traps += hits;
  hearing.domain.traps += hits;
  for (let hit = 0; hit < hits; hit += 1) hearing.onTrap(mails.ip, at);
};

function complain(hearing: Hearing, inbox: number, spam: number): void {
  const { mails, at, token, draw, common, provider } = hearing;
  const share = mails.complaintShare;
  const count =
    binomial(draw, inbox, share) + binomial(draw, spam, share * common.spamFolderComplaintShare);
  if (count === 0) return;
  const { complaintLagMedianMs: lagMedianMs, complaintVisibleShare: visibleShare } =
    provider.numbers;
  hearing.complaints.file(mails, count, { at, token, lagMedianMs, visibleShare });
}

function suspicion(
  hearing: Hearing,
  { from, trust, span }: { readonly from: number; readonly trust: number; readonly span: number },
): number {
  const { spamminess } = hearing.mails;
  if (spamminess <= from) return 0;
  const { ip, domain } = reputationsOf(hearing);
  return Math.min(1, Math.max(0, (spamminess - from - trust * Math.min(ip, domain)) / span));
}
