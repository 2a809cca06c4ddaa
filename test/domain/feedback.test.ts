import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FeedbackMeaning, judgeFeedback } from '../../domain/feedback.ts';

type Event = Parameters<typeof judgeFeedback>[0];

/** What it means for the mail and the recipient; the reading of the reply is the classifier's. */
function check(event: Omit<Event, 'at'>, expected: FeedbackMeaning): void {
  const { classified, ...meaning } = judgeFeedback({ at: 0, ...event });
  expect(meaning).toEqual(expected);
  expect(classified !== undefined).toBe(/bounce|deliverydelay/.test(event.kind));
}

const globally = { reason: 'hard-bounce', scope: 'global' } as const;
const forTenant = { reason: 'complaint', scope: 'tenant' } as const;
const bounce = (type: string, diagnostic?: string) => ({
  kind: 'bounce',
  type,
  ...(diagnostic === undefined ? {} : { diagnostic }),
});

describe('an event of SES', () => {
  test.each<[string, Omit<Event, 'at'>, FeedbackMeaning]>([
    ['send says nothing new', { kind: 'send' }, {}],
    ['delivery is delivered', { kind: 'delivery' }, { outcome: 'delivered' }],
    ['open says nothing of the outcome', { kind: 'open' }, {}],
    ['click says nothing of the outcome', { kind: 'click' }, {}],
    ['subscription says nothing of the outcome', { kind: 'subscription' }, {}],
    ['deliverydelay is no outcome yet', { kind: 'deliverydelay', type: 'MailboxFull' }, {}],
    [
      'reject ends the mail',
      { kind: 'reject' },
      { outcome: 'rejected', reason: 'content-rejected' },
    ],
    [
      'renderingfailure ends the mail',
      { kind: 'renderingfailure' },
      { outcome: 'rejected', reason: 'rendering-failed' },
    ],
    [
      'a hard bounce suppresses for everybody',
      bounce('Permanent/General', '550 5.1.1 user unknown'),
      { outcome: 'bounced', reason: 'invalid-recipient', suppress: globally },
    ],
    [
      'a block suppresses nobody and comes off the list of SES',
      bounce('Permanent/General', '550 5.7.1 on our block list (S3150)'),
      { outcome: 'bounced', reason: 'block-ip-reputation', block: true },
    ],
    [
      'a transient bounce suppresses nobody',
      bounce('Transient/MailboxFull', '552 5.2.2 over quota'),
      { outcome: 'bounced', reason: 'mailbox-full' },
    ],
    [
      'a permanent refusal for another reason suppresses nobody',
      bounce('Permanent/General', '552 5.3.4 too big'),
      { outcome: 'bounced', reason: 'too-large' },
    ],
    [
      'what SES did not send is suppressed, not bounced',
      bounce('Permanent/OnAccountSuppressionList'),
      { outcome: 'suppressed', reason: 'ses-suppressed' },
    ],
    [
      'a complaint suppresses for its tenant',
      { kind: 'complaint', type: 'abuse' },
      { outcome: 'complained', reason: 'abuse', suppress: forTenant },
    ],
    [
      'a complaint without type is one all the same',
      { kind: 'complaint' },
      { outcome: 'complained', reason: 'complaint', suppress: forTenant },
    ],
    ['not-spam is no complaint', { kind: 'complaint', type: 'not-spam' }, {}],
    [
      'a complaint that SES made of its own list is no new complaint',
      { kind: 'complaint', type: '/OnAccountSuppressionList' },
      { outcome: 'suppressed', reason: 'ses-suppressed' },
    ],
    ['a kind that SES invents later says nothing', { kind: 'teleported' }, {}],
  ])('%s', (_, event, expected) => check(event, expected));

  test.each(['abuse', 'auth-failure', 'fraud', 'other', 'virus'])('%s is a complaint', (type) =>
    check(
      { kind: 'complaint', type },
      { outcome: 'complained', reason: type, suppress: forTenant },
    ),
  );

  test('a delay is read like a bounce', () => {
    const meaning = judgeFeedback({
      kind: 'deliverydelay',
      at: 0,
      type: 'General',
      diagnostic: 'smtp; 421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred',
    });
    expect(meaning.classified).toMatchObject({ reason: 'block-ip-reputation', ip: '192.0.2.1' });
    expect(meaning.outcome).toBeUndefined();
    const silent = judgeFeedback({ kind: 'deliverydelay', at: 0, type: 'IPFailure' });
    expect(silent.classified?.reason).toBe('block-ip-reputation');
  });

  test('suppresses where SES says permanent and the reply says dead, and nowhere else', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Permanent', 'Transient', 'Undetermined', 'New'),
        fc.constantFrom('General', 'NoEmail', 'MailboxFull', 'ContentRejected', 'BrandNew'),
        fc.constantFrom('550 5.1.1 user unknown', '550 block list (S3150)', '552 over quota', ''),
        (bounceType, bounceSubType, diagnostic) => {
          const { suppress, block, reason } = judgeFeedback({
            at: 0,
            ...bounce(`${bounceType}/${bounceSubType}`, diagnostic),
          });
          expect(suppress !== undefined).toBe(
            bounceType === 'Permanent' &&
              /General|NoEmail/.test(bounceSubType) &&
              reason === 'invalid-recipient',
          );
          expect(block).toBe(
            diagnostic.includes('S3150') ? true : reason === 'spam-content' || undefined,
          );
        },
      ),
    );
  });

  test('never suppresses and blames a block at once, whatever it says', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('bounce', 'complaint', 'delivery', 'reject'),
        fc.string(),
        fc.string(),
        fc.option(fc.string(), { nil: undefined }),
        (kind, type, diagnostic, status) => {
          const meaning = judgeFeedback({
            kind,
            at: 0,
            type,
            diagnostic,
            ...(status === undefined ? {} : { status }),
          });
          expect(meaning.block && meaning.suppress).toBeFalsy();
        },
      ),
    );
  });
});
