import type { CauseKind } from '../../domain/blame/model.ts';
import type { Cell, Origin, Region } from '../../domain/evidence/model.ts';
import { diceFor } from '../../simulation/dice.ts';

/** A fault, and the mail before and since as the evidence counts it. */
export type BlameCase = {
  /** The mail that is at fault. */
  readonly truth: Region;
  readonly before: readonly Cell[];
  readonly cells: readonly Cell[];
  readonly addresses: ReadonlyMap<string, readonly string[]>;
};

/** Faults that are drawn, each with the dimensions that its mail agrees in. */
export const faults = {
  tenant: ['tenant'],
  'tenant×provider': ['tenant', 'provider'],
  'identity×provider': ['identity', 'provider'],
  campaign: ['tenant', 'campaign'],
  'ip×provider': ['pool', 'ip', 'provider'],
  'pool×provider': ['pool', 'provider'],
  pool: ['pool'],
  provider: ['provider'],
} as const satisfies Partial<Record<CauseKind, readonly (keyof Mail)[]>>;
export type Fault = keyof typeof faults;

/** How a case is drawn. */
export type Draft = {
  readonly seed: number;
  readonly fault: Fault;
  /** Share of its pool that the largest tenant of each has: drawn between these, 0..1. */
  readonly share: readonly [least: number, most: number];
};

/** Failures of the faulty mail that have been heard of when the cause is asked for. */
export const failuresToSee = 10;

/** Rate of failures of healthy mail, 0..1; a tenant's own is up to three times that. */
const healthyRate = 0.001;
/** Half of what is tolerated is ordinary. */
export const toleratedRate = 0.002;
const mailsBefore = 6_000;
/** Sent in the last three seconds at ten a second: nobody has heard of these. */
const mailsInFlight = 30;
/** Least and most rate of failures of the faulty mail, 0..1; drawn evenly in the logarithm. */
const faultyRate = { least: 0.1, most: 1 };
/** Share of failures that quote the sending address, and that a known provider vouches for. */
const quotedShare = 0.7;
const vouchedShare = 0.8;
const mailsMax = 400_000;

const tenantCount = 40;
const addressesEach = 4;
const pools = ['a', 'b', 'c', 'd'];
const providers = [
  { provider: 'gmail', share: 0.45 },
  { provider: 'microsoft', share: 0.25 },
  { provider: 'yahoo', share: 0.15 },
  { provider: 'apple', share: 0.1 },
  { provider: 'mx.example', share: 0.05 },
] as const;

type Dice = () => number;
type Mail = Origin & { readonly ip: string };

type Sender = {
  readonly tenant: string;
  readonly pool: string;
  /** A second stream that leaves through another pool, with three tenths of the mail. */
  readonly otherPool: string | undefined;
  readonly names: number;
  readonly healthy: number;
  weight: number;
};

/** Draws a fault in a deployment of forty tenants on four pools, and its mail until the failures are heard of. */
export function drawCase({ seed, fault, share }: Draft): BlameCase {
  const dice = diceFor(seed, `blame ${fault} ${share.join()}`);
  const senders = drawSenders(dice, share);
  const draw = pickerOf(senders, dice);
  const region = regionOf(drawSuspect(fault, { senders, draw, dice }), fault);
  const rate = faultyRate.least * (faultyRate.most / faultyRate.least) ** dice();
  const before = counter();
  for (let index = 0; index < mailsBefore; index += 1) {
    const { mail, healthy } = draw();
    before.add(mail, dice() < healthy ? answer(mail, dice) : undefined);
  }
  const since = counter();
  let heard = 0;
  for (let mails = 0; heard < failuresToSee && mails < mailsMax; mails += 1) {
    const { mail, healthy } = draw();
    const faulty = liesIn(mail, region);
    const failed = dice() < (faulty ? rate : healthy);
    since.add(mail, failed ? answer(mail, dice) : undefined);
    if (failed && faulty) heard += 1;
  }
  for (let index = 0; index < mailsInFlight; index += 1) since.add(draw().mail, undefined);
  return {
    truth: region,
    before: before.cells(),
    cells: since.cells(),
    addresses: new Map(pools.map((pool) => [pool, addressesOf(pool)])),
  };
}

function drawSenders(dice: Dice, [least, most]: Draft['share']): readonly Sender[] {
  const senders = Array.from({ length: tenantCount }, (_, index): Sender => {
    const pool = pools[index % pools.length] ?? '';
    const other = dice() < 0.3 ? pools[Math.floor(dice() * pools.length)] : undefined;
    return {
      tenant: `tenant-${index}`,
      pool,
      otherPool: other === pool ? undefined : other,
      names: 1 + Math.floor(dice() * 3),
      healthy: healthyRate * 3 ** (2 * dice() - 1),
      weight: 1 / (index + 1),
    };
  });
  for (const pool of pools) {
    const [largest, ...rest] = senders.filter((sender) => sender.pool === pool);
    if (!largest) continue;
    const others = rest.reduce((sum, { weight }) => sum + weight, 0);
    const ofPool = least + (most - least) * dice();
    largest.weight = (others * ofPool) / (1 - ofPool);
  }
  return senders;
}

type Drawn = { readonly mail: Mail; readonly healthy: number };

function pickerOf(senders: readonly Sender[], dice: Dice): () => Drawn {
  const total = senders.reduce((sum, { weight }) => sum + weight, 0);
  return () =>
    mailOf(
      pick(senders, ({ weight }) => weight / total, dice),
      dice,
    );
}

function mailOf(sender: Sender, dice: Dice): Drawn {
  const { tenant, names, healthy, otherPool } = sender;
  const isOther = otherPool !== undefined && dice() < 0.3;
  const pool = isOther ? otherPool : sender.pool;
  const mail = {
    tenant,
    identity: `${Math.floor(dice() * names)}.${tenant}.example`,
    stream: isOther ? 'marketing' : 'transactional',
    pool,
    provider: pick(providers, ({ share }) => share, dice).provider,
    campaign: `campaign-${Math.floor(dice() * names)}`,
    ip: addressesOf(pool)[Math.floor(dice() * addressesEach)] ?? '',
  };
  return { mail, healthy };
}

type Deployment = {
  readonly senders: readonly Sender[];
  readonly draw: () => Drawn;
  readonly dice: Dice;
};

/**
 * A mail in the middle of the fault. A sender's fault is every other time that of a pool's largest tenant,
 * else that of any tenant alike; others are drawn as mail is.
 */
function drawSuspect(fault: Fault, { senders, draw, dice }: Deployment): Mail {
  if (!faultsOfSenders.has(fault)) return draw().mail;
  const largest = senders.slice(0, pools.length);
  const chosen = dice() < 0.5 ? largest : senders;
  const sender = chosen[Math.floor(dice() * chosen.length)];
  return sender ? mailOf(sender, dice).mail : draw().mail;
}

const faultsOfSenders: ReadonlySet<Fault> = new Set([
  'tenant',
  'tenant×provider',
  'identity×provider',
  'campaign',
]);

function regionOf(mail: Mail, fault: Fault): Region {
  return Object.fromEntries(faults[fault].map((dimension) => [dimension, mail[dimension]]));
}

/** Whether a mail lies in a region, its address included. */
function liesIn(mail: Mail, region: Region): boolean {
  return (
    (region.tenant ?? mail.tenant) === mail.tenant &&
    (region.identity ?? mail.identity) === mail.identity &&
    (region.campaign ?? mail.campaign) === mail.campaign &&
    (region.pool ?? mail.pool) === mail.pool &&
    (region.provider ?? mail.provider) === mail.provider &&
    (region.ip ?? mail.ip) === mail.ip
  );
}

type Answer = {
  readonly vouched: boolean;
  readonly ip: string | undefined;
  readonly domain: string;
};

function answer({ provider, ip }: Mail, dice: Dice): Answer {
  return {
    vouched: dice() < vouchedShare,
    ip: dice() < quotedShare ? ip : undefined,
    domain: dice() < 0.7 ? `${provider}.example` : `company-${Math.floor(dice() * 1000)}.example`,
  };
}

function counter() {
  type Count = Omit<Cell, 'sent' | 'failed' | 'vouched' | 'ips' | 'recipientDomains'> & {
    sent: number;
    failed: number;
    vouched: number;
    readonly ips: Map<string, number>;
    readonly recipientDomains: Set<string>;
  };
  const counts = new Map<string, Count>();
  return {
    add: ({ ip: _, ...origin }: Mail, failure: Answer | undefined) => {
      const key = Object.values(origin).join(' ');
      const count = counts.get(key) ?? {
        origin,
        sent: 0,
        failed: 0,
        vouched: 0,
        ips: new Map<string, number>(),
        recipientDomains: new Set<string>(),
      };
      counts.set(key, count);
      count.sent += 1;
      if (!failure) return;
      count.failed += 1;
      count.vouched += Number(failure.vouched);
      count.recipientDomains.add(failure.domain);
      if (failure.ip !== undefined) count.ips.set(failure.ip, (count.ips.get(failure.ip) ?? 0) + 1);
    },
    cells: (): readonly Cell[] => [...counts.values()],
  };
}

function addressesOf(pool: string): readonly string[] {
  return Array.from(
    { length: addressesEach },
    (_, index) => `192.0.2.${pools.indexOf(pool) * addressesEach + index}`,
  );
}

function pick<T>(values: readonly T[], shareOf: (value: T) => number, dice: Dice): T {
  let left = dice();
  for (const value of values) {
    left -= shareOf(value);
    if (left < 0) return value;
  }
  const last = values.at(-1);
  if (last === undefined) throw new Error('there is nothing to pick from');
  return last;
}
