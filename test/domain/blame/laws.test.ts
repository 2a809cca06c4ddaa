import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type About, findCauses } from '../../../domain/blame/find-causes.ts';
import { traitsOfKind } from '../../../domain/blame/kinds.ts';
import type { Findings } from '../../../domain/blame/model.ts';
import { covers } from '../../../domain/blame/regions.ts';
import type { Cell } from '../../../domain/evidence/model.ts';
import { epochMs } from '../../../domain/time.ts';
import { mailCell } from '../../support/mail-cells.ts';

const addresses = new Map(['a', 'b', 'c'].map((pool) => [pool, [`${pool}1`, `${pool}2`]]));
const about: About = { signal: 'block', onset: epochMs(0), tolerated: 0.002, addresses };

const place = {
  tenant: fc.constantFrom('t1', 't2', 't3', 't4', 't5'),
  identity: fc.constantFrom('one.example', 'two.example', 'three.example'),
  pool: fc.constantFrom('a', 'b', 'c'),
  provider: fc.constantFrom('gmail', 'microsoft', 'yahoo', 'other'),
  campaign: fc.constantFrom('', 'sale'),
};

/** A share of failures that is mostly nought, sometimes little, sometimes nearly all. */
const failing = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.double({ min: 0, max: 0.9, noNaN: true }) },
);

const cell: fc.Arbitrary<Cell> = fc
  .record({ ...place, sent: fc.integer({ min: 1, max: 400 }), share: failing, ip: fc.boolean() })
  .map(({ share, sent, ip, ...origin }) => {
    const failed = Math.floor(sent * share);
    return mailCell({ ...origin, sent, failed, ips: ip ? { [`${origin.pool}1`]: failed } : {} });
  });
const mail = fc.array(cell, { minLength: 1, maxLength: 40 });
const clean = mail.map((cells) => cells.map(({ origin, sent }) => mailCell({ ...origin, sent })));

const find = (cells: readonly Cell[], over: Partial<About> = {}): Findings =>
  findCauses(cells, { ...about, ...over });
const sides = ({ causes }: Findings) => causes.map(({ kind }) => traitsOfKind(kind).side);

/** What was decided, without the last digits of sums. */
function decided({ causes, undecided }: Findings) {
  return {
    causes: causes.map(({ kind, region, failed }) => ({
      kind,
      region,
      failed: Math.round(failed),
    })),
    held: undecided?.intersection,
  };
}

test('the order of the cells changes nothing', () => {
  fc.assert(
    fc.property(mail, mail, (cells, before) => {
      const turned = decided(find(cells.toReversed(), { before: before.toReversed() }));
      expect(turned).toEqual(decided(find(cells, { before })));
    }),
  );
});

test('dividing mail of one origin among cells changes nothing', () => {
  fc.assert(
    fc.property(mail, fc.double({ min: 0, max: 1, noNaN: true }), (cells, share) => {
      const divided = cells.flatMap((one): readonly Cell[] => {
        const part = (count: number) => Math.floor(count * share);
        const ips = [...one.ips];
        const first = {
          ...one,
          sent: part(one.sent),
          failed: part(one.failed),
          vouched: part(one.vouched),
          ips: new Map(ips.map(([ip, count]) => [ip, part(count)])),
        };
        const second = {
          ...one,
          sent: one.sent - first.sent,
          failed: one.failed - first.failed,
          vouched: one.vouched - first.vouched,
          ips: new Map(ips.map(([ip, count]) => [ip, count - part(count)])),
        };
        return [first, second];
      });
      expect(decided(find(divided))).toEqual(decided(find(cells)));
    }),
  );
});

test('a pool or an address is never named while one tenant has all its failures', () => {
  fc.assert(
    fc.property(mail, clean, (cells, others) => {
      const ofOne = cells.map(({ origin, ...counts }) => ({
        ...counts,
        origin: { ...origin, tenant: 't1' },
      }));
      const all = [...ofOne, ...others, mailCell({ tenant: 't2' })];
      expect(sides(find(all))).not.toContain('address');
    }),
  );
});

test('more clean mail of others never turns a tenant’s fault into a pool’s', () => {
  fc.assert(
    fc.property(clean, clean, fc.integer({ min: 20, max: 60 }), (mails, more, failed) => {
      const bad = mailCell({ tenant: 'bad', sent: 60, failed });
      const cells = [bad, mailCell({ tenant: 'good', sent: 200 }), ...mails];
      const others = more.filter(({ origin }) => origin.tenant !== 'bad');
      expect(sides(find(cells))).toEqual(['sender']);
      expect(sides(find([...cells, ...others]))).toEqual(['sender']);
    }),
  );
});

test('replies that nobody vouches for never name a pool, an address or the account', () => {
  fc.assert(
    fc.property(mail, fc.constantFrom('block', 'deferral', 'outage'), (cells, signal) => {
      const hostile = cells.map((one) => ({
        ...one,
        vouched: 0,
        recipientDomains: new Set(one.failed > 0 ? ['evil.example'] : []),
      }));
      for (const { kind, region } of find(hostile, { signal }).causes) {
        expect(traitsOfKind(kind).side).not.toBe('address');
        // What nobody vouches for reaches no further than the provider whose servers wrote it.
        expect(region.provider).toBeDefined();
      }
    }),
  );
});

test('forged replies do not hide what a pool’s own are vouched for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), (forged) => {
      const tenants = ['t1', 't2', 't3', 't4', 't5'];
      const cells = tenants.flatMap((tenant) => [
        mailCell({ tenant, sent: 40, failed: 5 }),
        mailCell({ tenant, pool: 'b', sent: 40 }),
        mailCell({ tenant, provider: 'yahoo', sent: 40 }),
        mailCell({ tenant, pool: 'b', provider: 'yahoo', sent: 40 }),
        mailCell({
          tenant,
          provider: 'evil.example',
          sent: forged,
          failed: forged,
          vouched: 0,
        }),
      ]);
      expect(find(cells).causes).toContainEqual(
        expect.objectContaining({
          kind: 'pool×provider',
          region: { pool: 'a', provider: 'gmail' },
        }),
      );
    }),
  );
});

test('each cause explains failures that those before it leave', () => {
  fc.assert(
    fc.property(mail, (cells) => {
      const { causes } = find(cells, { addresses: new Map() });
      let rest: readonly Cell[] = cells;
      for (const { region, failed } of causes) {
        const own = rest.filter(({ origin }) => covers(region, origin));
        const left = own.reduce((sum, one) => sum + one.failed, 0);
        expect(failed).toBeGreaterThan(0);
        expect(failed).toBeLessThanOrEqual(left);
        rest = rest.filter(({ origin }) => !covers(region, origin));
      }
    }),
  );
});

test('what is held while undecided has failures, and lies in the first candidate', () => {
  fc.assert(
    fc.property(mail, (cells) => {
      const { undecided } = find(cells);
      if (!undecided) return;
      const held = cells.filter(({ origin }) => covers(undecided.intersection, origin));
      expect(held.some(({ failed }) => failed > 0)).toBe(true);
      expect(undecided.intersection).toMatchObject(undecided.candidates[0]?.region ?? {});
    }),
  );
});
