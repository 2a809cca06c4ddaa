/**
 * What an app puts into an intake queue: one JSON object a message, version 1, of kind `message` (one
 * mail to one recipient), `batch` (shared content, up to 50 recipients) or `stored` (a pointer to one of
 * these in the content bucket). Published as JSON Schema in `contract/send-request.schema.json`.
 *
 * An error's text may begin with the reason it stands for (`header-injection: …`), see `parse-request.ts`.
 */
import * as z from 'zod';
import { isAddress, parseAddress } from '../domain/address.ts';
import { dayMs } from '../domain/time.ts';

/** Limits of a request; each is SES's or SQS's unless the comment says ours. */
export const requestLimits = {
  recipientsPerBatch: 50,
  /** SQS, bytes of a message body. */
  queueBodyBytes: 1_048_576,
  /** Ours: what the client offloads to the content bucket may have this many bytes. */
  storedBodyBytes: 30_000_000,
  /** SES, after encoding. */
  messageBytes: 40_000_000,
  /** SES, subject, text and html of a template together. */
  templateBytes: 500_000,
  /** Ours: objects and lists within one another; deeper JSON exhausts the stack of whoever reads it. */
  nesting: 100,
  attachments: 20,
  /** Ours: they go out once for every recipient. */
  batchAttachmentBytes: 5_000_000,
  headers: 50,
  tags: 10,
  replyTo: 10,
  /** Ours: a year; what waits is remembered a little longer. */
  sendAheadMs: 365 * dayMs,
} as const;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
const noControl = /^[^\x00-\x1f\x7f]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all control characters but tab and line breaks.
const noControlButBreaks = /^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$/;

/** One header line's worth of text: any Unicode, no line break or other control character. */
const line = (max: number) =>
  z.string().max(max).regex(noControl, {
    error: 'header-injection: line breaks and control characters are not allowed here',
    abort: true,
  });

/** Body text: line breaks and tabs, no other control character. */
const prose = z.string().regex(noControlButBreaks, {
  error: 'invalid-field: control characters other than line breaks and tabs are not allowed',
});

const address = line(320).superRefine((text, context) => {
  const parsed = parseAddress(text);
  if (!isAddress(parsed))
    context.addIssue({ code: 'custom', message: `${parsed.reason}: ${parsed.detail}` });
});

/** `ada@example.com`, or with a display name in any script. */
const mailbox = z.union([address, z.strictObject({ address, name: z.exactOptional(line(200)) })]);

/** Headers that SES or we write; whoever could set them could forge or break the message. */
export const reservedHeaders =
  /^(from|to|cc|bcc|subject|date|sender|reply-to|return-path|message-id|mime-version|content-.*|received|dkim-signature|arc-.*|authentication-results|x-ses-.*|list-unsubscribe|list-unsubscribe-post|feedback-id)$/i;

const headerName = z
  .string()
  .regex(/^[!-9;-~]{1,126}$/, {
    error:
      'header-injection: a header name has 1 to 126 printable ASCII characters, no colon, no space',
    abort: true,
  })
  .refine((name) => !reservedHeaders.test(name), {
    error: 'header-reserved: this header is set by its own field, by SES or by us',
  });

const headerValue = z.string().regex(/^[\x20-\x7e]{1,870}$/, {
  error:
    'header-injection: a header value has 1 to 870 printable ASCII characters and no line break; encode others as RFC 2047',
});

function isDistinct(names: readonly string[]): boolean {
  return new Set(names.map((name) => name.toLowerCase())).size === names.length;
}

/** A tag as SES allows it; names that begin with gs- are ours. */
const tagValue = z.string().regex(/^[A-Za-z0-9_-]{1,200}$/, {
  error: 'invalid-field: 1 to 200 of A-Z, a-z, 0-9, _ and -',
});
const tagName = tagValue.refine((name) => !name.startsWith('gs-'), {
  error: 'invalid-field: tag names that begin with gs- are ours',
});

const contentKey = z
  .string()
  .regex(/^attachments\/(?!(?:.*\/)?\.{0,2}(?:\/|$))[A-Za-z0-9!_.*'()/-]{1,900}$/, {
    error: 'invalid-field: a key below attachments/ in the content bucket',
  });

const attachment = z
  .strictObject({
    /** File name as the reader sees it. */
    filename: line(255).min(1),
    /** Media type, such as application/pdf. */
    contentType: z.string().regex(/^[A-Za-z0-9!#$&^_.+-]{1,64}\/[A-Za-z0-9!#$&^_.+-]{1,64}$/, {
      error: 'header-injection: a media type is type/subtype without parameters',
    }),
    /** The bytes, base64. Either this or `s3Key`. */
    content: z.exactOptional(z.base64()),
    /** Where the bytes are in the content bucket. Either this or `content`. */
    s3Key: z.exactOptional(contentKey),
    /** Content-ID without angle brackets, to show an image inline in the HTML. */
    contentId: z.exactOptional(
      z.string().regex(/^[A-Za-z0-9._@-]{1,78}$/, {
        error: 'header-injection: 1 to 78 of A-Z, a-z, 0-9, ., _, @ and -',
      }),
    ),
  })
  .refine((given) => (given.content === undefined) !== (given.s3Key === undefined), {
    error: 'invalid-field: an attachment has either content or s3Key',
  });

const data = z.record(z.string().min(1).max(200), z.json());

const inlineContent = z
  .strictObject({
    subject: line(900).min(1),
    text: z.exactOptional(prose),
    html: z.exactOptional(prose),
  })
  .refine((content) => content.text !== undefined || content.html !== undefined, {
    error: 'missing-field: text or html',
  });

const rawContent = z.strictObject({
  /** A whole RFC 5322 message, base64; its From must be owned by the tenant. */
  raw: z.base64().min(4),
});

const templateContent = z.strictObject({
  /** Name of a template stored in SES. */
  template: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  /** Values for its placeholders. */
  data: z.exactOptional(data),
});

const instant = z.iso.datetime({ offset: true });

const envelope = {
  version: z.literal(1),
  /** Yours, unique per tenant: the same id with the same content is sent once. */
  id: z.string().regex(/^[\x21-\x7e]{1,128}$/, {
    error: 'invalid-field: an id has 1 to 128 printable ASCII characters without spaces',
  }),
  /** The account on whose behalf the mail is sent; `default` in single tenancy. */
  tenant: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .default('default'),
  /** A stream of the configuration, such as transactional. */
  stream: z.string().min(1).max(64),
  /** Asks for one of the stream's pools; honoured while the assignment gives that pool mail. */
  pool: z.exactOptional(z.string().min(1).max(64)),
  from: mailbox,
  replyTo: z.exactOptional(z.array(mailbox).min(1).max(requestLimits.replyTo)),
  headers: z.exactOptional(
    z
      .record(headerName, headerValue)
      .refine((given) => Object.keys(given).length <= requestLimits.headers, {
        error: `invalid-field: at most ${requestLimits.headers} headers`,
      })
      // Mail programs do not tell X-A from x-a: which of the two counts would be anybody's guess.
      .refine((given) => isDistinct(Object.keys(given)), {
        error: 'invalid-field: two header names that differ only in case are the same header',
      }),
  ),
  /** Carried in every SES event about the mail. */
  tags: z.exactOptional(
    z.record(tagName, tagValue).refine((given) => Object.keys(given).length <= requestLimits.tags, {
      error: `invalid-field: at most ${requestLimits.tags} tags`,
    }),
  ),
  attachments: z.exactOptional(z.array(attachment).max(requestLimits.attachments)),
  /** Not before this instant; at most 365 days ahead, less for what points into the content bucket. */
  sendAt: z.exactOptional(instant),
  /** Not after this instant: a late mail is dropped as `expired`. */
  expiresAt: z.exactOptional(instant),
  /** Writes List-Unsubscribe, and List-Unsubscribe-Post (RFC 8058) when there is an https url. */
  unsubscribe: z.exactOptional(
    z
      .strictObject({
        url: z.exactOptional(
          z.string().regex(/^https:\/\/[\x21-\x3b\x3d\x3f-\x7e]{3,600}$/, {
            error: 'header-injection: an https address without spaces or angle brackets',
          }),
        ),
        mailto: z.exactOptional(address),
      })
      .refine((given) => given.url !== undefined || given.mailto !== undefined, {
        error: 'missing-field: url or mailto',
      }),
  ),
};

const message = { ...envelope, kind: z.literal('message'), to: mailbox };

/** A raw message carries its own headers and attachments. */
const {
  headers: _headers,
  attachments: _attachments,
  replyTo: _replyTo,
  unsubscribe: _unsubscribe,
  ...rawMessage
} = message;

/** A batch recipient's address is judged by itself, so that one bad address harms no other. */
const batch = {
  ...envelope,
  kind: z.literal('batch'),
  /** Values for every recipient's placeholders; a recipient's own win. */
  data: z.exactOptional(data),
  recipients: z
    .array(
      z.strictObject({
        to: z.union([
          z.string().max(2000),
          z.strictObject({ address: z.string().max(2000), name: z.exactOptional(line(200)) }),
        ]),
        data: z.exactOptional(data),
      }),
    )
    .min(1)
    .max(requestLimits.recipientsPerBatch, {
      error: `too-many-recipients: at most ${requestLimits.recipientsPerBatch} in a batch`,
    }),
};

/** Every shape a request can have, by kind and content; chosen before parsing, so that errors are exact. */
export const requestShapes = {
  message: {
    inline: z.strictObject({ ...message, content: inlineContent }),
    raw: z.strictObject({ ...rawMessage, content: rawContent }),
    template: z.strictObject({ ...message, content: templateContent }),
  },
  batch: {
    inline: z.strictObject({ ...batch, content: inlineContent }),
    template: z.strictObject({ ...batch, content: templateContent }),
  },
} as const;

/** A pointer to a request that is too large for the queue; the client writes it. */
export const storedRequest = z.strictObject({
  version: z.literal(1),
  kind: z.literal('stored'),
  /** A key below requests/ in the content bucket. */
  s3Key: z.string().regex(/^requests\/(?!(?:.*\/)?\.{0,2}(?:\/|$))[A-Za-z0-9!_.*'()/-]{1,900}$/, {
    error: 'invalid-field: a key below requests/ in the content bucket',
  }),
});

export const anyRequest = z.union([
  requestShapes.message.inline,
  requestShapes.message.raw,
  requestShapes.message.template,
  requestShapes.batch.inline,
  requestShapes.batch.template,
  storedRequest,
]);

export type MessageRequest =
  | z.output<typeof requestShapes.message.inline>
  | z.output<typeof requestShapes.message.raw>
  | z.output<typeof requestShapes.message.template>;
export type BatchRequest =
  | z.output<typeof requestShapes.batch.inline>
  | z.output<typeof requestShapes.batch.template>;
export type SendRequest = MessageRequest | BatchRequest;
export type StoredRequest = z.output<typeof storedRequest>;
/** What an app writes: defaults may be left out. */
export type SendRequestInput = z.input<typeof anyRequest>;
export type Mailbox = z.output<typeof mailbox>;
export type Attachment = z.output<typeof attachment>;
