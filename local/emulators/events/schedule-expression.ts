import { compileCron, type NextInstant } from './cron-expression.ts';

const unitMs: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Compiles `rate(...)`, `cron(...)` or `at(...)`, all in UTC. A rate counts from the start of the box
 * and from then on from its last firing.
 *
 * @throws Error when the expression is none of them.
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function compileSchedule(expression: string): NextInstant {
  const [, kind, text = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'cron') return compileCron(text);
  if (kind === 'rate') return compileRate(text);
  if (kind === 'at') return compileAt(text);
  throw new Error(
    `schedule got ${expression}, allowed are rate(5 minutes), cron(0 9 * * ? *) and at(2030-01-31T09:00:00)`,
  );
}

function compileRate(text: string): NextInstant {
  const [, count, unit = ''] = /^\s*([1-9]\d*)\s+(minute|hour|day)s?\s*$/.exec(text) ?? [];
  const periodMs = Number(count) * (unitMs[unit] ?? Number.NaN);
  if (Number.isNaN(periodMs)) {
    throw new Error(`rate got ${text}, allowed is a whole number of minutes, hours or days`);
  }
  return (afterMs) => afterMs + periodMs;
}

function compileAt(text: string): NextInstant {
  const instantMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text)
    ? Date.parse(`${text}Z`)
    : Number.NaN;
  if (Number.isNaN(instantMs)) throw new Error(`at got ${text}, allowed is yyyy-mm-ddThh:mm:ss`);
  return (afterMs) => (instantMs > afterMs ? instantMs : undefined);
}
