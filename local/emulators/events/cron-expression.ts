/** Finds the first instant after the given one (ms since 1970) that the expression names, in UTC. */
export type NextInstant = (afterMs: number) => number | undefined;

type Field = {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Three-letter names, the first standing for `min`. */
  readonly names?: readonly string[];
};

const months = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const weekdays = 'SUN MON TUE WED THU FRI SAT'.split(' ');

const fields = [
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  { name: 'day-of-month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: months },
  { name: 'day-of-week', min: 1, max: 7, names: weekdays },
  { name: 'year', min: 1970, max: 2199 },
] as const satisfies readonly Field[];

/**
 * Compiles the six fields of an AWS cron expression: minutes, hours, day-of-month, month,
 * day-of-week (1 = Sunday), year. Values, names, lists, ranges, steps, `*` and `?`; not L, W and #.
 *
 * @throws Error naming the field, what it got and what is allowed.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export function compileCron(expression: string): NextInstant {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== fields.length) {
    throw new Error(
      `cron(${expression}) got ${texts.length} fields, allowed are six: minutes hours day-of-month month day-of-week year`,
    );
  }
  const [, , dayText, , weekdayText] = texts;
  if ((dayText === '?') === (weekdayText === '?')) {
    throw new Error(
      `cron(${expression}): exactly one of day-of-month (${dayText}) and day-of-week (${weekdayText}) must be ?`,
    );
  }
  const [minutes, hours, days, monthNumbers, weekdayNumbers, years] = fields.map((field, index) =>
    valuesOf(texts[index] ?? '', field),
  );
  const calendar = {
    isDay: (day: number, weekday: number) =>
      days?.has(day) === true && weekdayNumbers?.has(weekday) === true,
    years: years ?? new Set(),
    months: monthNumbers ?? new Set(),
    hours: sorted(hours),
    minutes: sorted(minutes),
  };
  return (afterMs) => nextOf(calendar, afterMs);
}

type Calendar = {
  readonly isDay: (day: number, weekday: number) => boolean;
  readonly years: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
};

function nextOf(calendar: Calendar, afterMs: number): number | undefined {
  const after = new Date(afterMs);
  let month = after.getUTCMonth();
  let day = after.getUTCDate();
  for (let year = after.getUTCFullYear(); year <= fields[5].max; year += 1) {
    for (; calendar.years.has(year) && month < 12; month += 1) {
      const daysInMonth = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
      for (; calendar.months.has(month + 1) && day <= daysInMonth; day += 1) {
        const dayMs = Date.UTC(year, month, day);
        if (!calendar.isDay(day, new Date(dayMs).getUTCDay() + 1)) continue;
        const found = firstTimeOfDay(calendar, dayMs, afterMs);
        if (found !== undefined) return found;
      }
      day = 1;
    }
    month = 0;
    day = 1;
  }
  return undefined;
}

function firstTimeOfDay(calendar: Calendar, dayMs: number, afterMs: number): number | undefined {
  for (const hour of calendar.hours) {
    for (const minute of calendar.minutes) {
      const instantMs = dayMs + (hour * 60 + minute) * 60_000;
      if (instantMs > afterMs) return instantMs;
    }
  }
  return undefined;
}

function valuesOf(text: string, field: Field): ReadonlySet<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', stepText] = part.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    const [first, last] = boundsOf(range, stepText !== undefined, field);
    if (!Number.isInteger(step) || step < 1) throw malformed(part, field);
    if (first === undefined || last === undefined || first > last) throw malformed(part, field);
    for (let value = first; value <= last; value += step) values.add(value);
  }
  return values;
}

/** With a step a single value is the first of a range that runs to the end of the field. */
function boundsOf(
  range: string,
  hasStep: boolean,
  field: Field,
): [number | undefined, number | undefined] {
  if (range === '*' || range === '?') return [field.min, field.max];
  const [firstText = '', lastText] = range.split('-');
  const first = numberOf(firstText, field);
  return [
    first,
    lastText === undefined ? (hasStep ? field.max : first) : numberOf(lastText, field),
  ];
}

function numberOf(text: string, field: Field): number | undefined {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  if (named >= 0) return field.min + named;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.min && value <= field.max ? value : undefined;
}

function malformed(part: string, field: Field): Error {
  const names = field.names === undefined ? '' : ` or ${field.names.join(' ')}`;
  return new Error(
    `cron field ${field.name} got ${part}, allowed are ${field.min}-${field.max}${names}, ` +
      'lists, rising ranges, steps, * and ?; L, W and # are not supported in the local runtime',
  );
}

function sorted(values: ReadonlySet<number> | undefined): number[] {
  return [...(values ?? [])].sort((a, b) => a - b);
}
