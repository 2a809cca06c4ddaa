import type { AwsResponse, JsonObject } from '../../../aws.ts';
import { json } from '../json-response.ts';
import { type Message, overallStatus, recipientsOf } from '../sending/message.ts';
import { composeMime } from '../sending/mime.ts';
import type { LocalCall } from './local-call.ts';

/** Serves `/messages`, `/messages/ID` and `/messages/ID.eml`. */
export async function localMessages(method: string, call: LocalCall): Promise<AwsResponse> {
  const { mailbox, place } = call.context;
  const id = decodeURIComponent(call.path.slice('/messages/'.length));
  if (method === 'DELETE' && id === '') {
    mailbox.clear();
    return { status: 204 };
  }
  if (method !== 'GET') {
    return json(405, { message: `got ${method}; messages answer to GET and DELETE` });
  }
  if (id === '') {
    const headers = { 'x-dropped': String(mailbox.dropped) };
    return json(200, selected(call).map(summary), headers);
  }
  const message = mailbox.get(id.replace(/\.eml$/, ''));
  if (message === undefined) return json(404, { message: `no message ${id} is kept` });
  if (!id.endsWith('.eml')) return json(200, detail(message));
  const body = await composeMime({ ...message, region: place.region });
  return { status: 200, headers: { 'content-type': 'message/rfc822' }, body };
}

/** Messages by `since` (an index already seen), `to`, `tag=name:value` and `limit`. */
function selected({ context, query }: LocalCall): readonly Message[] {
  const since = Number(query.get('since') ?? 0);
  const limit = Number(query.get('limit') ?? Number.POSITIVE_INFINITY);
  const to = query.get('to')?.toLowerCase();
  const [tagName = '', tagValue = ''] = (query.get('tag') ?? '').split(/:(?=[^:]*$)/);
  const found: Message[] = [];
  for (const message of context.mailbox.all()) {
    if (found.length >= limit) break;
    if (message.index <= since) continue;
    if (to !== undefined && !isFor(message, to)) continue;
    if (tagName !== '' && !hasTag(message, tagName, tagValue)) continue;
    found.push(message);
  }
  return found;
}

function isFor({ destination }: Message, to: string): boolean {
  return recipientsOf(destination).some(({ bare }) => bare.toLowerCase() === to);
}

function hasTag({ tags }: Message, name: string, value: string): boolean {
  return tags.some((tag) => tag.name === name && tag.value === value);
}

function summary(message: Message): JsonObject {
  const { content } = message;
  return {
    index: message.index,
    messageId: message.messageId,
    operation: message.operation,
    at: new Date(message.atMs).toISOString(),
    from: message.from.text,
    destination: destinationView(message),
    configurationSet: message.configurationSetName ?? null,
    pool: message.pool,
    tags: Object.fromEntries(message.tags.map(({ name, value }) => [name, value])),
    subject: subjectOf(content),
    size: message.sizeBytes,
    status: overallStatus(message),
  };
}

function detail(message: Message): object {
  return {
    ...summary(message),
    tenant: message.tenantName ?? null,
    returnPath: message.feedbackTo?.bare ?? null,
    sourceArn: message.sourceArn,
    recipients: Object.fromEntries(message.status),
    renderingFailure: message.content.kind === 'unrendered' ? message.content.error : null,
    request: message.request,
  };
}

function destinationView({ destination }: Message): JsonObject {
  const texts = (key: 'to' | 'cc' | 'bcc') => destination[key].map(({ text }) => text);
  return { to: texts('to'), cc: texts('cc'), bcc: texts('bcc') };
}

function subjectOf(content: Message['content']): string | null {
  if (content.kind === 'parts') return content.subject.data;
  if (content.kind === 'unrendered') return null;
  return content.headers.find(({ name }) => name.toLowerCase() === 'subject')?.value ?? null;
}
