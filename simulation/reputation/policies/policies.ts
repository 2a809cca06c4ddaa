import type { MakePolicy } from '../policy.ts';
import { healthBands } from './bands.ts';
import { alwaysRotates, cusum } from './detectors.ts';
import { oracle, perfectOperator } from './knowing.ts';
import { ourLoop } from './our-loop.ts';
import { eventsPerHour, fixedThresholds } from './rate-rules.ts';
import { hostingPractice, singlePool } from './simple-policies.ts';

/** Every policy by its name, ours first and the oracle last. */
export const policies = {
  goodstanding: ourLoop,
  'single-pool': singlePool,
  'hosting-practice': hostingPractice,
  'fixed-thresholds': fixedThresholds,
  'events-per-hour': eventsPerHour,
  'health-bands': healthBands,
  cusum,
  'always-rotates': alwaysRotates,
  'operator-30-min': perfectOperator,
  oracle,
} as const satisfies Readonly<Record<string, MakePolicy>>;

export type PolicyName = keyof typeof policies;

export const policyNames = Object.keys(policies).filter(
  (name): name is PolicyName => name in policies,
);

/** Practice that stands for what others do; an operator who knows the truth and the oracle are none. */
export const baselines: readonly PolicyName[] = [
  'single-pool',
  'hosting-practice',
  'fixed-thresholds',
  'events-per-hour',
  'health-bands',
  'cusum',
  'always-rotates',
];
