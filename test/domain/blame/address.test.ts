/** One of a pool's addresses, or the pool: which address a mail left by is known of failures alone, and not of all. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type About, findCauses } from '../../../domain/blame/find-causes.ts';
import type { Cell } from '../../../domain/evidence/model.ts';
import { epochMs } from '../../../domain/time.ts';
import { type CellParts, mailCell } from '../../support/mail-cells.ts';

const ips = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'] as const;
const about: About = {
  signal: 'block',
  onset: epochMs(0),
  tolerated: 0.002,
  addresses: new Map([['a', ips]]),
};
const tenants = ['t1', 't2', 't3', 't4'];

const named = (cells: readonly Cell[]) =>
  findCauses(cells, about).causes.map(({ kind, region }) => ({ kind, region }));

/** Mail of four tenants to Gmail through pool `a`, in the midst of clean mail through `b` and to Yahoo. */
const mail = (parts: (tenant: string) => CellParts): readonly Cell[] =>
  tenants.flatMap((tenant) => [
    mailCell({ tenant, ...parts(tenant) }),
    mailCell({ tenant, provider: 'yahoo', sent: 60 }),
    mailCell({ tenant, pool: 'b', sent: 60 }),
    mailCell({ tenant, pool: 'b', provider: 'yahoo', sent: 60 }),
  ]);

const ofPool = { kind: 'pool×provider', region: { pool: 'a', provider: 'gmail' } };
const ofAddress = (ip: string) => ({
  kind: 'ip×provider',
  region: { pool: 'a', ip, provider: 'gmail' },
});

describe('which of both is named', () => {
  test('the pool where more fails than one address’s share of its mail, however few failures quote one', () => {
    const cells = mail((tenant) => ({
      sent: 5,
      failed: 3,
      ips: tenant === 't1' ? { [ips[0]]: 2 } : {},
    }));
    expect(named(cells)).toEqual([ofPool]);
  });

  test('the address that all quote where no more fails than its share', () => {
    const cells = mail(() => ({ sent: 12, failed: 3, ips: { [ips[0]]: 2 } }));
    expect(named(cells)).toEqual([ofAddress(ips[0])]);
  });

  test('the address although only some of what quotes it is vouched for', () => {
    const cells = mail((tenant) => ({
      sent: 40,
      failed: 4,
      vouched: tenant === 't1' ? 0 : 2,
      ips: { [ips[1]]: tenant === 't1' ? 4 : 2 },
    }));
    expect(named(cells)).toEqual([ofAddress(ips[1])]);
  });
});

describe('what nobody vouches for', () => {
  const blocked = (tenant: string) => ({
    sent: 20,
    failed: 4,
    ips: { [ips[tenants.indexOf(tenant)] ?? '']: 3 },
  });

  test('is no clean mail: it acquits a pool no more than if it had never been sent', () => {
    const half = findCauses(
      mail(() => ({ sent: 10, failed: 10, vouched: 5 })),
      about,
    );
    const without = findCauses(
      mail(() => ({ sent: 5, failed: 5 })),
      about,
    );
    expect(half.causes[0]).toMatchObject(ofPool);
    expect(half.causes[0]?.score).toBeGreaterThan(without.causes[0]?.score ?? Number.NaN);
  });

  test('names no address for its pool’s block, however often it quotes that', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 4, maxLength: 4 }),
        fc.constantFrom(...ips),
        (forged, ip) => {
          const strangers = tenants.map((tenant, index) => {
            const failed = forged[index] ?? 0;
            const parts = { campaign: 'forged', sent: failed, failed, vouched: 0 };
            return mailCell({ tenant, ...parts, ips: { [ip]: failed } });
          });
          const kinds = named([...mail(blocked), ...strangers]).map(({ kind }) => kind);
          expect(kinds).not.toContain('ip×provider');
          expect(kinds).not.toContain('ip');
        },
      ),
    );
  });
});
