/** The scenario file: who sends, through what, what happens, and what is truly at fault. */
import * as z from 'zod';
import { scenarioEvent } from './scenario-events.ts';
import { mix, poolWords, streamWords, tenantWords, truthWords } from './scenario-words.ts';

/** Shares of a usual list of consumers; about the middle of what senders publish, an assumption. */
const usualMix = { gmail: 0.45, microsoft: 0.2, yahoo: 0.12, apple: 0.08, gmx: 0.05, other: 0.1 };

/** Kinds of scenario, by what the others get wrong: it decides which promise is measured on it. */
export const scenarioClasses = ['wrong-object', 'pool-fault', 'no-fault', 'other'] as const;

export const scenarioSchema = z.strictObject({
  $schema: z.exactOptional(z.string()),
  name: z.string().regex(/^[a-z0-9-]{1,60}$/),
  about: z.string().min(1),
  class: z.enum(scenarioClasses),
  startsAt: z.iso.datetime().default('2026-03-02T06:00:00Z'),
  hours: z
    .number()
    .min(0.5)
    .max(24 * 60)
    .describe('How long mail is born; what is left is then sent.'),
  mix: mix.default(usualMix),
  feedback: z
    .strictObject({
      medianSeconds: z.number().positive(),
      p99Seconds: z.number().positive(),
    })
    .default({ medianSeconds: 3, p99Seconds: 30 }),
  pools: z.array(poolWords).min(1),
  streams: z.array(streamWords).min(1),
  tenants: z.array(tenantWords).min(1),
  events: z.array(scenarioEvent).default([]),
  truth: z.array(truthWords).default([]),
});
export type Scenario = z.output<typeof scenarioSchema>;

/** A scenario, or what is wrong with it: one sentence each. */
export type ReadScenario =
  | { readonly scenario: Scenario; readonly problems?: never }
  | { readonly scenario?: never; readonly problems: readonly string[] };

/** Reads the text of a scenario file; says what is wrong, what was got and what is allowed. */
export function readScenario(text: string): ReadScenario {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { problems: [`not JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const read = scenarioSchema.safeParse(json);
  if (!read.success) return { problems: read.error.issues.map((issue) => wordsOf(issue, json)) };
  const problems = contradictionsOf(read.data);
  return problems.length > 0 ? { problems } : { scenario: read.data };
}

/** Returns the scenario format as JSON Schema, as it stands in scenarios/scenario.schema.json. */
export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    title: 'Scenario of the reputation simulation',
    ...z.toJSONSchema(scenarioSchema, { io: 'input' }),
  };
}

function wordsOf(issue: z.core.$ZodIssue, json: unknown): string {
  const place = issue.path.join('.') || 'the file';
  return `${place}: got ${shown(valueAt(json, issue.path))}; ${issue.message}`;
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === String(step))?.[1];
  }
  return value;
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
}

function contradictionsOf(scenario: Scenario): readonly string[] {
  const pools = new Set(scenario.pools.map(({ pool }) => pool));
  const streams = new Set(scenario.streams.map(({ stream }) => stream));
  const tenants = new Set(scenario.tenants.map(({ tenant }) => tenant));
  const unknown = (what: string, got: string, allowed: ReadonlySet<string>) =>
    `${what}: got ${got}; allowed: ${[...allowed].slice(0, 12).join(', ')}`;
  return [
    ...scenario.streams.flatMap(({ stream, pools: own, failover }) =>
      [...own, ...failover]
        .filter((pool) => !pools.has(pool))
        .map((pool) => unknown(`pool of stream ${stream}`, pool, pools)),
    ),
    ...scenario.tenants
      .filter(({ stream }) => !streams.has(stream))
      .map(({ tenant, stream }) => unknown(`stream of tenant ${tenant}`, stream, streams)),
    ...scenario.events.flatMap((event) =>
      'tenant' in event && !tenants.has(event.tenant)
        ? [unknown(`tenant of event ${event.kind}`, event.tenant, tenants)]
        : [],
    ),
    ...scenario.pools.flatMap(({ pool, ips }, index) =>
      scenario.pools
        .slice(index + 1)
        .flatMap((other) => other.ips.filter((ip) => ips.includes(ip)))
        .map((ip) => `address of pool ${pool}: got ${ip} twice; an address is in one pool`),
    ),
  ];
}
