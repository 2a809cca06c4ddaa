import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { classify } from '../../../domain/classification/classify.ts';
import { bounceReasons, type Diagnosis } from '../../../domain/classification/reasons.ts';

const written = z.object({
  expected_reason: z.string(),
  diagnostic: z.string(),
  provider: z.string().optional(),
});

/** Replies written after what mailbox providers document. */
const replies = readFileSync(new URL('../../fixtures/replies.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => written.parse(JSON.parse(line)));

describe('a reply as providers document it', () => {
  test.each(replies)('$diagnostic', ({ diagnostic, expected_reason, provider }) => {
    for (const carried of [diagnostic, `smtp; ${diagnostic}`])
      expect(classify({ diagnostic: carried })).toMatchObject({ reason: expected_reason });
    expect(classify({ diagnostic }).provider).toBe(provider);
  });

  test('exists for every reason', () => {
    const covered = new Set(replies.map(({ expected_reason }) => expected_reason));
    expect(Object.keys(bounceReasons).filter((reason) => !covered.has(reason))).toEqual([]);
  });

  test('names its blocklist', () => {
    const named = (diagnostic: string) => classify({ diagnostic }).blocklist;
    expect(named('554 5.7.1 Client host blocked using zen.spamhaus.org')).toBe('spamhaus-zen');
    expect(named('550 listed in the Spamhaus SBL')).toBe('spamhaus-sbl');
    expect(named('554 blocked by dnsbl.example.net')).toBe('other');
    expect(named('550 5.1.1 user unknown')).toBeUndefined();
  });
});

describe('the address that a reply quotes', () => {
  test.each([
    ['550 5.7.1 Unfortunately, messages from [192.0.2.1] were not sent (S3150)', '192.0.2.1'],
    ['554 IP=192.0.2.1 - None/bad reputation.', '192.0.2.1'],
    ['550 5.7.1 [2001:db8::25 12] Our system has detected spam', '2001:db8::25'],
    ['421 [TSS04] Messages from 192.0.2.1 deferred - 4.16.55.1', '192.0.2.1'],
    ['451 deferred - 4.16.55.1; see postmaster.yahooinc.com', undefined],
    ['host mx.example [198.51.100.9] said: 554 client 192.0.2.1 blocked', '192.0.2.1'],
    ['550 rejected by 10.1.2.3', undefined],
    ['550 rejected from 999.1.2.3', undefined],
  ])('%s', (diagnostic, ip) => expect(classify({ diagnostic }).ip).toBe(ip));
});

describe('a reply inside what SES says of an expired message', () => {
  const expired = (inside: string) =>
    `smtp; 554 4.4.7 Message expired: unable to deliver in 840 minutes.<${inside}>`;

  test('is the cause', () =>
    expect(
      classify({
        bounceType: 'Transient',
        bounceSubType: 'General',
        status: '4.4.7',
        diagnostic: expired('421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred'),
      }),
    ).toMatchObject({ reason: 'block-ip-reputation', provider: 'yahoo', ip: '192.0.2.1' }));

  test('may name an address in brackets of its own', () =>
    expect(
      classify({ diagnostic: expired('452 4.2.2 <grace@recipient.example>: mailbox full') }).reason,
    ).toBe('mailbox-full'));

  test('is the cause although it was cut off', () =>
    expect(
      classify({ diagnostic: expired('421 4.7.0 too many connections').slice(0, -1) }).reason,
    ).toBe('rate-limited'));

  test('is time that ran out, where there is none', () => {
    for (const inside of ['', ' '])
      expect(classify({ diagnostic: expired(inside), status: '4.4.7' }).reason).toBe('expired');
    expect(classify({ diagnostic: '554 4.4.7 Message expired' }).reason).toBe('expired');
  });
});

describe('what SES says', () => {
  test.each<[Diagnosis, string]>([
    [{ bounceType: 'Permanent', bounceSubType: 'NoEmail' }, 'invalid-recipient'],
    [{ bounceType: 'Permanent', bounceSubType: 'General' }, 'invalid-recipient'],
    [{ bounceType: 'Permanent', bounceSubType: 'BrandNew' }, 'undetermined'],
    [{ bounceType: 'Undetermined', bounceSubType: 'Undetermined' }, 'undetermined'],
    [{ bounceType: 'Transient', bounceSubType: 'MailboxFull' }, 'mailbox-full'],
    [{ bounceType: 'Transient', bounceSubType: 'MessageTooLarge' }, 'too-large'],
    [{ bounceType: 'Transient', bounceSubType: 'ContentRejected' }, 'spam-content'],
    [{ bounceType: 'Transient', bounceSubType: 'CustomTimeoutExceeded' }, 'expired'],
    [{ delayType: 'IPFailure' }, 'block-ip-reputation'],
    [{ delayType: 'SpamDetected' }, 'spam-content'],
    [{ delayType: 'RecipientServerError' }, 'server-error'],
    [{ delayType: 'TransientCommunicationFailure' }, 'network'],
    [{ delayType: 'SendingDeferral' }, 'undetermined'],
    [{ delayType: 'constructor' }, 'undetermined'],
    [{}, 'undetermined'],
  ])('%j is %s where there is no reply', (diagnosis, reason) =>
    expect(classify(diagnosis).reason).toBe(reason),
  );

  test.each<[Diagnosis, string]>([
    [
      { bounceType: 'Permanent', bounceSubType: 'NoEmail', diagnostic: '550 block list (S3150)' },
      'block-ip-reputation',
    ],
    [{ bounceSubType: 'MailboxFull', diagnostic: '452 too many connections' }, 'rate-limited'],
    [{ delayType: 'IPFailure', diagnostic: '452 4.2.2 mailbox full' }, 'mailbox-full'],
    [{ delayType: 'IPFailure', diagnostic: '421 4.7.0' }, 'block-ip-reputation'],
  ])('%j is what the reply says', (diagnosis, reason) =>
    expect(classify(diagnosis).reason).toBe(reason),
  );

  test.each([
    'Suppressed',
    'OnAccountSuppressionList',
    'OnTenantSuppressionList',
    'EmailValidationSuppressed',
    'UnsubscribedRecipient',
  ])('of mail that it never sent (%s) outweighs every reply', (bounceSubType) =>
    expect(
      classify({ bounceType: 'Permanent', bounceSubType, diagnostic: '550 user unknown' }),
    ).toMatchObject({ reason: 'suppressed', suppress: false }),
  );
});

test('the enhanced code is believed where the words say nothing', () => {
  const reason = (status: string) => classify({ diagnostic: '550 qwerty', status }).reason;
  expect(reason('5.1.1')).toBe('invalid-recipient');
  expect(reason('5.2.2')).toBe('mailbox-full');
  expect(reason('5.7.26')).toBe('auth-failure');
  expect(reason('5.7.649')).toBe('block-ip-reputation');
  expect(reason('5.7.1')).toBe('policy');
});

test('a bare refusal takes nobody for dead, and is not believed much', () => {
  for (const diagnostic of ['550', '550 5.0.0 no', '554 5.7.1 rejected', '553 go away'])
    expect(classify({ diagnostic })).toMatchObject({ suppress: false });
  const sure = classify({ diagnostic: '550 5.1.1 user unknown' }).confidence;
  expect(classify({ diagnostic: '550' }).confidence).toBeLessThan(sure / 2);
});
