import { parseRequest } from '../../contract/parse-request.ts';
import {
  requestLimits,
  type SendRequest,
  type StoredRequest,
} from '../../contract/send-request.ts';
import { type Address, isAddress, parseAddress } from '../../domain/address.ts';
import { messageIdOf, requestDigest } from '../../domain/message-id.ts';
import { checkRawMessage } from '../../domain/raw-message.ts';
import type { RejectReason } from '../../domain/reasons.ts';
import type { QueueRecord } from '../queue-records.ts';
import { type Job, recipientsOf, type Unusable } from './job.ts';
import type { DispatchPorts } from './ports.ts';

type Problem = { readonly reason: RejectReason; readonly detail: string };

/**
 * Returns the job in a queue message, with everything fetched that it points to, or why it is unusable.
 * @throws when the content bucket cannot be read: the message then waits
 */
export async function openRequest(
  record: QueueRecord,
  ports: Pick<DispatchPorts, 'readContent'>,
): Promise<Job | Unusable> {
  const opened = await readRequest(record.body, ports);
  if ('problem' in opened) {
    // A stored body may have gone or changed since it was read: then the message says whose it was.
    const named = opened.problem.id === undefined ? record.named : undefined;
    return { record, recipientCount: 1, ...opened.problem, ...named };
  }
  const { request, stored } = opened;
  const known = {
    record,
    id: request.id,
    tenant: request.tenant,
    digest: requestDigest(request),
    recipientCount: recipientsOf(request).length,
  };
  const senders = readSenders(request);
  if ('reason' in senders) return { ...known, ...senders };
  const attachments = await readAttachments(request, ports);
  if ('reason' in attachments) return { ...known, ...attachments };
  const tooLarge = checkSize(request, attachments.bytes);
  if (tooLarge) return { ...known, ...tooLarge };
  return {
    record,
    request,
    messageId: messageIdOf(request.tenant, request.id),
    digest: known.digest,
    senders: senders.addresses,
    attachments: attachments.bytes,
    pointsToContent: stored || hasPointers(request),
  };
}

export function isUnusable(opened: Job | Unusable): opened is Unusable {
  return 'reason' in opened;
}

async function readRequest(
  body: string,
  ports: Pick<DispatchPorts, 'readContent'>,
): Promise<
  | { request: SendRequest; stored: boolean }
  | { problem: Problem & { id?: string; tenant?: string } }
> {
  const parsed = parseRequest(body);
  if (!parsed.ok) return { problem: parsed.problem };
  if (!isStored(parsed.request)) return { request: parsed.request, stored: false };
  const stored = await ports.readContent(parsed.request.s3Key, requestLimits.storedBodyBytes);
  if (stored.kind === 'missing')
    return {
      problem: {
        reason: 'stored-body-missing',
        detail: `s3Key: nothing at ${parsed.request.s3Key}`,
      },
    };
  if (stored.kind === 'too-large')
    return {
      problem: {
        reason: 'message-too-large',
        detail: `s3Key: got ${stored.size} bytes; at most ${requestLimits.storedBodyBytes}`,
      },
    };
  const inner = parseRequest(Buffer.from(stored.bytes).toString('utf8'));
  if (!inner.ok) return { problem: inner.problem };
  return isStored(inner.request)
    ? {
        problem: {
          reason: 'unknown-kind',
          detail: 'kind: a stored request holds a message or a batch',
        },
      }
    : { request: inner.request, stored: true };
}

function isStored(request: SendRequest | StoredRequest): request is StoredRequest {
  return request.kind === 'stored';
}

/** Every address the mail claims to be from: `from`, and what a raw message's own headers say. */
function readSenders(request: SendRequest): { addresses: readonly Address[] } | Problem {
  const from = parseAddress(typeof request.from === 'string' ? request.from : request.from.address);
  if (!isAddress(from)) return { reason: 'invalid-field', detail: `from: ${from.detail}` };
  if (!('raw' in request.content)) return { addresses: [from] };
  const raw = checkRawMessage(Buffer.from(request.content.raw, 'base64'));
  return raw.ok
    ? { addresses: [from, ...raw.senders] }
    : { reason: raw.reason, detail: raw.detail };
}

function hasPointers(request: SendRequest): boolean {
  const given = 'attachments' in request ? (request.attachments ?? []) : [];
  return given.some(({ s3Key }) => s3Key !== undefined);
}

async function readAttachments(
  request: SendRequest,
  ports: Pick<DispatchPorts, 'readContent'>,
): Promise<{ bytes: readonly Uint8Array[] } | Problem> {
  const given = 'attachments' in request ? (request.attachments ?? []) : [];
  const bytes: Uint8Array[] = [];
  // What is left of SES's limit, so that many large files cannot fill the function's memory.
  let room: number = requestLimits.messageBytes;
  for (const [index, attachment] of given.entries()) {
    if (attachment.s3Key === undefined) {
      bytes.push(Buffer.from(attachment.content ?? '', 'base64'));
      continue;
    }
    const found = await ports.readContent(attachment.s3Key, room);
    if (found.kind === 'missing')
      return {
        reason: 'attachment-missing',
        detail: `attachments.${index}: nothing at ${attachment.s3Key}`,
      };
    if (found.kind === 'too-large')
      return {
        reason: 'message-too-large',
        detail: `attachments.${index}: got ${found.size} bytes; room for ${room} is left of ${requestLimits.messageBytes}`,
      };
    room -= found.bytes.byteLength;
    bytes.push(found.bytes);
  }
  return { bytes };
}

function checkSize(request: SendRequest, attachments: readonly Uint8Array[]): Problem | undefined {
  const { content } = request;
  const parts =
    'raw' in content || 'template' in content ? [] : [content.subject, content.text, content.html];
  const textBytes = parts.reduce((sum, part) => sum + Buffer.byteLength(part ?? ''), 0);
  if (request.kind === 'batch' && textBytes > requestLimits.templateBytes)
    return {
      reason: 'template-too-large',
      detail: `content: got ${textBytes} bytes; at most ${requestLimits.templateBytes} in a batch`,
    };
  const attachedBytes = attachments.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (request.kind === 'batch' && attachedBytes > requestLimits.batchAttachmentBytes)
    return {
      reason: 'message-too-large',
      detail: `attachments: got ${attachedBytes} bytes; at most ${requestLimits.batchAttachmentBytes} in a batch, link what is larger`,
    };
  const rawBytes = 'raw' in content ? content.raw.length * 0.75 : 0;
  // Base64 in lines of 76 takes 1.37 times the bytes.
  const encodedBytes = Math.ceil((textBytes + attachedBytes) * 1.37 + rawBytes);
  return encodedBytes > requestLimits.messageBytes
    ? {
        reason: 'message-too-large',
        detail: `the message: about ${encodedBytes} bytes encoded; at most ${requestLimits.messageBytes}`,
      }
    : undefined;
}
