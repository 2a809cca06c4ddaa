/** Ways to find mail besides the app's id and ours; each is a switch, off by default. */
import {
  type RecipientIndexItem,
  recipientIndexItem,
  type SesIndexItem,
  sesIndexItem,
  type TenantIndexItem,
} from '../contract/index-items.ts';
import { ledgerKeys } from '../contract/table-keys.ts';
import { type EpochMs, ttlEpochSeconds } from '../domain/time.ts';
import { batchWrite } from './batch-write.ts';
import { getItem, queryLatest, type Table } from './items.ts';
import type { Ledger } from './ledger.ts';

export type MailIndex = 'recipient' | 'ses' | 'tenant';

/** One mail to one recipient, as the indexes know it. */
export type IndexedMail = {
  readonly messageId: string;
  readonly recipientIndex: number;
  readonly recipientKey: string;
  readonly tenant: string;
  readonly stream: string;
  /** What is known of it now. */
  readonly outcome: string;
  readonly reason?: string;
  /** Absent where it was not handed to SES. */
  readonly pool?: string;
  readonly provider?: string;
  /** Absent where it was not handed to SES, or SES did not take it. */
  readonly sesMessageId?: string;
};

/** Nobody waits for an index: three short pauses, then it is given up and counted. */
const writeAttempts = 4;

/**
 * Writes what the indexes in use say of these mails, `at` being when their attempt began. Idempotency
 * key: recipient or tenant, attempt's instant and message, or SES's id; the same item again. Returns how many
 * items could not be written.
 */
export function writeIndexes(
  ledger: Ledger,
  indexes: readonly MailIndex[],
  { at, mails }: { readonly at: EpochMs; readonly mails: readonly IndexedMail[] },
): Promise<number> {
  const ttl = ttlEpochSeconds(at, ledger.keepDays);
  const puts = mails.flatMap((mail) => [
    ...(indexes.includes('recipient') ? [recipientItem(mail, at, ttl)] : []),
    ...(indexes.includes('ses') ? sesItems(mail, ttl) : []),
    ...(indexes.includes('tenant') ? [tenantItem(mail, at, ttl)] : []),
  ]);
  return batchWrite(ledger, { puts }, writeAttempts);
}

/** Returns the latest mails to a recipient, newest first. */
export async function readRecipientIndex(
  ledger: Table,
  recipientKey: string,
  countMax: number,
): Promise<readonly RecipientIndexItem[]> {
  const found = await queryLatest(ledger, ledgerKeys.recipientIndexes(recipientKey), countMax);
  return found.map((item) => recipientIndexItem.parse(item));
}

/** Returns the mail that SES gave this id, undefined where no index item says so. */
export function readSesIndex(
  ledger: Table,
  sesMessageId: string,
): Promise<SesIndexItem | undefined> {
  return getItem(ledger, ledgerKeys.sesIndex(sesMessageId), sesIndexItem);
}

function recipientItem(mail: IndexedMail, at: EpochMs, ttl: number): RecipientIndexItem {
  const { recipientKey, messageId, recipientIndex, tenant, sesMessageId } = mail;
  const iso = new Date(at).toISOString();
  return {
    ...ledgerKeys.recipientIndex(recipientKey, { at: iso, messageId, recipientIndex }),
    messageId,
    recipientIndex,
    tenant,
    ...(sesMessageId === undefined ? {} : { sesMessageId }),
    ttl,
  };
}

function sesItems({ sesMessageId, messageId, recipientIndex }: IndexedMail, ttl: number) {
  if (sesMessageId === undefined) return [];
  return [{ ...ledgerKeys.sesIndex(sesMessageId), messageId, recipientIndex, ttl }];
}

/** It names no recipient: who it went to is found by their own index alone. */
function tenantItem(
  { tenant, recipientKey: _, ...mail }: IndexedMail,
  at: EpochMs,
  ttl: number,
): TenantIndexItem {
  const iso = new Date(at).toISOString();
  return { ...ledgerKeys.tenantIndex(tenant, { ...mail, at: iso }), at, ...mail, ttl };
}
