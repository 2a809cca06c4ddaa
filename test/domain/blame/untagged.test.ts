/** Failures of which nobody knows who sent the mail: they count, and nobody is suspected for them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseProbes } from '../../../domain/blame/choose-probes.ts';
import { type About, findCauses } from '../../../domain/blame/find-causes.ts';
import type { Cause, Findings } from '../../../domain/blame/model.ts';
import { signals } from '../../../domain/classification/reasons.ts';
import type { Cell, Region } from '../../../domain/evidence/model.ts';
import { epochMs } from '../../../domain/time.ts';
import { mailCell, mailGrid } from '../../support/mail-cells.ts';

const about: About = { signal: 'block', onset: epochMs(0), tolerated: 0.002 };
const find = (cells: readonly Cell[], over: Partial<About> = {}) =>
  findCauses(cells, { ...about, ...over });
const named = (cells: readonly Cell[]) =>
  find(cells).causes.map(({ kind, region }) => ({ kind, region }));

/** Takes the tag off a share of each cell's failures, 0..1: what was sent always says whose it is. */
function untag(cells: readonly Cell[], share: number, identity?: string): readonly Cell[] {
  return cells.flatMap((one): readonly Cell[] => {
    const bare = Math.round(one.failed * share);
    if (bare === 0) return [one];
    const { origin, failed, recipientDomains } = one;
    return [
      { ...one, failed: failed - bare, vouched: failed - bare },
      {
        ...one,
        origin: { ...origin, tenant: '', identity: identity ?? origin.identity },
        ...{ sent: 0, failed: bare, vouched: bare, recipientDomains },
      },
    ];
  });
}

const poolFault = (share: number, identity?: string) =>
  untag(
    mailGrid({ sent: 10 }, ({ pool, provider }) =>
      pool === 'a' && provider === 'microsoft' ? 10 : 0,
    ),
    share,
    identity,
  );

describe('a pool that one provider refuses is named', () => {
  const cause = { kind: 'pool×provider', region: { pool: 'a', provider: 'microsoft' } };

  test.each([0, 0.5, 1])('although a share of %s of the events carries no tag', (share) => {
    expect(named(poolFault(share))).toEqual([cause]);
    expect(find(poolFault(share)).undecided).toBeUndefined();
  });

  test.each([
    ['its From domain tells nobody', ''],
    ['nobody sends as its From domain', 'foreign.example'],
  ])('although half of the events carries no tag and %s', (_, identity) => {
    expect(find(poolFault(0.5, identity)).causes[0]).toMatchObject({ ...cause, failed: 40 });
  });
});

test('a tenant is named for its failures without a tag, by what it sent as the same identity', () => {
  const cells = mailGrid({ sent: 10 }, ({ tenant }) => (tenant === 't1' ? 4 : 0));
  for (const share of [0.5, 1])
    expect(named(untag(cells, share))).toEqual([{ kind: 'tenant', region: { tenant: 't1' } }]);
});

test('failures of nobody who is known bear no witness that more than one tenant met them', () => {
  expect(find(poolFault(1, ''))).toEqual({ causes: [] });
  const oneTenants = mailGrid({ sent: 10 }, ({ tenant, pool, provider }) =>
    tenant === 't1' && pool === 'a' && provider === 'microsoft' ? 10 : 0,
  );
  expect(named(untag(oneTenants, 0.5, '')).map(({ kind }) => kind)).not.toContain('pool×provider');
});

const tenant = fc.constantFrom('t1', 't2', 't3', 't4');
const places = {
  pool: fc.constantFrom('a', 'b'),
  provider: fc.constantFrom('gmail', 'microsoft', 'other'),
};
const counts = {
  sent: fc.integer({ min: 1, max: 200 }),
  failing: fc.constantFrom(0, 0, 0, 0.3, 0.9),
};
const mail = fc.array(
  fc
    .record({ tenant, ...places, ...counts })
    .map(({ failing, ...one }) => mailCell({ ...one, failed: Math.floor(one.sent * failing) })),
  { minLength: 1, maxLength: 30 },
);

test('a missing tag changes nothing where one tenant sends as an identity', () => {
  fc.assert(
    fc.property(mail, fc.constantFrom(0.3, 0.5, 1), (cells, share) => {
      const words = ({ causes, undecided }: Findings) => ({
        causes: causes.map(({ kind, region, failed }) => ({ kind, region, failed })),
        held: undecided?.intersection,
      });
      expect(words(find(untag(cells, share)))).toEqual(words(find(cells)));
    }),
  );
});

test('nobody who is not known is ever a cause, held, or asked for a probe', () => {
  const origin = {
    tenant: fc.constantFrom('', 't1', 't2', 't3'),
    identity: fc.constantFrom('', 'one.example', 'two.example'),
    pool: fc.constantFrom('', 'a', 'b'),
    provider: fc.constantFrom('gmail', 'microsoft'),
    campaign: fc.constantFrom('', 'sale'),
  };
  const cells = fc.array(
    fc
      .record({ ...origin, ...counts })
      .map(({ failing, ...one }) => mailCell({ ...one, failed: Math.floor(one.sent * failing) })),
    { minLength: 1, maxLength: 40 },
  );
  const regionsOf = ({ region, earnedBy = {}, counterEvidence }: Cause): readonly Region[] => [
    ...[region, earnedBy],
    ...counterEvidence.flatMap((one) => [one.region, one.without]),
  ];
  fc.assert(
    fc.property(cells, cells, fc.constantFrom(...signals), (given, before, signal) => {
      const earlier = [{ signal: 'complaint', cells: before, tolerated: 0.001 } as const];
      const { causes, undecided } = find(given, { signal, before, earlier });
      const regions = [...causes, ...(undecided?.candidates ?? [])].flatMap(regionsOf);
      for (const region of [...regions, undecided?.intersection ?? {}])
        expect(Object.values(region)).not.toContain('');
      if (undecided)
        expect(chooseProbes(undecided, given, () => true)?.tenants ?? []).not.toContain('');
    }),
  );
});
