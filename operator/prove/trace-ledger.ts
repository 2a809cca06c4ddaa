/** A large ledger as the pipeline leaves it, made without sending: what trace is measured on. */
import { createHash } from 'node:crypto';
import { packAttempt } from '../../contract/attempt-codec.ts';
import { attemptRandomBytes, newAttemptId } from '../../contract/attempt-id.ts';
import type { AttemptItem } from '../../contract/items.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { isAddress, parseAddress, recipientKey } from '../../domain/address.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { dayMs, type EpochMs, epochMs, ttlEpochSeconds } from '../../domain/time.ts';
import type { Json, JsonObject } from '../../local/aws.ts';

/** One message of the made ledger. */
export type MadeMail = {
  readonly id: string;
  readonly tenant: string;
  readonly messageId: string;
  readonly address: string;
  readonly sesMessageId: string;
  readonly at: EpochMs;
};

export type MadeLedger = {
  readonly messages: number;
  /** The newest mail is of this instant, the oldest a day before. */
  readonly until: EpochMs;
  readonly secret: string;
};

/** Messages of one attempt: a full batch of a busy queue. */
const perAttempt = 10;

/** A mailing of one tenant goes out in a row; how many tenants there are, and how many providers. */
export const madeTenants = 1_000;
const providers = ['gmail', 'microsoft', 'yahoo', 'apple', 'gmx'] as const;
export const madeStream = 'transactional';
const pools = ['shared', 'leased'] as const;
const ledgerDays = 30;

/** One in so many bounced, was parked and redriven, or had been delayed before. */
const every = { bounced: 20, parked: 33, delayed: 10 } as const;

/** Returns the message at a position; the same position is the same message. */
export function madeMail({ messages, until }: MadeLedger, position: number): MadeMail {
  const tenant = `tenant-${position % madeTenants}`;
  const id = `order-${position}`;
  const attempt = Math.floor(position / perAttempt);
  return {
    ...{ id, tenant, messageId: messageIdOf(tenant, id) },
    address: `reader-${position}@recipient-${position % 5_000}.example`,
    sesMessageId: sesIdOf(position),
    at: epochMs(Math.floor(until - dayMs + ((attempt * perAttempt) / messages) * dayMs)),
  };
}

/** Yields every item of the ledger: requests, attempts, events, and the three indexes. */
export function* madeItems(ledger: MadeLedger): Generator<JsonObject> {
  for (let attempt = 0; attempt * perAttempt < ledger.messages; attempt += 1) {
    const mails = Array.from({ length: perAttempt }, (_, index) => ({
      position: attempt * perAttempt + index,
      mail: madeMail(ledger, attempt * perAttempt + index),
    }));
    for (const item of itemsOf(ledger, attempt, mails)) yield asStored(item);
  }
}

function itemsOf(
  { secret }: MadeLedger,
  attempt: number,
  mails: readonly { readonly position: number; readonly mail: MadeMail }[],
): readonly object[] {
  const at = mails[0]?.mail.at ?? epochMs(0);
  const random = createHash('sha1').update(String(attempt)).digest();
  const attemptId = newAttemptId(at, random.subarray(0, attemptRandomBytes));
  const ttl = ttlEpochSeconds(at, ledgerDays);
  const whole = mails.map(({ position, mail }) => ({
    ...mail,
    position,
    key: keyOf(mail.address, secret),
    pool: pools[position % pools.length] ?? 'shared',
    provider: providers[position % providers.length] ?? 'gmail',
  }));
  const item: AttemptItem = {
    ...ledgerKeys.attempt(attemptId),
    ...{ stream: madeStream, at, ttl, completedAt: at + 90 },
    entries: whole.map(({ messageId: m, key: k, pool: p, provider: v, tenant: t }) => ({
      ...{ m, r: 0, k, p, v, t, d: 'sender.example' },
    })),
    results: whole.map(({ sesMessageId: ses }) => ({ ses })),
  };
  return [packAttempt(item), ...whole.flatMap((mail) => itemsOfMail(mail, { attemptId, ttl }))];
}

type WholeMail = MadeMail & {
  readonly position: number;
  readonly key: string;
  readonly pool: string;
  readonly provider: string;
};

function itemsOfMail(
  mail: WholeMail,
  { attemptId, ttl }: { readonly attemptId: string; readonly ttl: number },
): readonly object[] {
  const { position, id, tenant, messageId, sesMessageId, at, key, pool, provider } = mail;
  const parked = position % every.parked === 0;
  const wait = { outcome: 'parked', reason: 'identity-unverified', times: 1 };
  const place = { at: new Date(at).toISOString(), messageId, recipientIndex: 0 };
  const known = { messageId, recipientIndex: 0, sesMessageId, ttl };
  return [
    {
      ...ledgerKeys.request(messageId),
      ...{ state: 'claimed', id, tenant, stream: madeStream, recipientCount: 1, decided: {}, ttl },
      ...{ queueMessageId: `queue-${position}`, attemptIds: [attemptId], digest: sesMessageId },
      ...{ claimedAt: at, enqueuedAt: at - 2_000 },
      ...(parked ? { waits: [{ ...wait, since: at - 1_000, until: at }] } : {}),
    },
    ...eventsOf(mail, ttl),
    { ...ledgerKeys.recipientIndex(key, place), ...known, tenant },
    { ...ledgerKeys.sesIndex(sesMessageId), messageId, recipientIndex: 0, ttl },
    {
      ...ledgerKeys.tenantIndex(tenant, place),
      ...{ ...known, at, stream: madeStream, outcome: 'accepted', pool, provider },
    },
  ];
}

function eventsOf(mail: WholeMail, ttl: number): readonly object[] {
  const { position, messageId, sesMessageId, at, key } = mail;
  const isBounced = position % every.bounced === 0;
  const event = (kind: string, laterMs: number, more: object) => ({
    ...ledgerKeys.event(messageId, 0, kind, sesMessageId.slice(0, 22)),
    ...{ kind, at: at + laterMs, recipientIndex: 0, recipientKey: key, sesMessageId, ttl },
    ...more,
  });
  return [
    ...(position % every.delayed === 1
      ? [event('deliverydelay', 60_000, { diagnostic: '421 4.7.0 Try again later' })]
      : []),
    isBounced
      ? event('bounce', 120_000, {
          ...{ outcome: 'bounced', reason: 'invalid-recipient', status: '5.1.1' },
          diagnostic: 'smtp; 550 5.1.1 The email account that you tried to reach does not exist',
        })
      : event('delivery', 120_000, { outcome: 'delivered' }),
  ];
}

function sesIdOf(position: number): string {
  const hex = createHash('sha1').update(`ses ${position}`).digest('hex');
  const uuid = hex.slice(8).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return `01000189${hex.slice(0, 8)}-${uuid}-000000`;
}

function keyOf(address: string, secret: string): string {
  const parsed = parseAddress(address);
  return isAddress(parsed) ? recipientKey(parsed, secret) : '';
}

/** Returns an item as DynamoDB's store holds it. */
export function asStored(item: object): JsonObject {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, storedValue(value)]),
  );
}

function storedValue(value: unknown): Json {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { L: value.map(storedValue) };
  return { M: asStored(Object(value)) };
}
