import type { TemplateParts } from '../account/stored-template.ts';
import { existingTemplate } from '../account/template-operations.ts';
import type { SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import type { InputOf } from '../model/operation-contract.ts';
import { checkedCharset } from './charsets.ts';
import type { Attachment, Content, Header, Text } from './message.ts';
import { readHeaders } from './raw-headers.ts';
import { inspect } from './rendering.ts';
import { renderParts, templateData } from './template-content.ts';

type Email = InputOf<'SendEmail'>['Content'];
type Simple = NonNullable<Email['Simple']>;
type Template = NonNullable<Email['Template']>;

/** A template ready to be rendered once per message with data that goes before its own. */
export type PreparedTemplate = {
  readonly name: string;
  readonly render: (replacement: Record<string, unknown>, headers?: readonly Header[]) => Content;
};

/** Content of a Simple message. */
export function bodyContent(simple: Simple): Content {
  const { Text: text, Html: html } = simple.Body;
  if (text === undefined && html === undefined) {
    // MailComposer would send an empty text; SES wants to be told what the body is.
    refuse('BadRequestException', 'Body must contain at least one of Text or Html.');
  }
  return {
    kind: 'parts',
    subject: textOf(simple.Subject),
    text: text === undefined ? undefined : textOf(text),
    html: html === undefined ? undefined : textOf(html),
    headers: headersOf(simple.Headers),
    attachments: attachmentsOf(simple.Attachments),
  };
}

/** Content of a Raw message, from base64. */
export function rawContent(data: string): Extract<Content, { kind: 'raw' }> {
  const bytes = Buffer.from(data, 'base64');
  return { kind: 'raw', bytes, headers: readHeaders(bytes) };
}

/** Resolves a template by name, ARN or inline parts. @throws SesError as both send operations do. */
export function templateParts(context: SesContext, template: Template): PreparedTemplate {
  const { name, parts } = resolve(context, template);
  const defaults = templateData(template.TemplateData);
  const defaultHeaders = headersOf(template.Headers);
  const attachments = attachmentsOf(template.Attachments);
  const render = (
    replacement: Record<string, unknown>,
    headers: readonly Header[] = defaultHeaders,
  ): Content => {
    const rendered = renderParts(parts, { ...defaults, ...replacement });
    if (!rendered.ok) return { kind: 'unrendered', templateName: name, error: rendered.error };
    return { kind: 'parts', ...rendered.parts, headers, attachments };
  };
  return { name, render };
}

/** Custom headers in the emulator's own form. */
export function headersOf(headers: Simple['Headers']): readonly Header[] {
  return (headers ?? []).map(({ Name, Value }) => ({ name: Name, value: Value }));
}

function textOf({ Data, Charset }: Simple['Subject']): Text {
  return { data: Data, charset: checkedCharset(Charset) };
}

function attachmentsOf(attachments: Simple['Attachments']): readonly Attachment[] {
  return (attachments ?? []).map((attachment) => ({
    bytes: Buffer.from(attachment.RawContent, 'base64'),
    fileName: attachment.FileName,
    disposition: attachment.ContentDisposition ?? 'ATTACHMENT',
    description: attachment.ContentDescription,
    contentId: attachment.ContentId,
    transferEncoding: attachment.ContentTransferEncoding ?? 'BASE64',
    contentType: attachment.ContentType,
  }));
}

const templateArn = /^arn:aws[a-z-]*:ses:[a-z0-9-]+:\d{12}:template\/(.+)$/;
const inlineName = 'inline';

function resolve(context: SesContext, template: Template): { name: string; parts: TemplateParts } {
  const { TemplateName: name, TemplateArn: arn, TemplateContent: inline } = template;
  const given = [name, arn, inline].filter((one) => one !== undefined);
  // A name together with its own ARN is how SES asks for cross-account templates.
  if (given.length === 0 || (inline !== undefined && given.length > 1)) {
    const text = 'Template must specify TemplateName, TemplateArn or TemplateContent.';
    refuse('BadRequestException', text);
  }
  if (inline === undefined) {
    const stored = name ?? templateArn.exec(arn ?? '')?.[1];
    if (stored === undefined) refuse('BadRequestException', `Invalid template ARN <${arn}>.`);
    return existingTemplate(context, stored);
  }
  const parts = { subject: inline.Subject ?? '', text: inline.Text, html: inline.Html };
  for (const part of [parts.subject, parts.text ?? '', parts.html ?? '']) {
    const { fault, beyondSubstitution } = inspect(part);
    if (fault !== undefined) refuse('BadRequestException', `Template is invalid: ${fault}`);
    // Inline templates may only substitute, stored ones may also test and loop.
    // See https://github.com/aws/aws-sdk-js-v3/issues/6657.
    if (beyondSubstitution) {
      refuse('BadRequestException', 'Template contains unsupported operations.');
    }
  }
  return { name: inlineName, parts };
}
