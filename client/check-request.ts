import { parseRequest } from '../contract/parse-request.ts';
import { requestLimits } from '../contract/send-request.ts';
import { isAddress, parseAddress } from '../domain/address.ts';
import { uselessSchedule } from '../domain/gate.ts';
import { messageIdOf } from '../domain/message-id.ts';
import type { RejectReason } from '../domain/reasons.ts';
import { dayMs } from '../domain/time.ts';

/** A request in the form that the queue takes. */
export type CheckedRequest = {
  readonly ok: true;
  readonly id: string;
  readonly tenant: string;
  readonly stream: string;
  readonly messageId: string;
  readonly body: string;
  readonly bytes: number;
};

export type CheckProblem = {
  readonly ok: false;
  readonly reason: RejectReason;
  readonly detail: string;
};

/**
 * Returns the queue body of a request, or why the pipeline would reject it. What needs the deployment's
 * state (tenants, templates, suppression) is the pipeline's to say.
 */
export function checkRequest(given: unknown, now: number): CheckedRequest | CheckProblem {
  const body = serialize(given);
  if (body === undefined)
    return problem(
      'invalid-json',
      'the request cannot be written as JSON (a cycle, a BigInt or nothing)',
    );
  const parsed = parseRequest(body);
  if (!parsed.ok) return problem(parsed.problem.reason, parsed.problem.detail);
  const { request } = parsed;
  if (request.kind === 'stored')
    return problem(
      'unknown-kind',
      'kind: allowed are message and batch; the client stores large ones itself',
    );
  const bytes = Buffer.byteLength(body);
  if (bytes > requestLimits.storedBodyBytes)
    return problem(
      'message-too-large',
      `the request: got ${bytes} bytes, allowed are ${requestLimits.storedBodyBytes}; put attachments into the content bucket`,
    );
  if (request.sendAt && Date.parse(request.sendAt) - now > requestLimits.sendAheadMs)
    return problem(
      'send-at-too-far',
      `sendAt: got ${request.sendAt}, allowed is up to ${requestLimits.sendAheadMs / dayMs} days ahead`,
    );
  const useless = uselessSchedule({
    ...(request.sendAt ? { sendAt: Date.parse(request.sendAt) } : {}),
    ...(request.expiresAt ? { expiresAt: Date.parse(request.expiresAt) } : {}),
  });
  if (useless) return problem('expires-before-send', useless);
  if (request.kind === 'batch') {
    const addresses = request.recipients.map(({ to }) =>
      parseAddress(typeof to === 'string' ? to : to.address),
    );
    const [first] = addresses;
    if (first && !isAddress(first) && addresses.every((each) => !isAddress(each)))
      return problem(first.reason, `recipients: none is usable; the first: ${first.detail}`);
  }
  const { id, tenant, stream } = request;
  return { ok: true, id, tenant, stream, messageId: messageIdOf(tenant, id), body, bytes };
}

/**
 * SQS refuses or replaces the two characters that XML does not know; escaped, JSON carries them.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
function serialize(given: unknown): string | undefined {
  try {
    return JSON.stringify(given)?.replace(
      /[\ufffe\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16)}`,
    );
  } catch {
    return undefined;
  }
}

function problem(reason: RejectReason, detail: string): CheckProblem {
  return { ok: false, reason, detail };
}
