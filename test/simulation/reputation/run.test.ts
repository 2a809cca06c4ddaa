import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type PolicyName,
  policies,
  policyNames,
} from '../../../simulation/reputation/policies/policies.ts';
import { type RunResult, runScenario } from '../../../simulation/reputation/run.ts';
import { endedOf } from '../../../simulation/reputation/tally.ts';
import { smallScenario } from '../../support/scenarios.ts';

const blocked = smallScenario({
  events: [
    { kind: 'block-ip', atMinute: 60, ip: '192.0.2.10', provider: 'microsoft', forMinutes: 60 },
  ],
  truth: [
    {
      about: 'blocked',
      fromMinute: 60,
      untilMinute: 120,
      cause: { pool: 'a', provider: 'microsoft' },
      right: [{ do: 'leave', region: { pool: 'a', provider: 'microsoft' } }],
    },
  ],
});

const run = (policy: PolicyName, seed: number, scenario = blocked): RunResult =>
  runScenario({ scenario, seed, makePolicy: policies[policy] });

describe('a run', () => {
  test('is the same again by scenario, seed and policy, and another by another seed', () => {
    for (const policy of ['goodstanding', 'hosting-practice'] as const) {
      expect(run(policy, 7)).toEqual(run(policy, 7));
    }
    expect(run('single-pool', 8).tally).not.toEqual(run('single-pool', 7).tally);
  });

  test('gives every policy the same mail, and every mail ends somewhere', () => {
    const results = policyNames.map((policy) => run(policy, 3));
    expect(new Set(results.map(({ tally }) => tally.born)).size).toBe(1);
    for (const { tally } of results) expect(endedOf(tally)).toBe(tally.born);
  });

  test('loses no mail and exceeds no cap whatever happens, however small the pools are', () => {
    const troubles = fc.record({
      warmPerDay: fc.constantFrom(0, 500, 20_000),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      unknownShare: fc.double({ min: 0, max: 1, noNaN: true }),
      policy: fc.constantFrom(...policyNames),
      seed: fc.integer({ min: 1, max: 1_000 }),
    });
    fc.assert(
      fc.property(troubles, ({ warmPerDay, share, unknownShare, policy, seed }) => {
        const scenario = smallScenario({
          hours: 1,
          pools: [
            { pool: 'a', ips: ['192.0.2.10', '192.0.2.12'], warmPerDay },
            { pool: 'b', ips: ['192.0.2.11'], warmPerDay: 800 },
          ],
          events: [
            { kind: 'outage', atMinute: 5, provider: 'gmail', forMinutes: 20, share },
            { kind: 'bad-list', atMinute: 10, tenant: 'shop', forMinutes: 30, unknownShare },
            { kind: 'feedback-repeated', atMinute: 0, forMinutes: 60, share },
            { kind: 'list-ip', atMinute: 20, ip: '192.0.2.11', list: 'spamhaus-css' },
          ],
        });
        const { tally } = run(policy, seed, scenario);
        expect(endedOf(tally)).toBe(tally.born);
        expect(tally.overCap).toBe(0);
      }),
      { numRuns: 12 },
    );
  });
});

describe('who is blocked at one provider', () => {
  test('leads that pool’s mail there elsewhere, soon and without harm to others', () => {
    const ours = run('goodstanding', 1);
    const idle = run('single-pool', 1);
    expect(ours.responses).toEqual([
      expect.objectContaining({ about: 'blocked', seconds: expect.any(Number) }),
    ]);
    expect(ours.harm).toBeLessThan(idle.harm / 2);
    expect(ours.acts.filter(({ do: what, right }) => what === 'leave' && !right)).toEqual([]);
  });

  test('is known to the oracle at once', () => {
    const { responses, acts } = run('oracle', 1);
    expect(responses).toEqual([{ about: 'blocked', seconds: 0, failures: 0 }]);
    expect(acts.map(({ do: what }) => what)).toEqual(['leave', 'return']);
  });
});
