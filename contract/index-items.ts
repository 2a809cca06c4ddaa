/** What stands in the ledger so that mail is found otherwise than by its id; each is a switch, off by default. */
import * as z from 'zod';

const key = { pk: z.string(), sk: z.string() };
const ms = z.number();

/** Ledger, `recipient#…`: one mail to a recipient, where `indexes.recipient` is on. */
export const recipientIndexItem = z.object({
  ...key,
  messageId: z.string(),
  recipientIndex: z.number(),
  tenant: z.string(),
  /** Present where SES took it. */
  sesMessageId: z.exactOptional(z.string()),
  ttl: z.number(),
});
export type RecipientIndexItem = z.output<typeof recipientIndexItem>;

/** Ledger, `ses#…` `index`: which mail of ours SES gave this id, where `indexes.sesMessageId` is on. */
export const sesIndexItem = z.object({
  ...key,
  messageId: z.string(),
  recipientIndex: z.number(),
  ttl: z.number(),
});
export type SesIndexItem = z.output<typeof sesIndexItem>;

/** Ledger, `tenant#…`: one mail of a tenant, where `indexes.tenant` is on. It names no recipient. */
export const tenantIndexItem = z.object({
  ...key,
  /** When its attempt began, or its recipient was found suppressed. */
  at: ms,
  messageId: z.string(),
  recipientIndex: z.number(),
  stream: z.string(),
  /** What was known when it was written; events say what became of it. */
  outcome: z.string(),
  reason: z.exactOptional(z.string()),
  pool: z.exactOptional(z.string()),
  provider: z.exactOptional(z.string()),
  sesMessageId: z.exactOptional(z.string()),
  ttl: z.number(),
});
export type TenantIndexItem = z.output<typeof tenantIndexItem>;
