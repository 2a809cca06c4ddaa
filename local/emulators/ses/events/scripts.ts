import type { Outcome } from './outcome.ts';

/** How a recipient behaves in this local run, as `PUT /_local/ses/recipients` gives it. */
export type RecipientScript = {
  readonly address: string;
  readonly outcome:
    | 'delivery'
    | 'bounce'
    | 'softBounce'
    | 'block'
    | 'complaint'
    | 'delay'
    | 'suppressed'
    | 'silent';
  readonly diagnosticCode?: string | undefined;
  readonly status?: string | undefined;
  readonly bounceSubType?: string | undefined;
  readonly delayType?: string | undefined;
  readonly feedbackType?: string | undefined;
};

const presets: Readonly<Record<RecipientScript['outcome'], Outcome>> = {
  delivery: { kind: 'delivery' },
  silent: { kind: 'silent' },
  bounce: {
    kind: 'bounce',
    bounceType: 'Permanent',
    bounceSubType: 'General',
    status: '5.1.1',
    diagnosticCode: 'smtp; 550 5.1.1 user unknown',
    suppresses: true,
  },
  softBounce: {
    kind: 'bounce',
    bounceType: 'Transient',
    bounceSubType: 'MailboxFull',
    status: '4.2.2',
    diagnosticCode: 'smtp; 452 4.2.2 mailbox full',
    suppresses: false,
  },
  // Receivers that refuse the sender's reputation come out as Transient in SES's events.
  block: {
    kind: 'bounce',
    bounceType: 'Transient',
    bounceSubType: 'General',
    status: '5.7.1',
    diagnosticCode: 'smtp; 550 5.7.1 Service unavailable, client host blocked, see the blocklist',
    suppresses: false,
  },
  complaint: { kind: 'complaint', feedbackType: 'abuse', suppresses: true },
  delay: {
    kind: 'delay',
    delayType: 'TransientCommunicationFailure',
    status: '4.4.1',
    diagnosticCode: 'smtp; 421 4.4.1 Unable to connect to remote host',
  },
  // SES's global list, which no call can query; the account list has its own API.
  suppressed: {
    kind: 'bounce',
    bounceType: 'Permanent',
    bounceSubType: 'Suppressed',
    status: '5.1.1',
    diagnosticCode:
      'Amazon SES has suppressed sending to this address because it has a recent history of ' +
      'bouncing as an invalid address.',
    suppresses: false,
  },
};

/** The outcome a script asks for, with its own words where it gives some. */
export function scripted(script: RecipientScript | undefined): Outcome | undefined {
  if (script === undefined) return undefined;
  const preset = presets[script.outcome];
  const { status, diagnosticCode } = script;
  switch (preset.kind) {
    case 'bounce':
      return {
        ...preset,
        bounceSubType: script.bounceSubType ?? preset.bounceSubType,
        status: status ?? preset.status,
        diagnosticCode: diagnosticCode ?? preset.diagnosticCode,
      };
    case 'complaint':
      return { ...preset, feedbackType: script.feedbackType ?? preset.feedbackType };
    case 'delay':
      return {
        ...preset,
        delayType: script.delayType ?? preset.delayType,
        status: status ?? preset.status,
        diagnosticCode: diagnosticCode ?? preset.diagnosticCode,
      };
    default:
      return preset;
  }
}
