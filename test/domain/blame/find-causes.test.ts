import { describe, expect, test } from 'vitest';
import { type About, findCauses } from '../../../domain/blame/find-causes.ts';
import type { Cause } from '../../../domain/blame/model.ts';
import type { Cell } from '../../../domain/evidence/model.ts';
import { epochMs } from '../../../domain/time.ts';
import { mailCell, mailGrid } from '../../support/mail-cells.ts';

const onset = epochMs(Date.parse('2026-03-01T09:00:00Z'));
const about: About = { signal: 'block', onset, tolerated: 0.002 };
const addresses = new Map([['a', ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']]]);

const find = (cells: readonly Cell[], over: Partial<About> = {}) =>
  findCauses(cells, { ...about, ...over });
const named = (cells: readonly Cell[], over: Partial<About> = {}) =>
  find(cells, over).causes.map(({ kind, region }: Cause) => ({ kind, region }));

describe('the part of the mail that explains the failures is named', () => {
  test('a tenant whose mail fails everywhere', () => {
    const cells = mailGrid({}, ({ tenant }) => (tenant === 't1' ? 3 : 0));
    expect(named(cells)).toEqual([{ kind: 'tenant', region: { tenant: 't1' } }]);
  });

  test('a tenant at one provider, where rotation would not help', () => {
    const cells = mailGrid({}, ({ tenant, provider }) =>
      tenant === 't1' && provider === 'gmail' ? 6 : 0,
    );
    expect(named(cells)).toEqual([
      { kind: 'tenant×provider', region: { tenant: 't1', provider: 'gmail' } },
    ]);
  });

  test('one of a tenant’s identities at one provider', () => {
    const cells = mailGrid({}, () => 0).flatMap((cell) =>
      ['one', 'two'].map((name) =>
        mailCell({
          ...cell.origin,
          identity: `${name}.${cell.origin.tenant}.example`,
          failed:
            name === 'one' && /t1gmail/.test(cell.origin.tenant + cell.origin.provider) ? 6 : 0,
        }),
      ),
    );
    expect(named(cells)).toEqual([
      { kind: 'identity×provider', region: { identity: 'one.t1.example', provider: 'gmail' } },
    ]);
  });

  test('a campaign, within its tenant: another tenant’s of the same name is left alone', () => {
    const cells = mailGrid({}, () => 0).flatMap(({ origin }) =>
      ['sale', 'news', 'invoice'].map((campaign) =>
        mailCell({
          ...origin,
          campaign,
          failed: origin.tenant === 't2' && campaign === 'sale' ? 3 : 0,
        }),
      ),
    );
    expect(named(cells)).toEqual([
      { kind: 'campaign', region: { tenant: 't2', campaign: 'sale' } },
    ]);
  });

  test('a pool at one provider, where every tenant meets it', () => {
    const cells = mailGrid({}, ({ pool, provider }) =>
      pool === 'a' && provider === 'gmail' ? 4 : 0,
    );
    expect(named(cells)).toEqual([
      { kind: 'pool×provider', region: { pool: 'a', provider: 'gmail' } },
    ]);
  });

  test('one of a pool’s addresses, by what the replies quote', () => {
    const cells = mailGrid({}, () => 0).map(({ origin }) => {
      const failed = origin.pool === 'a' && origin.provider === 'gmail' ? 4 : 0;
      return mailCell({ ...origin, failed, ...(failed > 0 && { ips: { '192.0.2.3': 3 } }) });
    });
    expect(named(cells, { addresses })).toEqual([
      { kind: 'ip×provider', region: { pool: 'a', ip: '192.0.2.3', provider: 'gmail' } },
    ]);
  });

  test('a provider’s outage, even by time-outs that nobody can vouch for', () => {
    const cells = mailGrid({}, ({ provider }) => (provider === 'yahoo' ? 5 : 0));
    const unvouched = cells.map((cell) => ({ ...cell, vouched: 0 }));
    const outage = [{ kind: 'provider', region: { provider: 'yahoo' } }];
    expect(named(cells, { signal: 'outage' })).toEqual(outage);
    expect(named(unvouched, { signal: 'outage' })).toEqual(outage);
  });

  test('nothing where no more fails than is tolerated', () => {
    const cells = mailGrid({ sent: 1000 }, ({ tenant }) => (tenant === 't1' ? 2 : 1));
    expect(find(cells)).toEqual({ causes: [] });
  });

  test('nothing where a sender fails no more than it did before', () => {
    const cells = mailGrid({ sent: 400 }, ({ tenant }) => (tenant === 't1' ? 5 : 0));
    const before = mailGrid({ sent: 2000 }, ({ tenant }) => (tenant === 't1' ? 25 : 0));
    expect(named(cells)).toHaveLength(1);
    expect(find(cells, { before })).toEqual({ causes: [] });
  });
});

describe('all pools at one provider', () => {
  const blocked = (pools: readonly string[]) =>
    mailGrid({ pools }, ({ provider }) => (provider === 'gmail' ? 5 : 0));

  test('are the account’s fault there when the reasons are no outage', () => {
    expect(named(blocked(['a', 'b']))).toEqual([
      { kind: 'account', region: { provider: 'gmail' } },
    ]);
  });

  test('are no outage when one identity alone meets it', () => {
    const cells = blocked(['a', 'b']).map(({ origin, ...cell }) => ({
      ...cell,
      origin: { ...origin, identity: 'mail.example' },
    }));
    expect(named(cells, { signal: 'outage' })).toEqual([
      { kind: 'account', region: { provider: 'gmail' } },
    ]);
  });

  test('say nothing where there is one: a block is that pool’s', () => {
    expect(named(blocked(['a']))).toEqual([
      { kind: 'pool×provider', region: { pool: 'a', provider: 'gmail' } },
    ]);
  });

  test('say nothing where there is one: an outage stays undecided', () => {
    const { causes, undecided } = find(blocked(['a']), { signal: 'outage' });
    expect(causes).toEqual([]);
    expect(undecided?.intersection).toEqual({ pool: 'a', provider: 'gmail' });
    expect(undecided?.candidates.map(({ kind }) => kind).sort()).toEqual([
      'pool×provider',
      'provider',
    ]);
  });
});

describe('while the odds do not decide', () => {
  test('only what tenant and pool share is held, and no pool is named', () => {
    const cells = [
      mailCell({ tenant: 'large', sent: 90, failed: 8 }),
      mailCell({ tenant: 'small', sent: 10 }),
      mailCell({ tenant: 'large', pool: 'b', sent: 1 }),
      mailCell({ tenant: 'other', pool: 'b', sent: 500 }),
      mailCell({ tenant: 'other', pool: 'b', provider: 'yahoo', sent: 500 }),
    ];
    const { causes, undecided } = find(cells);
    expect(causes).toEqual([]);
    expect(undecided?.intersection).toMatchObject({ tenant: 'large', pool: 'a' });
    for (const { lnOdds } of undecided?.candidates ?? []) expect(lnOdds).toBeLessThan(Math.log(20));
  });

  test('clean mail of others through the pool decides for the tenant', () => {
    const cells = (small: number) => [
      mailCell({ tenant: 'large', sent: 60, failed: 8 }),
      mailCell({ tenant: 'small', sent: small }),
      mailCell({ tenant: 'other', pool: 'b', sent: 500 }),
    ];
    expect(find(cells(2)).undecided).toBeDefined();
    expect(named(cells(200))).toEqual([
      { kind: 'tenant×provider', region: { tenant: 'large', provider: 'gmail' } },
    ]);
  });
});

describe('two causes', () => {
  test('are both named, a bad tenant before the pool that it shares', () => {
    const cells = mailGrid({ tenants: ['t1', 't2', 't3', 't4', 't5', 't6'] }, (origin) => {
      if (origin.tenant === 't1') return 80;
      return origin.pool === 'a' && origin.provider === 'gmail' ? 8 : 0;
    });
    expect(named(cells)).toEqual([
      { kind: 'tenant', region: { tenant: 't1' } },
      { kind: 'pool×provider', region: { pool: 'a', provider: 'gmail' } },
    ]);
  });

  test('one undecided does not hide another that is clear', () => {
    const cells = [
      mailCell({ tenant: 'large', pool: 'c', sent: 90, failed: 12 }),
      mailCell({ tenant: 'small', pool: 'c', sent: 5 }),
      ...mailGrid({ sent: 300 }, ({ tenant }) => (tenant === 't2' ? 15 : 0)),
    ];
    const { causes, undecided } = find(cells);
    expect(causes.map(({ region }) => region)).toEqual([{ tenant: 't2' }]);
    expect(undecided?.intersection).toMatchObject({ tenant: 'large' });
  });
});

describe('a cause carries its reasons', () => {
  const cells = mailGrid({}, ({ tenant, pool }) => (tenant === 't1' && pool === 'a' ? 4 : 0));

  test('without the tenant its pool is clean', () => {
    const [cause] = find(cells).causes;
    expect(cause).toMatchObject({ kind: 'tenant×pool', sent: 300, failed: 12 });
    expect(cause?.expected).toBeCloseTo(0.6);
    expect(cause?.counterEvidence).toContainEqual({
      region: { pool: 'a' },
      without: { tenant: 't1', pool: 'a' },
      sent: 900,
      failed: 0,
    });
  });

  test('it counts who met failures that a known provider vouches for', () => {
    const [cause] = find(cells).causes;
    expect(cause?.vouchedBy).toEqual({ providers: 3, tenants: 1, recipientDomains: 3 });
  });

  test('a block names whose bad list earned it', () => {
    const blocked = mailGrid({}, ({ pool }) => (pool === 'a' ? 4 : 0));
    const bounces = mailGrid({ sent: 5000 }, ({ tenant }) => (tenant === 't3' ? 700 : 40));
    const earlier = [{ signal: 'hard-bounce', cells: bounces, tolerated: 0.02 }] as const;
    const [cause] = find(blocked, { earlier }).causes;
    expect(cause).toMatchObject({ kind: 'pool', earnedBy: { tenant: 't3' } });
    expect(find(blocked).causes[0]).not.toHaveProperty('earnedBy');
  });
});

describe('who has all the mail cannot be told from the account', () => {
  test('so in single tenancy a blocked pool is named', () => {
    const cells = mailGrid({ tenants: ['default'] }, ({ pool, provider }) =>
      pool === 'a' && provider === 'gmail' ? 10 : 0,
    );
    expect(named(cells)).toEqual([
      { kind: 'pool×provider', region: { pool: 'a', provider: 'gmail' } },
    ]);
  });

  test('but a bad list is its sender’s wherever it leaves', () => {
    const cells = mailGrid({ tenants: ['default'] }, ({ pool }) => (pool === 'a' ? 10 : 0));
    expect(named(cells, { signal: 'hard-bounce' })).toEqual([
      { kind: 'tenant×pool', region: { tenant: 'default', pool: 'a' } },
    ]);
  });
});
