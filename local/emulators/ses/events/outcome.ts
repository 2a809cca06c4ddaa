/** A bounce before it has a time and an address. */
export type Bounce = {
  readonly kind: 'bounce';
  readonly bounceType: 'Permanent' | 'Transient' | 'Undetermined';
  readonly bounceSubType: string;
  readonly status: string | undefined;
  readonly diagnosticCode: string | undefined;
  /** Whether SES puts the address on the account suppression list. */
  readonly suppresses: boolean;
  readonly afterDelivery?: boolean;
};

/** What becomes of one recipient. */
export type Outcome =
  /** `world`: the recipient's provider decides. */
  | { readonly kind: 'delivery' | 'silent' | 'world' }
  | Bounce
  | {
      readonly kind: 'complaint';
      readonly feedbackType: string;
      readonly suppresses: boolean;
      /** Set when SES answers from its own list without sending. */
      readonly onAccountList?: boolean;
    }
  | {
      readonly kind: 'delay';
      readonly delayType: string;
      readonly status: string;
      readonly diagnosticCode: string;
    };
