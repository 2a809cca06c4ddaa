import type { Address } from './addresses.ts';

/** A piece of text and the character set it must leave in. */
export type Text = { readonly data: string; readonly charset: string };

/** One header field, unfolded. */
export type Header = { readonly name: string; readonly value: string };

/** One attachment of Simple or Template content. */
export type Attachment = {
  readonly bytes: Buffer;
  readonly fileName: string;
  readonly disposition: 'ATTACHMENT' | 'INLINE';
  readonly description: string | undefined;
  readonly contentId: string | undefined;
  readonly transferEncoding: 'BASE64' | 'QUOTED_PRINTABLE' | 'SEVEN_BIT';
  readonly contentType: string | undefined;
};

/** What leaves: parts still to be composed, or the caller's own bytes. */
export type Content =
  | {
      readonly kind: 'parts';
      readonly subject: Text;
      readonly text: Text | undefined;
      readonly html: Text | undefined;
      readonly headers: readonly Header[];
      readonly attachments: readonly Attachment[];
    }
  | { readonly kind: 'raw'; readonly bytes: Buffer; readonly headers: readonly Header[] }
  /** A template whose data did not fit; accepted, never sent. */
  | { readonly kind: 'unrendered'; readonly templateName: string; readonly error: string };

/** One message tag. */
export type Tag = { readonly name: string; readonly value: string };

/** Recipients by kind. */
export type Destination = {
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
};

/** A send request as both send operations and every content kind reduce to it. */
export type Draft = {
  readonly operation: 'SendEmail' | 'SendBulkEmail';
  readonly from: Address;
  /** From FromEmailAddressIdentityArn. */
  readonly identityArn: string | undefined;
  readonly destination: Destination;
  readonly replyTo: readonly Address[];
  readonly feedbackTo: Address | undefined;
  readonly tags: readonly Tag[];
  readonly configurationSetName: string | undefined;
  readonly tenantName: string | undefined;
  readonly openTracking: boolean;
  readonly clickTracking: boolean;
  /** Templated mail shows its subject from the second event on. */
  readonly templated: boolean;
  readonly content: Content;
  /** The request as it came, for the views. */
  readonly request: unknown;
};

/** What has become of one recipient so far. */
export type RecipientStatus =
  | 'accepted'
  | 'delayed'
  | 'delivered'
  | 'bounced'
  | 'complained'
  | 'suppressed'
  | 'rejected'
  | 'rendering failed';

/** An accepted message. */
export type Message = Draft & {
  readonly index: number;
  readonly messageId: string;
  readonly atMs: number;
  readonly principal: string;
  readonly sourceIp: string;
  readonly sourceArn: string;
  readonly pool: string;
  /** How long SES would keep trying. */
  readonly deliverySecondsMax: number;
  readonly sizeBytes: number;
  /** By bare address, in order of To, Cc, Bcc. */
  readonly status: Map<string, RecipientStatus>;
};

/** All recipients in order, To, Cc, Bcc. */
export function recipientsOf({ to, cc, bcc }: Destination): readonly Address[] {
  return cc.length === 0 && bcc.length === 0 ? to : [...to, ...cc, ...bcc];
}

/** One word for the whole message: the common status, or `mixed`. */
export function overallStatus(message: Message): RecipientStatus | 'mixed' {
  const [first = 'accepted', ...others] = new Set(message.status.values());
  return others.length === 0 ? first : 'mixed';
}
