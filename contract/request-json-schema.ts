/**
 * The send request as JSON Schema, for every language that is not TypeScript. Written to
 * `contract/send-request.schema.json` by `bin/schema.ts`. What only the pipeline can check stands in
 * `pipelineOnly` and in the schema's own description.
 */
import * as z from 'zod';
import { anyRequest, reservedHeaders } from './send-request.ts';

type Node = { readonly [key: string]: unknown };

/** Checks that JSON Schema cannot or does not make; the pipeline answers them with a reason. */
export const pipelineOnly = [
  'the whole grammar of an address (dot-separated words, DNS name, lengths); the schema asks for ASCII before one @ and something after it',
  'one bad address in a batch: it is rejected by itself and harms no other recipient',
  'an address twice in one batch',
  'whether stream, pool, tenant and template exist, and whether the tenant owns the From domain',
  'sendAt at most 365 days ahead (for content in the bucket as long as the bucket keeps it), expiresAt not past',
  'two header names that differ only in case',
  'an id that was used for other content',
  'sizes: 1 MiB a queue body, 40 MB an encoded message, 500 KB a batch template, 100 levels of nesting',
  'lengths: the schema counts code points, the pipeline UTF-16 units; they differ only for emoji and rare scripts',
] as const;

/** What each field means; `kind.field` where a name has two meanings. */
const descriptions: Readonly<Record<string, string>> = {
  version: 'Version of this contract.',
  kind: 'message: one mail to one recipient; batch: shared content, up to 50 recipients; stored: a pointer to one of these.',
  id: 'Yours, unique per tenant: the same id with the same content is sent once. Outcomes are looked up by it.',
  tenant: 'The account on whose behalf the mail is sent. In single tenancy leave it out.',
  stream: "A stream of the deployment, such as transactional; the queue must be that stream's.",
  pool: "Asks for one of the stream's pools; honoured while the assignment gives that pool mail.",
  from: "Sender; its domain must be the tenant's.",
  replyTo: 'Where answers go.',
  headers: 'Further headers; those that SES or Goodstanding writes are refused.',
  tags: 'Carried in every SES event about the mail.',
  attachments: 'Files, inline as base64 or by key in the content bucket.',
  sendAt: 'Not before this instant (RFC 3339, with offset); at most 365 days ahead.',
  expiresAt: 'Not after this instant (RFC 3339, with offset): a late mail is dropped as expired.',
  unsubscribe: 'Writes List-Unsubscribe, and List-Unsubscribe-Post (RFC 8058) when there is a url.',
  to: 'Recipient.',
  data: "Values for the template's placeholders; in a batch a recipient's own win.",
  recipients: 'Up to 50; each is judged, suppressed and counted by itself.',
  content: 'What the mail says.',
  s3Key: 'A key in the content bucket.',
  'attachment.content': 'The bytes, base64. Either this or s3Key.',
  'attachment.s3Key': 'A key below attachments/ in the content bucket. Either this or content.',
  filename: 'File name as the reader sees it.',
  contentType: 'Media type without parameters, such as application/pdf.',
  contentId: 'Content-ID without angle brackets, to show an image inline in the HTML.',
  url: 'An https address that takes the one-click POST.',
  mailto: 'An address that takes unsubscribe mail.',
  subject: 'Any Unicode, one line.',
  text: 'Plain text body.',
  html: 'HTML body.',
  raw: "A whole RFC 5322 message, base64; its From must be the tenant's.",
  template: 'Name of a template stored in SES.',
  address: 'local@domain; ASCII before the @, any script after it.',
  name: 'Display name in any script.',
};

/** Rules that zod checks in code, restated; by kind of object. */
const rules: Readonly<Record<string, Node>> = {
  attachment: { oneOf: [{ required: ['content'] }, { required: ['s3Key'] }] },
  inline: { anyOf: [{ required: ['text'] }, { required: ['html'] }] },
  unsubscribe: { anyOf: [{ required: ['url'] }, { required: ['mailto'] }] },
};

/** The same for single fields. */
const fieldRules: Readonly<Record<string, Node>> = {
  'field headers': {
    maxProperties: 50,
    propertyNames: {
      type: 'string',
      pattern: '^[!-9;-~]{1,126}$',
      not: { pattern: anyCase(reservedHeaders.source) },
    },
  },
  'field tags': {
    maxProperties: 10,
    propertyNames: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,200}$', not: { pattern: '^gs-' } },
  },
};

const addressPattern = '^[!-?A-~]+@[^@\\x00-\\x20\\x7f]+$';

/** Parts that several shapes share; each stands once, under `$defs`. */
const shared: Readonly<Record<string, string>> = {
  'field from': 'mailbox',
  'field to': 'mailbox',
  'item of field replyTo': 'mailbox',
  'item of field attachments': 'attachment',
  'field unsubscribe': 'unsubscribe',
  'field headers': 'headers',
  'field tags': 'tags',
  'field data': 'data',
};

const titles = [
  'message with text or html',
  'message as raw MIME',
  'message from a template',
  'batch with text or html',
  'batch from a template',
  'stored request (the client writes it)',
] as const;

/** Returns the JSON Schema (draft 2020-12) of a queue body. */
export function requestJsonSchema(): Node {
  const { $schema, anyOf } = z.toJSONSchema(anyRequest, { target: 'draft-2020-12', io: 'input' });
  const defs: Record<string, Node> = {};
  return {
    $schema,
    title: 'Goodstanding send request',
    description: `One JSON object a queue message, version 1. Only the pipeline checks: ${pipelineOnly.join('; ')}.`,
    anyOf: (anyOf ?? []).map((shape, index) => ({
      title: titles[index],
      ...dress(toNode(shape), 'request', defs),
    })),
    $defs: defs,
  };
}

/** Restates, describes and shares the parts of one schema node, innermost first. */
function dress(node: Node, place: string, defs: Record<string, Node>): Node {
  if (node['$ref'] !== undefined) return {};
  const { properties, items, anyOf, format, contentEncoding, ...rest } = node;
  const kind = kindOf(properties);
  const dressed: Node = {
    ...rest,
    ...(format === undefined || format === 'base64' ? {} : { format }),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
    ...(place === 'address' ? { pattern: addressPattern } : {}),
    ...(isNode(rest['additionalProperties'])
      ? { additionalProperties: dress(rest['additionalProperties'], 'value', defs) }
      : {}),
    ...(Array.isArray(anyOf)
      ? { anyOf: anyOf.map((each) => dress(toNode(each), branchPlace(toNode(each), place), defs)) }
      : {}),
    ...(isNode(items)
      ? { items: share(dress(items, `item of ${place}`, defs), `item of ${place}`, defs) }
      : {}),
    ...(isNode(properties) ? { properties: dressFields(properties, kind, defs) } : {}),
    ...rules[kind],
    ...fieldRules[place],
  };
  return dressed;
}

/** Fields that hold one address; a batch recipient's is judged by itself, so it takes any text. */
const addressFields: ReadonlySet<string> = new Set(['mailbox.address', 'unsubscribe.mailto']);

function dressFields(properties: Node, kind: string, defs: Record<string, Node>): Node {
  return Object.fromEntries(
    Object.entries(properties).map(([name, field]) => {
      const place = addressFields.has(`${kind}.${name}`) ? 'address' : `field ${name}`;
      const description = descriptions[`${kind}.${name}`] ?? descriptions[name];
      const dressed = share(dress(toNode(field), place, defs), place, defs);
      return [name, { ...(description ? { description } : {}), ...dressed }];
    }),
  );
}

/** A mailbox may be a plain address. */
function branchPlace(branch: Node, place: string): string {
  return branch['type'] === 'string' && branch['maxLength'] === 320 ? 'address' : place;
}

/** Moves a shared part to `$defs` when it is the same everywhere. */
function share(node: Node, place: string, defs: Record<string, Node>): Node {
  const name = shared[place];
  if (!name) return node;
  defs[name] ??= node;
  return JSON.stringify(defs[name]) === JSON.stringify(node) ? { $ref: `#/$defs/${name}` } : node;
}

function kindOf(properties: unknown): string {
  if (!isNode(properties)) return 'none';
  if ('filename' in properties) return 'attachment';
  if ('subject' in properties) return 'inline';
  if ('mailto' in properties) return 'unsubscribe';
  const { address } = properties;
  if (isNode(address)) return address['maxLength'] === 320 ? 'mailbox' : 'recipient';
  return 'request';
}

/** JSON Schema's patterns have no flags. */
function anyCase(source: string): string {
  return source.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function toNode(value: unknown): Node {
  if (!isNode(value)) throw new Error('zod wrote a schema node that is no object');
  return value;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
