import { classify } from '../../domain/classification/classify.ts';
import type { Classified } from '../../domain/classification/reasons.ts';
import { binomial } from '../../world/dice.ts';
import type { Answer, Draw, MailWorld } from '../../world/model.ts';
import { drawParts } from './draw-counts.ts';
import type { Batch } from './mail.ts';
import type { NewsPost } from './news-post.ts';
import type { Token } from './open-world.ts';
import type { NewsEvent } from './scenario-events.ts';
import { countEnd, type Tally } from './tally.ts';

/** SES as it stands between a policy and the world: it picks an address, tries again, and tells. */
export type Egress = {
  /** Takes mail; from here nothing is called back. */
  readonly hand: (batch: Batch, pool: string, now: number, again?: number) => void;
  /** Tries again what was put off. */
  readonly retry: (now: number) => void;
  /** Mails that SES still holds. */
  readonly inside: () => number;
  /** Counts what SES still holds as kept: the run is over. */
  readonly giveUp: (now: number) => void;
};

/** Mail inside SES. */
type Inside = {
  readonly batch: Batch;
  readonly pool: string;
  readonly ip: string;
  readonly count: number;
  readonly sentAt: number;
  readonly attempt: number;
  readonly again: number;
  readonly reply: string;
};

const minuteMs = 60_000;
/** Minutes until the next try, the last for all further ones; SES publishes none (assumed). */
const retryMinutes = [5, 10, 20, 40, 60];
/** Recipient domains behind small providers, of which one reply is heard. */
const smallDomains = 400;

type EgressParts = {
  readonly world: MailWorld;
  readonly draw: Draw;
  readonly post: NewsPost;
  readonly tally: Tally;
  readonly ipsOf: (pool: string) => readonly string[];
  readonly maxDeliveryMsOf: (stream: string) => number;
  readonly forgeries: readonly NewsEvent[];
  readonly startsAt: number;
};

/** Creates the way out of a run. */
export function createEgress(parts: EgressParts): Egress {
  const out = new WayOut(parts);
  return {
    hand: (batch, pool, now, again = 0) => out.hand(batch, { pool, again }, now),
    retry: (now) => out.retry(now),
    inside: () => out.inside,
    giveUp: (now) => out.giveUp(now),
  };
}

/** SES of one run: a stateful emulator. */
class WayOut {
  readonly #parts: EgressParts;
  readonly #later = new Map<number, Inside[]>();
  readonly #diagnose = createDiagnosis();
  #retriedMinute: number;
  inside = 0;

  constructor(parts: EgressParts) {
    this.#parts = parts;
    this.#retriedMinute = Math.floor(parts.startsAt / minuteMs);
  }

  hand(
    batch: Batch,
    { pool, again }: { readonly pool: string; readonly again: number },
    now: number,
  ): void {
    const ips = this.#parts.ipsOf(pool);
    const counts =
      ips.length === 1 ? [batch.count] : drawParts(this.#parts.draw, batch.count, ips.length);
    for (const [index, ip] of ips.entries()) {
      const count = counts[index] ?? 0;
      if (count === 0) continue;
      const mail = { batch, pool, ip, count, sentAt: now, attempt: 1, again, reply: '' };
      const honest = this.#forge(mail, now);
      if (honest > 0) this.#tryOnce(honest === count ? mail : { ...mail, count: honest }, now);
    }
  }

  retry(now: number): void {
    const last = Math.floor(now / minuteMs);
    for (; this.#retriedMinute <= last; this.#retriedMinute += 1) {
      const due = this.#later.get(this.#retriedMinute) ?? [];
      this.#later.delete(this.#retriedMinute);
      for (const mail of due) this.inside -= mail.count;
      for (const mail of due) this.#tryOnce(mail, now);
    }
  }

  giveUp(now: number): void {
    for (const mail of [...this.#later.values()].flat()) {
      countEnd(this.#parts.tally, 'kept', { batch: mail.batch, count: mail.count, now });
    }
    this.#later.clear();
  }

  #tryOnce(mail: Inside, now: number): void {
    const { batch, pool, ip, count, attempt } = mail;
    const token: Token = { batch, pool };
    const answers = this.#parts.world.hand(handedOf(batch, ip, attempt), count, now, token);
    for (const answer of answers) this.#settle(mail, answer, now);
  }

  #settle(mail: Inside, answer: Answer, now: number): void {
    const { kind, count, folder, reply = '' } = answer;
    if (kind === 'delivered') {
      const end = folder === 'spam' ? 'spamFolder' : 'inbox';
      countEnd(this.#parts.tally, end, { batch: mail.batch, count, now });
    } else if (kind === 'refused') this.#refuse(mail, { reply, count }, now);
    else {
      if (mail.attempt === 1) {
        const classified = this.#diagnose({ diagnostic: reply, delayType: 'General' });
        this.#tell(mail, { kind: 'delayed', classified, count }, now);
      }
      this.#putOff({ ...mail, reply }, count, now);
    }
  }

  #refuse(mail: Inside, { reply, count, forged }: Refusal, now: number): void {
    const classified = this.#diagnose({ diagnostic: reply, bounceType: 'Permanent' });
    const { batch } = mail;
    if (classified.suppress) batch.traits.found.dead += count;
    countEnd(this.#parts.tally, classified.suppress ? 'dead' : 'refused', { batch, count, now });
    this.#tell(mail, { kind: 'refused', classified, count, recipientDomain: forged }, now);
  }

  #putOff(mail: Inside, count: number, now: number): void {
    const waitMinutes = retryMinutes[Math.min(mail.attempt, retryMinutes.length) - 1] ?? 60;
    const nextAt = now + waitMinutes * minuteMs;
    const { maxDeliveryMsOf, tally } = this.#parts;
    if (nextAt > mail.sentAt + maxDeliveryMsOf(mail.batch.cell.stream)) {
      const reply = `554 4.4.7 Message expired: unable to deliver in time.<${mail.reply}>`;
      const classified = this.#diagnose({ diagnostic: reply, bounceType: 'Transient' });
      countEnd(tally, 'expired', { batch: mail.batch, count, now });
      this.#tell(mail, { kind: 'refused', classified, count }, now);
      return;
    }
    const minute = Math.floor(nextAt / minuteMs);
    const waiting = { ...mail, count, attempt: mail.attempt + 1 };
    const there = this.#later.get(minute);
    if (there) there.push(waiting);
    else this.#later.set(minute, [waiting]);
    this.inside += count;
  }

  #tell(mail: Inside, { classified, count, kind, recipientDomain }: Told, now: number): void {
    const { batch, pool, sentAt, again } = mail;
    const { provider } = batch.cell;
    const known = classified.provider !== undefined && classified.provider === provider;
    const vouched = known && provider !== 'other';
    const domain = recipientDomain ?? domainOf(provider, this.#parts.draw);
    const { ip } = classified;
    const news = { kind, batch, pool, sentAt, count, classified, vouched, again };
    this.#parts.post.post(
      { ...news, recipientDomain: domain, ...(ip === undefined ? {} : { ip }) },
      now,
    );
  }

  /** Answers forged mail; returns how much is left for the honest. */
  #forge(mail: Inside, now: number): number {
    const { forgeries, startsAt, draw } = this.#parts;
    if (forgeries.length === 0) return mail.count;
    const active = forgeries.find((event) => isActive(event, mail.batch, now - startsAt));
    if (active?.kind !== 'forged-replies') return mail.count;
    const count = binomial(draw, mail.count, active.share);
    const reply = active.reply.replaceAll('{ip}', mail.ip);
    if (count > 0) this.#refuse(mail, { reply, count, forged: active.recipientDomain }, now);
    return mail.count - count;
  }
}

type Told = {
  readonly kind: 'refused' | 'delayed';
  readonly classified: Classified;
  readonly count: number;
  readonly recipientDomain?: string | undefined;
};
type Refusal = {
  readonly reply: string;
  readonly count: number;
  readonly forged?: string | undefined;
};

function handedOf({ cell, traits }: Batch, ip: string, attempt: number) {
  const { tenant, provider } = cell;
  const dead = traits.unknownShare * tenant.listSize;
  const left = dead > 0 ? Math.max(0, 1 - traits.found.dead / dead) : 0;
  const { complaintShare, trapShare, spamminess, urlDomain } = traits;
  return {
    ip,
    domain: tenant.identity,
    provider,
    unknownShare: traits.unknownShare * left,
    complaintShare,
    trapShare,
    spamminess,
    attempt,
    ...(urlDomain === undefined ? {} : { urlDomain }),
  };
}

/** Replies repeat themselves: each text is read once. */
function createDiagnosis() {
  const known = new Map<string, Classified>();
  return (diagnosis: Parameters<typeof classify>[0]): Classified => {
    const key = `${diagnosis.bounceType}|${diagnosis.delayType}|${diagnosis.diagnostic}`;
    const before = known.get(key);
    if (before) return before;
    const classified = classify(diagnosis);
    known.set(key, classified);
    return classified;
  };
}

function isActive(event: NewsEvent, { cell }: Batch, ageMs: number): boolean {
  if (event.kind !== 'forged-replies' || cell.provider !== 'other') return false;
  const minute = ageMs / minuteMs;
  const within = minute >= event.atMinute && minute < event.atMinute + event.forMinutes;
  return within && cell.tenant.group === event.tenant;
}

function domainOf(provider: string, draw: Draw): string {
  if (provider !== 'other') return `${provider}.example`;
  return `company-${Math.floor(draw() * smallDomains)}.example`;
}
