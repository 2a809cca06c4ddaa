import type {
  Attachment,
  EmailContent,
  MessageHeader,
  MessageTag,
  SendBulkEmailCommandInput,
  SendEmailCommandInput,
} from '@aws-sdk/client-sesv2';
import { originTag } from '../contract/origin-tag.ts';
import { campaignOfRequest, identityOfRequest } from '../contract/request-origin.ts';
import type { Mailbox, SendRequest } from '../contract/send-request.ts';
import { messageTag, tagNames } from '../contract/tags.ts';
import type { Address } from '../domain/address.ts';
import type { MailKind } from '../domain/evidence/model.ts';
import { formatMailbox } from '../domain/mailbox.ts';

/** One mail to one recipient, everything chosen. */
export type Mail = {
  readonly request: SendRequest;
  readonly messageId: string;
  readonly attemptId: string;
  readonly recipientIndex: number;
  readonly recipient: { readonly address: Address; readonly name?: string };
  /** The recipient's own placeholder values, over the batch's. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Attachment bytes by position. */
  readonly attachments: readonly Uint8Array[];
  readonly pool: string;
  /** Mailbox provider of the recipient. */
  readonly provider: string;
  readonly configurationSet: string;
  /** Why it is sent. @default normal */
  readonly kind?: MailKind;
  /** SES may have this mail already. */
  readonly again?: true;
};

/**
 * Returns the SES call for a mail. A `message` is sent as it was written; a `batch` is a template that
 * SES renders for each recipient (see docs/decisions/0003-rendering.md).
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 */
export function sendEmailInput(mail: Mail): SendEmailCommandInput {
  const { request } = mail;
  const to = mail.recipient.name
    ? { address: mail.recipient.address.address, name: mail.recipient.name }
    : { address: mail.recipient.address.address };
  return {
    FromEmailAddress: formatMailbox(asMailbox(request.from)),
    Destination: { ToAddresses: [formatMailbox(to)] },
    ...('replyTo' in request && request.replyTo
      ? { ReplyToAddresses: request.replyTo.map((mailbox) => formatMailbox(asMailbox(mailbox))) }
      : {}),
    Content: content(mail),
    EmailTags: tags(mail),
    ConfigurationSetName: mail.configurationSet,
  };
}

/**
 * Returns the SES call for several recipients of one batch; the order of its entries is the mails'. What
 * they share is taken from the first.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendBulkEmail.html
 */
export function sendBulkEmailInput(mails: readonly [Mail, ...Mail[]]): SendBulkEmailCommandInput {
  const { Content, EmailTags: _, Destination: __, ...shared } = sendEmailInput(mails[0]);
  return {
    ...shared,
    DefaultContent: { Template: { ...Content?.Template, TemplateData: '{}' } },
    BulkEmailEntries: mails.map((mail) => {
      const { Destination, EmailTags, Content: own } = sendEmailInput(mail);
      return {
        Destination,
        ReplacementTags: EmailTags,
        ReplacementEmailContent: {
          ReplacementTemplate: { ReplacementTemplateData: own?.Template?.TemplateData },
        },
      };
    }),
  };
}

/** Returns a mailbox with its address and name apart. */
export function asMailbox(mailbox: Mailbox): { readonly address: string; readonly name?: string } {
  return typeof mailbox === 'string' ? { address: mailbox } : mailbox;
}

function content(mail: Mail): EmailContent {
  const { request } = mail;
  const extras = { Headers: headers(request), Attachments: attachments(mail) };
  if ('raw' in request.content)
    return { Raw: { Data: Buffer.from(request.content.raw, 'base64') } };
  if ('template' in request.content)
    return {
      Template: {
        TemplateName: request.content.template,
        TemplateData: JSON.stringify({ ...request.content.data, ...mail.data }),
        ...extras,
      },
    };
  const { subject, text, html } = request.content;
  if (request.kind === 'batch')
    return {
      Template: {
        TemplateContent: {
          Subject: subject,
          ...(text === undefined ? {} : { Text: text }),
          ...(html === undefined ? {} : { Html: html }),
        },
        TemplateData: JSON.stringify(mail.data),
        ...extras,
      },
    };
  return {
    Simple: {
      Subject: { Data: subject, Charset: 'UTF-8' },
      Body: {
        ...(text === undefined ? {} : { Text: { Data: text, Charset: 'UTF-8' } }),
        ...(html === undefined ? {} : { Html: { Data: html, Charset: 'UTF-8' } }),
      },
      ...extras,
    },
  };
}

/** The app's headers, and the unsubscribe headers of RFC 2369 and RFC 8058. */
function headers(request: SendRequest): MessageHeader[] {
  if (!('headers' in request || 'unsubscribe' in request)) return [];
  const own = Object.entries(request.headers ?? {}).map(([Name, Value]) => ({ Name, Value }));
  const { url, mailto } = request.unsubscribe ?? {};
  const targets = [
    ...(url ? [`<${url}>`] : []),
    ...(mailto ? [`<mailto:${formatMailbox({ address: mailto })}>`] : []),
  ];
  if (targets.length === 0) return own;
  return [
    ...own,
    { Name: 'List-Unsubscribe', Value: targets.join(', ') },
    ...(url ? [{ Name: 'List-Unsubscribe-Post', Value: 'List-Unsubscribe=One-Click' }] : []),
  ];
}

function attachments(mail: Mail): Attachment[] {
  const given = 'attachments' in mail.request ? (mail.request.attachments ?? []) : [];
  return given.map((attachment, index) => ({
    RawContent: mail.attachments[index] ?? new Uint8Array(),
    FileName: attachment.filename,
    ContentType: attachment.contentType,
    ContentDisposition: attachment.contentId ? 'INLINE' : 'ATTACHMENT',
    ContentTransferEncoding: 'BASE64',
    ...(attachment.contentId ? { ContentId: attachment.contentId } : {}),
  }));
}

function tags(mail: Mail): MessageTag[] {
  const { request, attemptId, kind = 'normal', again = false } = mail;
  const origin = {
    tenant: request.tenant,
    identity: identityOfRequest(request),
    stream: request.stream,
    pool: mail.pool,
    provider: mail.provider,
    campaign: campaignOfRequest(request),
  };
  const ours = {
    [tagNames.message]: messageTag(mail.messageId, mail.recipientIndex),
    [tagNames.origin]: originTag({ attemptId, kind, again, origin }),
  };
  return Object.entries({ ...request.tags, ...ours }).map(([Name, Value]) => ({ Name, Value }));
}
