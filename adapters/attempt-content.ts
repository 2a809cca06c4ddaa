/** Attempts in the content bucket, where a stream stores requests: see docs/decisions/0009-priced-switches.md. */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { contentFolders } from '../contract/names.ts';
import { parseRequest } from '../contract/parse-request.ts';
import { requestLimits, type SendRequest } from '../contract/send-request.ts';
import {
  type KeptMail,
  type KeptRecipient,
  type StoredAttempt,
  storedAttempt,
  storedAttemptKey,
} from '../contract/stored-attempt.ts';
import { isAddress, parseAddress } from '../domain/address.ts';
import type { EpochMs } from '../domain/time.ts';
import { type ContentStore, readContent } from './content-store.ts';
import type { Mail } from './ses-message.ts';

/** A mail to one recipient as it can be sent again; a batch is narrowed to this recipient. */
export type StoredMail = Omit<
  Mail,
  'attemptId' | 'attachments' | 'configurationSet' | 'provider' | 'kind'
> & {
  readonly recipientKey: string;
};

/** What became of an object after some of its mail was to be forgotten. */
export type Forgotten =
  | { readonly kind: 'absent' | 'untouched' }
  | {
      readonly kind: 'rewritten' | 'deleted';
      /** Recipients whose mail is gone from it. */
      readonly recipients: number;
      /** Bodies below requests/ that the forgotten mail points to. */
      readonly s3Keys: readonly string[];
    };

/** Mail waits for its copy this long and no longer: the copy is a convenience, the mail is not. */
const storeMs = 1_000;

/** Bytes of an attempt when unpacked: fifty mails of the queue's 1 MiB, and room for their JSON. */
const unpackedBytesMax = 128_000_000;

/** Two people may forget in the same object at once; whoever is second looks again. */
const rewriteAttempts = 5;

/**
 * Writes an attempt's object. Idempotency key: the attempt id, the same content each time. Brotli at
 * quality 1 takes half the time of gzip for mail that differs, and makes it smaller.
 * @throws when S3 does not take it within a second
 */
export async function storeAttempt(store: ContentStore, attempt: StoredAttempt): Promise<void> {
  await store.s3.send(putCommand(store, attempt), {
    abortSignal: AbortSignal.timeout(storeMs),
  });
}

/**
 * Returns the mails of an attempt as they can be sent again; undefined when nothing was kept, its time
 * is over, or it was forgotten. A mail whose offloaded body is gone is left out.
 */
export async function readStoredAttempt(
  store: ContentStore,
  attempt: { readonly attemptId: string; readonly at: number },
  now: EpochMs,
): Promise<readonly StoredMail[] | undefined> {
  const found = await readObject(store, storedAttemptKey(attempt));
  if (!found || found.attempt.expiresAt <= now) return undefined;
  const mails: StoredMail[] = [];
  for (const mail of found.attempt.mails) {
    const given = await contentOf(store, mail);
    if (!given) continue;
    for (const recipient of mail.recipients) mails.push(storedMail(mail, recipient, given));
  }
  return mails;
}

/** Yields the keys of every stored attempt, a page of up to 1,000 at a time; they live at most two days. */
export async function* listStoredAttempts(store: ContentStore): AsyncGenerator<readonly string[]> {
  let next: string | undefined;
  do {
    const page = await store.s3.send(
      new ListObjectsV2Command({
        Bucket: store.bucket,
        Prefix: contentFolders.attempts,
        ...(next ? { ContinuationToken: next } : {}),
      }),
    );
    yield (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    next = page.NextContinuationToken;
  } while (next);
}

/**
 * Takes the mail that `isMeant` names out of a stored attempt; the object goes when nothing is left.
 * Idempotent. Condition: nobody changed the object since it was read.
 * @throws when others keep changing it
 */
export async function forgetInAttempt(
  store: ContentStore,
  key: string,
  isMeant: (mail: KeptMail, recipient: KeptRecipient) => boolean,
): Promise<Forgotten> {
  for (let attempt = 0; attempt < rewriteAttempts; attempt += 1) {
    const found = await readObject(store, key);
    if (!found) return { kind: 'absent' };
    const { mails } = found.attempt;
    const gone = mails.flatMap((mail) => mail.recipients.filter((one) => isMeant(mail, one)));
    if (gone.length === 0) return { kind: 'untouched' };
    const left = mails.flatMap((mail) => {
      const recipients = mail.recipients.filter((one) => !gone.includes(one));
      return recipients.length > 0 ? [{ ...mail, recipients }] : [];
    });
    const s3Keys = mails.flatMap(({ content, recipients }) =>
      's3Key' in content && recipients.some((one) => gone.includes(one)) ? [content.s3Key] : [],
    );
    const said = { recipients: gone.length, s3Keys };
    if (left.length === 0) {
      await store.s3.send(new DeleteObjectCommand({ Bucket: store.bucket, Key: key }));
      return { kind: 'deleted', ...said };
    }
    if (await replaceObject(store, { ...found, attempt: { ...found.attempt, mails: left } }))
      return { kind: 'rewritten', ...said };
  }
  throw new Error(`${key}: somebody else changed it ${rewriteAttempts} times; run it again`);
}

type FoundObject = { readonly attempt: StoredAttempt; readonly etag: string | undefined };

async function readObject(store: ContentStore, key: string): Promise<FoundObject | undefined> {
  try {
    const { Body, ETag } = await store.s3.send(
      new GetObjectCommand({ Bucket: store.bucket, Key: key }),
    );
    const packed = (await Body?.transformToByteArray()) ?? new Uint8Array();
    const text = brotliDecompressSync(packed, { maxOutputLength: unpackedBytesMax }).toString();
    return { attempt: storedAttempt.parse(JSON.parse(text)), etag: ETag };
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** Returns false when somebody changed or deleted the object meanwhile. */
async function replaceObject(
  store: ContentStore,
  { attempt, etag }: FoundObject,
): Promise<boolean> {
  try {
    await store.s3.send(putCommand(store, attempt, etag ? { IfMatch: etag } : {}));
    return true;
  } catch (error) {
    const isOvertaken =
      error instanceof Error &&
      ['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'].includes(error.name);
    if (isOvertaken) return false;
    throw error;
  }
}

function putCommand(
  { bucket }: ContentStore,
  attempt: StoredAttempt,
  condition: { readonly IfMatch?: string } = {},
): PutObjectCommand {
  return new PutObjectCommand({
    ...condition,
    Bucket: bucket,
    Key: storedAttemptKey(attempt),
    Body: brotliCompressSync(JSON.stringify(attempt), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 1 },
    }),
    ContentType: 'application/json',
    ContentEncoding: 'br',
  });
}

/** What a mail's request says, wherever it stands; undefined where the offloaded body is gone. */
async function contentOf(store: ContentStore, { content }: KeptMail) {
  if ('request' in content) return content.request;
  const found = await readContent(store, content.s3Key, requestLimits.storedBodyBytes);
  if (found.kind !== 'found') return undefined;
  const parsed = parseRequest(Buffer.from(found.bytes).toString('utf8'));
  return parsed.ok && parsed.request.kind !== 'stored' ? parsed.request : undefined;
}

function storedMail(
  mail: KeptMail,
  recipient: KeptRecipient,
  given: NonNullable<Awaited<ReturnType<typeof contentOf>>>,
): StoredMail {
  const { index, key, name, data, pool } = recipient;
  const address = parseAddress(recipient.address);
  if (!isAddress(address))
    throw new Error(`recipient ${index} of ${mail.messageId} was kept without a usable address`);
  const to = name === undefined ? address.address : { address: address.address, name };
  const request: SendRequest = given.kind === 'batch' ? { ...given, recipients: [{ to }] } : given;
  return {
    request,
    messageId: mail.messageId,
    recipientIndex: index,
    recipient: { address, ...(name === undefined ? {} : { name }) },
    recipientKey: key,
    data,
    pool,
  };
}
