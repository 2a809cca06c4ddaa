import { expect, test } from 'vitest';
import { pageOf } from '../../../operator/simulate/html-page.ts';
import { comparisonTables } from '../../../operator/simulate/report.ts';
import { compare } from '../../../simulation/reputation/compare.ts';
import { policies } from '../../../simulation/reputation/policies/policies.ts';
import { runScenario } from '../../../simulation/reputation/run.ts';
import { smallScenario } from '../../support/scenarios.ts';

const scenario = smallScenario({
  about: 'A <block> of one "address".',
  events: [
    { kind: 'block-ip', atMinute: 30, ip: '192.0.2.10', provider: 'microsoft', forMinutes: 60 },
  ],
  truth: [
    {
      about: 'blocked',
      fromMinute: 30,
      untilMinute: 90,
      cause: { pool: 'a', provider: 'microsoft' },
      right: [{ do: 'leave', region: { pool: 'a', provider: 'microsoft' } }],
    },
  ],
});
const comparison = compare({ scenario, seeds: [1], names: ['single-pool'] });

test('regret is counted from the oracle, which always runs', () => {
  const rows = new Map(comparison.rows.map((row) => [row.policy, row] as const));
  expect([...rows.keys()]).toEqual(['single-pool', 'oracle']);
  expect(rows.get('oracle')?.regret).toBe(0);
  expect(rows.get('single-pool')?.regret).toBeGreaterThan(0);
  expect(rows.get('single-pool')?.missed).toBe(1);
  expect(comparisonTables(comparison)).toMatch(/\| single-pool \| missed \|/);
});

test('the page needs no network and shows each decision and what was at fault', () => {
  const run = runScenario({ scenario, seed: 1, makePolicy: policies.oracle, trace: 'keep' });
  const page = pageOf(scenario, comparison, [run]);
  expect(page).not.toMatch(/https?:|<script|<link|src=/);
  expect(page).toContain('A &lt;block> of one &quot;address&quot;.');
  expect(page).toContain('<title>leave a × microsoft: blocked</title>');
  expect(page).toContain('<title>return a × microsoft: expired</title>');
  expect(page).toContain('<title>blocked</title>');
  expect(page.match(/<polyline/g)?.length).toBe(6 + 2 + 1);
});
