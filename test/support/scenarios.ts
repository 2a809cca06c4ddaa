import { readScenario, type Scenario } from '../../simulation/reputation/scenario.ts';

/** Returns a scenario of two small pools and a dozen tenants; only what matters to a test is given. */
export function smallScenario(more: Readonly<Record<string, unknown>> = {}): Scenario {
  const { scenario, problems } = readScenario(
    JSON.stringify({
      name: 'small',
      about: 'A dozen tenants over two pools.',
      class: 'other',
      hours: 3,
      pools: [
        { pool: 'a', ips: ['192.0.2.10'], warmPerDay: 20_000 },
        { pool: 'b', ips: ['192.0.2.11'], warmPerDay: 20_000 },
      ],
      streams: [{ stream: 'transactional', lane: 'transactional', pools: ['a', 'b'] }],
      tenants: [
        { tenant: 'shop', count: 12, stream: 'transactional', mailsPerDay: 2_000, profile: 'flat' },
      ],
      ...more,
    }),
  );
  if (scenario === undefined) throw new Error(problems.join('; '));
  return scenario;
}
