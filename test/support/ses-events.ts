import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { newAttemptId } from '../../contract/attempt-id.ts';
import { type MailOrigin, originTag } from '../../contract/origin-tag.ts';
import { messageTag, tagNames } from '../../contract/tags.ts';
import type { MailKind, Origin } from '../../domain/evidence/model.ts';
import { epochMs } from '../../domain/time.ts';

const event = z.looseObject({
  eventType: z.string(),
  mail: z.looseObject({ tags: z.record(z.string(), z.array(z.string())) }),
});
export type SesEventJson = z.output<typeof event>;

/** SES's ten event types as files of AWS's own examples. */
export const eventFiles = [
  'send',
  'delivery',
  'bounce',
  'complaint',
  'reject',
  'rendering-failure',
  'delivery-delay',
  'open',
  'click',
  'subscription',
] as const;
export type EventFile = (typeof eventFiles)[number];

/** Returns an example of AWS's documentation. */
export function exampleEvent(file: EventFile): SesEventJson {
  const url = new URL(`../fixtures/ses/${file}.json`, import.meta.url);
  return event.parse(JSON.parse(readFileSync(url, 'utf8')));
}

/** What a test says of an event; the rest is AWS's example. */
export type EventChange = {
  readonly messageId?: string;
  readonly recipientIndex?: number;
  readonly tenant?: string;
  /** What else the origin tag says; by default a mail of the stream `transactional` to `other`. */
  readonly origin?: Partial<Origin>;
  readonly attemptId?: string;
  /** Whom the mail went to. */
  readonly destination?: readonly string[];
  /** SES's message id, and when it took the mail. */
  readonly sesMessageId?: string;
  readonly mailAt?: number;
  /** The mail carries the tag of one that is sent again. */
  readonly again?: true;
  /** Why it was sent; by default because its app asked for it. */
  readonly kind?: MailKind;
  /** Fields of the type's own object, such as `bounce`. */
  readonly own?: object;
};

const ownObject: Readonly<Partial<Record<EventFile, string>>> = {
  'rendering-failure': 'failure',
  'delivery-delay': 'deliveryDelay',
};

/** Returns an example with our tags, as the body of a queue message. */
export function eventBody(file: EventFile, change: EventChange = {}): string {
  const given = exampleEvent(file);
  const own = ownObject[file] ?? file;
  const { messageId, recipientIndex = 0, destination } = change;
  const tags =
    messageId === undefined
      ? {}
      : {
          [tagNames.message]: [messageTag(messageId, recipientIndex)],
          [tagNames.origin]: [originTag(mailOriginOf(change))],
        };
  return JSON.stringify({
    ...given,
    mail: {
      ...given.mail,
      ...(destination ? { destination } : {}),
      ...(change.sesMessageId === undefined ? {} : { messageId: change.sesMessageId }),
      ...(change.mailAt === undefined ? {} : { timestamp: new Date(change.mailAt).toISOString() }),
      tags: { ...given.mail.tags, ...tags },
    },
    [own]: { ...Object(given[own]), ...change.own },
  });
}

/** Returns what the origin tag of a test's event says. */
export function mailOriginOf({
  tenant = 'acme',
  again,
  kind = 'normal',
  origin,
  attemptId,
}: EventChange): MailOrigin {
  return {
    attemptId:
      attemptId ?? newAttemptId(epochMs(Date.parse('2026-03-01T08:59:57Z')), new Uint8Array(13)),
    kind,
    again: again === true,
    origin: {
      tenant,
      stream: 'transactional',
      pool: 'shared',
      provider: 'other',
      identity: 'sender.example',
      campaign: '',
      ...origin,
    },
  };
}

const recipientFields: Readonly<Partial<Record<EventFile, (address: string) => object>>> = {
  bounce: (emailAddress) => ({
    bouncedRecipients: [
      { emailAddress, status: '5.1.1', diagnosticCode: 'smtp; 550 5.1.1 user unknown' },
    ],
  }),
  complaint: (emailAddress) => ({ complainedRecipients: [{ emailAddress }] }),
  delivery: (address) => ({ recipients: [address] }),
  'delivery-delay': (emailAddress) => ({ delayedRecipients: [{ emailAddress }] }),
};

/** Returns the fields of a type's own object that name its recipient. */
export function aboutRecipient(file: EventFile, address: string): object {
  return recipientFields[file]?.(address) ?? {};
}
