import type { JsonObject } from '../../../aws.ts';
import { domainOf } from '../account/identity.ts';
import { type Header, type Message, recipientsOf } from '../sending/message.ts';
import { topContentType } from '../sending/mime.ts';
import { headerValue, isStripped } from '../sending/raw-headers.ts';
import type { EventName } from './event-names.ts';

/** SES cuts the headers of an event after 10 KB. */
const headerBytesMax = 10 * 1024;

/** Events whose documented examples carry tags but no headers. */
const withoutHeaders: ReadonlySet<EventName> = new Set(['Rendering Failure', 'DeliveryDelay']);

type View = { readonly event: EventName; readonly accountId: string; readonly outgoingIp?: string };

/**
 * Returns the `mail` object of an event. Tags are on every type, as the developer guide's note
 * says, although its shortest examples show `ses:configuration-set` alone; `ses:outgoing-ip`
 * appears on Delivery only. The TLS tags are left out, because the local endpoint has no TLS.
 * @see https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 */
export function mailObject(message: Message, view: View): JsonObject {
  return {
    timestamp: new Date(message.atMs).toISOString(),
    source: message.from.text,
    sourceArn: message.sourceArn,
    sendingAccountId: view.accountId,
    messageId: message.messageId,
    destination: recipientsOf(message.destination).map(({ bare }) => bare),
    ...(withoutHeaders.has(view.event)
      ? { headersTruncated: false }
      : headerMembers(message, view)),
    tags: tagMap(message, view),
  };
}

function headerMembers(message: Message, { event }: View): JsonObject {
  // The subject of a templated mail is rendered later than its Send event is written.
  const hideSubject = message.templated && event === 'Send';
  const all = eventHeaders(message).filter(({ name }) => !hideSubject || !isSubject(name));
  const headers: Header[] = [];
  let bytes = 0;
  for (const header of all) {
    bytes += header.name.length + header.value.length;
    if (bytes > headerBytesMax) break;
    headers.push(header);
  }
  return {
    headersTruncated: headers.length < all.length,
    headers,
    commonHeaders: commonHeaders(message, all),
  };
}

function isSubject(name: string): boolean {
  return name.toLowerCase() === 'subject';
}

function eventHeaders(message: Message): readonly Header[] {
  const { content, destination, replyTo } = message;
  if (content.kind === 'raw') return content.headers.filter(({ name }) => !/^bcc$/i.test(name));
  if (content.kind === 'unrendered') return [];
  const list = (addresses: readonly { readonly text: string }[]): string =>
    addresses.map(({ text }) => text).join(', ');
  const headers = [
    { name: 'From', value: message.from.text },
    { name: 'To', value: list(destination.to) },
    { name: 'Cc', value: list(destination.cc) },
    { name: 'Reply-To', value: list(replyTo) },
    { name: 'Subject', value: content.subject.data },
    { name: 'MIME-Version', value: '1.0' },
    { name: 'Content-Type', value: topContentType(content, message.messageId) },
    ...content.headers.filter(({ name }) => !isStripped(name)),
  ];
  return headers.filter(({ value }) => value !== '');
}

function commonHeaders(message: Message, headers: readonly Header[]): JsonObject {
  const listed = (key: string, name: string): JsonObject => {
    const value = headerValue(headers, name);
    return value === undefined ? {} : { [key]: value.split(/,\s*/) };
  };
  const subject = headerValue(headers, 'subject');
  return {
    ...listed('from', 'from'),
    ...listed('replyTo', 'reply-to'),
    ...listed('to', 'to'),
    ...listed('cc', 'cc'),
    messageId: message.messageId,
    ...(subject === undefined || (message.templated && subject === '') ? {} : { subject }),
  };
}

function tagMap(message: Message, { outgoingIp }: View): JsonObject {
  const own: Record<string, string[]> = {};
  // A name given twice keeps both values; that is what the arrays are for.
  for (const { name, value } of message.tags) own[name] = [...(own[name] ?? []), value];
  return {
    'ses:operation': [message.operation],
    'ses:configuration-set': [message.configurationSetName ?? ''],
    'ses:source-ip': [message.sourceIp],
    'ses:from-domain': [domainOf(message.from.bare)],
    'ses:caller-identity': [message.principal],
    ...(outgoingIp === undefined ? {} : { 'ses:outgoing-ip': [outgoingIp] }),
    ...own,
  };
}
