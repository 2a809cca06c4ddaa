import { attachment, base, batchBase, recipients } from './good-requests.ts';
import { type Bad, injections } from './injected-requests.ts';

/** Requests that the contract refuses, with the reason an app reads. */
export const badRequests: readonly Bad[] = [
  { title: 'no JSON', request: '{"version":1,', reason: 'invalid-json' },
  { title: 'an empty body', request: '', reason: 'invalid-json' },
  { title: 'JSON that is no object', request: '["version"]', reason: 'invalid-json' },
  { title: 'null', request: 'null', reason: 'invalid-json' },
  { title: 'no version', request: { ...base, version: undefined }, reason: 'missing-field' },
  { title: 'another version', request: { ...base, version: 2 }, reason: 'unknown-version' },
  { title: 'a version as text', request: { ...base, version: '1' }, reason: 'unknown-version' },
  { title: 'no kind', request: { ...base, kind: undefined }, reason: 'missing-field' },
  { title: 'an unknown kind', request: { ...base, kind: 'sms' }, reason: 'unknown-kind' },
  ...(['id', 'stream', 'from', 'to', 'content'] as const).map((field) => ({
    title: `no ${field}`,
    request: { ...base, [field]: undefined },
    reason: 'missing-field' as const,
  })),
  {
    title: 'no recipients',
    request: { ...batchBase, recipients: undefined },
    reason: 'missing-field',
  },
  { title: 'no subject', request: { ...base, content: { text: 'x' } }, reason: 'missing-field' },
  {
    title: 'neither text nor html',
    request: { ...base, content: { subject: 's' } },
    reason: 'missing-field',
  },
  { title: 'an unknown field', request: { ...base, cc: 'x@example.org' }, reason: 'unknown-field' },
  {
    title: 'an unknown field inside content',
    request: { ...base, content: { ...base.content, amp: '' } },
    reason: 'unknown-field',
  },
  {
    title: 'raw MIME in a batch',
    request: { ...batchBase, content: { raw: 'AAAA' } },
    reason: 'missing-field',
  },
  {
    title: 'headers beside raw MIME',
    request: { ...base, headers: {}, content: { raw: 'AAAA' } },
    reason: 'unknown-field',
  },
  {
    title: 'a __proto__ key',
    request: JSON.stringify(base).replace('"version"', '"__proto__":{"a":1},"version"'),
    reason: 'unknown-field',
  },
  {
    title: 'a __proto__ header',
    request: JSON.stringify(base).replace('"version"', '"headers":{"__proto__":"x"},"version"'),
    reason: 'unknown-field',
    pipelineOnly: true,
  },
  { title: 'a number as id', request: { ...base, id: 7 }, reason: 'invalid-field' },
  { title: 'a list as to', request: { ...base, to: ['ada@example.org'] }, reason: 'invalid-field' },
  { title: 'an id with a space', request: { ...base, id: 'a b' }, reason: 'invalid-field' },
  { title: 'an id with a line break', request: { ...base, id: 'a\nb' }, reason: 'invalid-field' },
  {
    title: 'an id of 129 characters',
    request: { ...base, id: 'x'.repeat(129) },
    reason: 'invalid-field',
  },
  { title: 'a tenant with a slash', request: { ...base, tenant: 'a/b' }, reason: 'invalid-field' },
  { title: 'an empty stream', request: { ...base, stream: '' }, reason: 'invalid-field' },
  {
    title: 'a date without offset',
    request: { ...base, sendAt: '2030-01-01T00:00:00' },
    reason: 'invalid-field',
  },
  {
    title: 'a day that does not exist',
    request: { ...base, expiresAt: '2030-02-30T00:00:00Z' },
    reason: 'invalid-field',
  },
  {
    title: 'a tag that SES refuses',
    request: { ...base, tags: { campaign: 'spring sale' } },
    reason: 'invalid-field',
  },
  {
    title: 'a tag that is ours',
    request: { ...base, tags: { 'gs-message': 'x' } },
    reason: 'invalid-field',
  },
  {
    title: 'eleven tags',
    request: {
      ...base,
      tags: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`t${n}`, 'x'])),
    },
    reason: 'invalid-field',
  },
  {
    title: '51 headers',
    request: {
      ...base,
      headers: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`X-${n}`, 'x'])),
    },
    reason: 'invalid-field',
  },
  {
    title: '21 attachments',
    request: { ...base, attachments: Array.from({ length: 21 }, () => attachment) },
    reason: 'invalid-field',
  },
  {
    title: 'an attachment with both content and s3Key',
    request: { ...base, attachments: [{ ...attachment, s3Key: 'attachments/a' }] },
    reason: 'invalid-field',
  },
  {
    title: 'an attachment with neither',
    request: { ...base, attachments: [{ filename: 'a', contentType: 'a/b' }] },
    reason: 'invalid-field',
  },
  {
    title: 'an attachment outside attachments/',
    request: {
      ...base,
      attachments: [{ filename: 'a', contentType: 'a/b', s3Key: 'held/acme/a' }],
    },
    reason: 'invalid-field',
  },
  {
    title: 'content that is no base64',
    request: { ...base, attachments: [{ ...attachment, content: 'not base64' }] },
    reason: 'invalid-field',
  },
  {
    title: 'a null byte in the text',
    request: { ...base, content: { subject: 's', text: 'a\0b' } },
    reason: 'invalid-field',
  },
  {
    title: 'a pointer outside requests/',
    request: { version: 1, kind: 'stored', s3Key: 'held/acme/a' },
    reason: 'invalid-field',
  },
  {
    title: '101 levels of nesting',
    request: { ...base, content: { template: 't', data: nested(101) } },
    reason: 'invalid-field',
    pipelineOnly: true,
  },
  {
    title: 'an unsubscribe that says nothing',
    request: { ...base, unsubscribe: {} },
    reason: 'missing-field',
  },
  {
    title: '51 recipients',
    request: { ...batchBase, recipients: recipients(51) },
    reason: 'too-many-recipients',
  },
  {
    title: 'no recipient in the list',
    request: { ...batchBase, recipients: [] },
    reason: 'invalid-field',
  },
  {
    title: 'a recipient without domain',
    request: { ...base, to: 'ada' },
    reason: 'recipient-without-domain',
  },
  {
    title: 'a recipient that ends in @',
    request: { ...base, to: 'ada@' },
    reason: 'recipient-without-domain',
  },
  {
    title: 'a recipient with an empty local part',
    request: { ...base, to: '@example.org' },
    reason: 'recipient-invalid',
  },
  {
    title: 'a non-ASCII local part',
    request: { ...base, to: 'jürgen@example.org' },
    reason: 'recipient-local-part-not-ascii',
  },
  {
    title: 'a quoted local part',
    request: { ...base, to: '"a b"@example.org' },
    reason: 'recipient-invalid',
  },
  {
    title: 'a domain without a dot',
    request: { ...base, to: 'ada@localhost' },
    reason: 'recipient-invalid',
    pipelineOnly: true,
  },
  {
    title: 'an IP address as domain',
    request: { ...base, to: 'ada@127.0.0.1' },
    reason: 'recipient-invalid',
    pipelineOnly: true,
  },
  {
    title: 'two dots in a row',
    request: { ...base, to: 'a..b@example.org' },
    reason: 'recipient-invalid',
    pipelineOnly: true,
  },
  {
    title: 'a local part of 65 characters',
    request: { ...base, to: `${'a'.repeat(65)}@example.org` },
    reason: 'recipient-invalid',
    pipelineOnly: true,
  },
  {
    title: 'a sender that is no address',
    request: { ...base, from: 'shop' },
    reason: 'invalid-field',
  },
  {
    title: 'a Reply-To that is no address',
    request: { ...base, replyTo: ['help'] },
    reason: 'invalid-field',
  },
  {
    title: 'an unsubscribe address that is none',
    request: { ...base, unsubscribe: { mailto: 'u' } },
    reason: 'invalid-field',
  },
  {
    title: 'the same header in two cases',
    request: { ...base, headers: { 'X-Mine': 'a', 'x-mine': 'b' } },
    reason: 'invalid-field',
    pipelineOnly: true,
  },
  ...injections(),
  ...[
    'From',
    'to',
    'BCC',
    'Subject',
    'Date',
    'Sender',
    'Return-Path',
    'Message-ID',
    'MIME-Version',
    'Content-Type',
    'content-anything',
    'Received',
    'DKIM-Signature',
    'ARC-Seal',
    'X-SES-CONFIGURATION-SET',
    'List-Unsubscribe',
    'List-Unsubscribe-Post',
    'Feedback-ID',
  ].map((name) => ({
    title: `the header ${name}`,
    request: { ...base, headers: { [name]: 'x' } },
    reason: 'header-reserved' as const,
  })),
];

function nested(levels: number): unknown {
  return Array.from({ length: levels }).reduce((inner: unknown) => ({ inner }), 0);
}
