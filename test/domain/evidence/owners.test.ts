import { describe, expect, test } from 'vitest';
import { ownersOf } from '../../../domain/evidence/owners.ts';
import { mailCell } from '../../support/mail-cells.ts';

const shop = mailCell({ tenant: 'shop', identity: 'shop.example' });
const failure = mailCell({ tenant: '', identity: 'shop.example', sent: 0, failed: 1 });

describe('mail without a tag is that of', () => {
  test.each([
    ['the tenant that alone sends as its identity', [shop, shop, failure], 'shop'],
    ['nobody, where nobody sends as it', [failure], undefined],
    [
      'nobody who is known, where several tenants do, whatever the order',
      [shop, { ...shop, origin: { ...shop.origin, tenant: 'other' } }, shop],
      '',
    ],
    [
      'nobody, where all that was sent as it is void',
      [mailCell({ tenant: 'shop', sent: 0 })],
      undefined,
    ],
  ])('%s', (_, mail, tenant) => {
    expect(ownersOf(mail)('shop.example')).toBe(tenant);
  });

  test('nobody, where the event does not even tell the identity', () => {
    expect(ownersOf([mailCell({ tenant: 'shop', identity: '' })])('')).toBeUndefined();
  });
});
