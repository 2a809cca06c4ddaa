import { describe, expect, test } from 'vitest';
import { type BounceMeaning, judgeBounce } from '../../domain/bounce.ts';

/** A provider's reply as SES hands it over: `diagnosticCode`, and the enhanced code as `status`. */
function check(reply: string, expected: BounceMeaning, status?: string): void {
  for (const diagnostic of [reply, `smtp; ${reply}`, reply.replace(' ', '-')])
    expect(
      judgeBounce({
        bounceType: 'Permanent',
        bounceSubType: 'General',
        diagnostic,
        ...(status === undefined ? {} : { status }),
      }),
    ).toBe(expected);
}

describe('a mailbox that is not there', () => {
  test.each([
    [
      "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos",
      '5.1.1',
    ],
    ['550 5.2.1 The email account that you tried to reach is inactive.', '5.2.1'],
    ['550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).', '5.5.0'],
    [
      '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
      '5.1.10',
    ],
    ["554 delivery error: dd This user doesn't have a yahoo.com account", undefined],
    ['550 5.1.1 user unknown', '5.1.1'],
    [
      '550 5.1.1 <grace@recipient.example>: Recipient address rejected: User unknown in virtual mailbox table',
      '5.1.1',
    ],
    ['550 No such user here', undefined],
    ['550 Requested action not taken: mailbox unavailable', undefined],
    ['550 5.1.2 Bad destination host: domain not found', '5.1.2'],
    ['556 5.1.10 Domain does not accept mail (null MX)', '5.1.10'],
    ['550 5.1.6 recipient no longer on server', '5.1.6'],
  ])('%s: the address is dead', (reply, status) => check(reply, 'dead-address', status));

  test('is believed of SES without a reply', () => {
    for (const bounceSubType of ['General', 'NoEmail'])
      expect(judgeBounce({ bounceType: 'Permanent', bounceSubType })).toBe('dead-address');
  });
});

describe('a reply about our standing', () => {
  test.each([
    [
      '550 5.7.1 [192.0.2.1 12] Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent, this message has been blocked.',
    ],
    [
      '550 5.7.1 This message is likely suspicious due to the very low reputation of the sending IP address.',
    ],
    [
      '550 5.7.1 This message is likely suspicious due to the very low reputation of the sending domain.',
    ],
    ['550 5.7.28 There is an unusual rate of unsolicited email originating from your IP address.'],
    [
      "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
    ],
    [
      "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. part of their network is on our block list (S3140).",
    ],
    ['550 5.7.606 Access denied, banned sending IP [192.0.2.1].'],
    ['550 5.7.511 Access denied, banned sender [192.0.2.1].'],
    [
      '550 5.7.513 Service unavailable, Client host [192.0.2.1] blocked by recipient.example using Customer Block list',
    ],
    [
      '553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed.',
    ],
    [
      '553 5.7.2 [TSS11] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed.',
    ],
    [
      '553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus list',
    ],
    ['550 5.7.1 [CS01] Message rejected due to local policy.'],
    ['550 5.7.1 Your email was rejected due to having a domain present in the Spamhaus DBL'],
    ['550 5.7.1 Mail from IP 192.0.2.1 was rejected due to listing in Spamhaus SBL.'],
    [
      '554-gmx.net (mxgmx101) Nemesis ESMTP Service not available 554-No SMTP service 554-IP address is block listed.',
    ],
    [
      '554 IP=192.0.2.1 - None/bad reputation. (Ask your postmaster for help or to contact tosa@rx.t-online.de for reset.)',
    ],
    ['550 5.2.0 192.0.2.1 Comcast requires that all mail servers BL000001 - blocked by Spamhaus'],
    ['550 5.2.0 Message rejected. BL000100 SenderScore'],
    ['550 5.7.1 Mail rejete. Mail rejected. OFR006_102 [102]'],
    ['550 CXBL Connection refused. 192.0.2.1 has a poor reputation'],
    ['554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org'],
    ['554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.spamcop.net'],
    [
      '550 5.7.1 Recipient address rejected: your IP is listed on the barracuda reputation blocklist',
    ],
    ['550 5.1.1 Sender 192.0.2.1 is blocked for sending spam'],
  ])('%s is a block', (reply) => check(reply, 'block'));

  test('never suppresses, whatever type and code it hides behind', () => {
    const diagnostic = '554 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org';
    for (const bounceType of ['Permanent', 'Transient', 'Undetermined'])
      for (const bounceSubType of ['General', 'NoEmail', 'MailboxFull', 'ContentRejected', 'New'])
        for (const status of [undefined, '5.7.1', '5.0.0', '5.1.1', '4.4.7'])
          expect(
            judgeBounce({
              bounceType,
              bounceSubType,
              diagnostic,
              ...(status === undefined ? {} : { status }),
            }),
          ).toBe('block');
  });

  test('inside what SES says of an expired message is still a block', () =>
    expect(
      judgeBounce({
        bounceType: 'Transient',
        bounceSubType: 'General',
        status: '4.4.7',
        diagnostic:
          'smtp; 554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints>',
      }),
    ).toBe('block'));
});

describe('a reply about something else', () => {
  test.each([
    ['552 5.2.2 The email account that you tried to reach is over quota.'],
    ['552 5.3.4 Message size exceeds fixed maximum message size'],
    [
      '550 5.7.26 This mail is unauthenticated, which poses a security risk to the sender and Gmail users.',
    ],
    ['550 5.7.515 sending domain example.com does not meet the required authentication level'],
    ['554 5.6.0 Message contains a virus'],
    ['550 5.7.1 Relaying denied'],
    ['550 5.1.8 Sender address rejected: Domain not found'],
    ['550 5.1.0 Mail from address rejected: sender unknown'],
    ['554 5.7.9 Message not accepted for policy reasons'],
  ])('%s suppresses nobody', (reply) => check(reply, 'other'));

  test('is all that a transient or undetermined bounce can be', () => {
    for (const bounceType of ['Transient', 'Undetermined', 'New'])
      for (const bounceSubType of [
        'General',
        'MailboxFull',
        'MessageTooLarge',
        'CustomTimeoutExceeded',
        'Undetermined',
        'AttachmentRejected',
        'ContentRejected',
      ])
        for (const diagnostic of ['', '550 5.1.1 user unknown', '452 4.2.2 mailbox full'])
          expect(judgeBounce({ bounceType, bounceSubType, diagnostic })).toBe('other');
  });

  test('is a permanent bounce of a subtype that we do not know', () =>
    expect(judgeBounce({ bounceType: 'Permanent', bounceSubType: 'BrandNew' })).toBe('other'));
});

test.each([
  'Suppressed',
  'OnAccountSuppressionList',
  'OnTenantSuppressionList',
  'EmailValidationSuppressed',
  'UnsubscribedRecipient',
])('%s means that SES did not send it, nothing about the address', (bounceSubType) =>
  expect(
    judgeBounce({
      bounceType: 'Permanent',
      bounceSubType,
      diagnostic: 'Amazon SES did not send the message',
    }),
  ).toBe('suppressed-by-ses'),
);
