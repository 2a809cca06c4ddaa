/** What the origin tag says comes back from every event; what has no room is told as such. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MailOrigin, originTag, readOriginTag, shortName } from '../../contract/origin-tag.ts';
import { mailKinds } from '../../domain/evidence/model.ts';

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const nameOf = (maxLength: number, unit = base64url) =>
  fc.string({ unit: fc.constantFrom(...unit), minLength: 1, maxLength });
const anyName = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('*', '\n', 'ü', 'a'), maxLength: 300 }),
);
const mailOf = (name: (longest: number) => fc.Arbitrary<string>): fc.Arbitrary<MailOrigin> =>
  fc.record({
    attemptId: fc.string({ unit: fc.constantFrom(...base64url), minLength: 22, maxLength: 22 }),
    kind: fc.constantFrom(...mailKinds),
    again: fc.boolean(),
    origin: fc.record({
      tenant: name(64),
      stream: name(20),
      pool: name(20),
      provider: name(60),
      identity: name(253),
      campaign: fc.oneof(fc.constant(''), name(256)),
    }),
  });

describe('the origin of a mail', () => {
  test('comes back from its tag, whatever the names are, whole or as the digest of a name', () => {
    fc.assert(
      fc.property(
        mailOf(() => anyName),
        (mail) => {
          const tag = originTag(mail);
          expect(tag).toMatch(/^[A-Za-z0-9_-]+$/);
          const read = readOriginTag(tag);
          const { shortened = [], ...rest } = read ?? {};
          const expected = { ...mail.origin };
          for (const field of shortened) expected[field] = shortName(mail.origin[field]);
          expect(rest).toEqual({ ...mail, origin: expected });
        },
      ),
    );
  });

  test('fits into a tag of SES, and tenant, stream and pool always stand in it in full', () => {
    fc.assert(
      fc.property(
        mailOf((longest) => nameOf(longest)),
        (mail) => {
          const tag = originTag(mail);
          expect(tag.length).toBeLessThanOrEqual(256);
          const { tenant, stream, pool } = mail.origin;
          expect(readOriginTag(tag)?.origin).toMatchObject({ tenant, stream, pool });
        },
      ),
    );
  });

  test('of usual length stands in it in full', () => {
    const origin = {
      tenant: 'customer-4711',
      stream: 'transactional',
      pool: 'warm-1',
      provider: 'mx-operator.example',
      identity: 'mail.customer-4711.example',
      campaign: 'order-confirmation-2026',
    };
    const mail = { attemptId: 'a'.repeat(22), kind: 'probe', again: true, origin } as const;
    expect(readOriginTag(originTag(mail))).toEqual({ ...mail, shortened: [] });
  });

  test.each([
    ['nothing', ''],
    ['another version', `2${'a'.repeat(22)}MAo`],
    [
      'a kind that nobody knows',
      `1${'a'.repeat(22)}${Buffer.from('9\na\nb\nc\nd\ne\nf').toString('base64url')}`,
    ],
    ['too few names', `1${'a'.repeat(22)}${Buffer.from('0\na\nb').toString('base64url')}`],
    ['text of somebody else', 'spring sale'],
  ])('is not read from %s', (_, value) => {
    expect(readOriginTag(value)).toBeUndefined();
  });
});
