import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JudgementRule, judge } from '../../local/emulators/cloudwatch/alarm-judgement.ts';
import {
  alarmsIn,
  parseAlarmRule,
  ruleHolds,
} from '../../local/emulators/cloudwatch/alarm-rule.ts';
import { embeddedMetrics } from '../../local/emulators/cloudwatch/embedded-metrics.ts';
import { answerQueries } from '../../local/emulators/cloudwatch/metric-query.ts';
import { MetricStore } from '../../local/emulators/cloudwatch/metric-store.ts';
import { suppressedBy } from '../../local/emulators/cloudwatch/suppression.ts';

/** Oldest first, as AWS writes them: 0 within the threshold, X beyond it, - missing. */
function pointsOf(text: string): (number | undefined)[] {
  return [...text.replaceAll(' ', '')].map((mark) =>
    mark === '-' ? undefined : mark === 'X' ? 1 : 0,
  );
}

function ruleOf(
  datapointsToAlarm: number,
  treatMissingData: JudgementRule['treatMissingData'],
): JudgementRule {
  return {
    evaluationPeriods: 3,
    datapointsToAlarm,
    treatMissingData,
    isBreaching: (value) => value > 0,
  };
}

describe('missing data points are treated as in the tables of AWS', () => {
  const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
  test.each([
    [3, '0 - X - X', ['OK', 'OK', 'OK', 'OK']],
    [3, '0 - - - -', ['OK', 'OK', 'OK', 'OK']],
    [3, '- - - - -', ['INSUFFICIENT_DATA', 'keep', 'ALARM', 'OK']],
    [3, '0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    [3, '- - X - -', ['ALARM', 'keep', 'ALARM', 'OK']],
    [2, '0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    [2, '0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    [2, '0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
    [2, '- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
    [2, '- - - X -', ['ALARM', 'keep', 'ALARM', 'OK']],
  ] as const)('%i of 3 with %s', (datapoints, points, expected) => {
    const values = treatments.map(
      (treatment) => judge(pointsOf(points), ruleOf(datapoints, treatment)).value,
    );
    expect(values).toEqual(expected);
  });

  test('one bad value alone is no alarm of three before it is as old as three periods', () => {
    const rule = ruleOf(3, 'missing');
    expect(judge(pointsOf('- - - - X'), rule).value).toBe('keep');
    expect(judge(pointsOf('- - - X -'), rule).value).toBe('keep');
    expect(judge(pointsOf('- - X - -'), rule).value).toBe('ALARM');
  });
});

const points = fc.array(fc.constantFrom(0, 1, undefined), { minLength: 5, maxLength: 5 });
const treatment = fc.constantFrom('missing', 'ignore', 'breaching', 'notBreaching');

test('without a missing data point the treatment of missing ones changes nothing', () => {
  const whole = fc.array(fc.constantFrom(0, 1), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(whole, fc.integer({ min: 1, max: 3 }), treatment, (values, needed, treated) => {
      const recent = values.slice(-3).filter((value) => value === 1).length;
      const expected = recent >= needed ? 'ALARM' : 'OK';
      expect(judge(values, ruleOf(needed, treated)).value).toBe(expected);
    }),
  );
});

test('a data point that is worse never ends an alarm', () => {
  fc.assert(
    fc.property(points, fc.nat({ max: 4 }), treatment, (values, at, treated) => {
      fc.pre(values[at] === 0);
      const rule = ruleOf(2, treated);
      fc.pre(judge(values, rule).value === 'ALARM');
      expect(judge(values.with(at, 1), rule).value).toBe('ALARM');
    }),
  );
});

describe('the rule of a composite alarm', () => {
  const states: Readonly<Record<string, 'ALARM' | 'OK' | 'INSUFFICIENT_DATA'>> = {
    red: 'ALARM',
    green: 'OK',
    grey: 'INSUFFICIENT_DATA',
  };
  const holds = (text: string): boolean => ruleHolds(parseAlarmRule(text), (name) => states[name]);

  test.each([
    ['ALARM("red")', true],
    ['ALARM(red) AND OK(green)', true],
    ['NOT ALARM("red") OR INSUFFICIENT_DATA("grey")', true],
    ['ALARM(green) OR (ALARM(red) AND NOT OK(grey))', true],
    ['ALARM(green) OR ALARM(red) AND FALSE', false],
    ['NOT (TRUE AND ALARM(red))', false],
    ['ALARM("arn:aws:cloudwatch:us-east-1:000000000000:alarm:red")', true],
    ['ALARM("nobody")', false],
  ])('%s', (text, expected) => {
    expect(holds(text)).toBe(expected);
  });

  test.each(['', 'ALARM()', 'ALARM(red', 'ALARM(red) OK(green)', 'red', 'NOT', '(TRUE', 'TRUE)'])(
    'that cannot be read is refused: %s',
    (text) => {
      expect(() => parseAlarmRule(text)).toThrow('allowed are ALARM("name")');
    },
  );

  test('names each alarm once', () => {
    expect(alarmsIn(parseAlarmRule('ALARM(a) OR OK(a) AND NOT ALARM("b c")'))).toEqual([
      'a',
      'b c',
    ]);
  });

  type Written = { readonly text: string; readonly value: boolean };
  const written: fc.Arbitrary<Written> = fc.letrec<{ rule: Written }>((tie) => ({
    rule: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(
        { text: 'TRUE', value: true },
        { text: 'ALARM("red")', value: true },
        { text: 'OK(red)', value: false },
      ),
      tie('rule').map(({ text, value }) => ({ text: `NOT (${text})`, value: !value })),
      fc.tuple(tie('rule'), tie('rule')).map(([one, other]) => ({
        text: `(${one.text}) AND (${other.text})`,
        value: one.value && other.value,
      })),
      fc.tuple(tie('rule'), tie('rule')).map(([one, other]) => ({
        text: `(${one.text} OR ${other.text})`,
        value: one.value || other.value,
      })),
    ),
  })).rule;

  test('says what its parts say, however they are nested', () => {
    fc.assert(
      fc.property(written, ({ text, value }) => {
        expect(holds(text)).toBe(value);
      }),
    );
  });

  test('is read or refused, whatever it is', () => {
    const scraps = fc.constantFrom('ALARM(a)', 'AND', 'OR', 'NOT', '(', ')', 'TRUE', '"', 'x');
    fc.assert(
      fc.property(fc.array(scraps, { maxLength: 12 }), (parts) => {
        try {
          ruleHolds(parseAlarmRule(parts.join(' ')), () => 'OK');
        } catch (cause) {
          expect(String(cause)).toContain('AlarmRule');
        }
      }),
    );
  });
});

test('a composite alarm waits for its suppressor, is silent while it rings, and for a while after', () => {
  const facts = {
    changedMs: 100,
    isSuppressorRinging: false,
    suppressorLeftMs: undefined,
    waitMs: 20,
    extensionMs: 30,
  };
  expect(suppressedBy({ ...facts, nowMs: 119 })).toBe('WaitPeriod');
  expect(suppressedBy({ ...facts, nowMs: 120 })).toBeUndefined();
  expect(suppressedBy({ ...facts, nowMs: 500, isSuppressorRinging: true })).toBe('Alarm');
  expect(suppressedBy({ ...facts, nowMs: 229, suppressorLeftMs: 200 })).toBe('ExtensionPeriod');
  expect(suppressedBy({ ...facts, nowMs: 230, suppressorLeftMs: 200 })).toBeUndefined();
});

describe('metric math', () => {
  const metric = (name: string) => ({ namespace: 'Shop', name, dimensions: {} });
  const stat = (name: string, Stat = 'Sum') => ({
    MetricStat: {
      Metric: { Namespace: 'Shop', MetricName: name, Dimensions: [] },
      Period: 60,
      Stat,
    },
  });
  const store = new MetricStore(() => 100);
  for (const [name, minute, value] of [
    ['sales', 0, 4],
    ['sales', 1, 2],
    ['sales', 3, 6],
    ['visits', 0, 8],
    ['visits', 1, 0],
    ['visits', 2, 5],
  ] as const) {
    store.add({ metric: metric(name), atMs: minute * 60_000, values: [value] }, 240_000);
  }
  const windows = { widthMs: 60_000, startsMs: [0, 60_000, 120_000, 180_000] };
  const compute = (Expression: string) =>
    answerQueries(
      [
        { Id: 'e', Expression },
        { Id: 's', ...stat('sales') },
        { Id: 'v', ...stat('visits') },
        { Id: 'none', ...stat('nothing') },
      ],
      windows,
      store,
    ).get('e');

  const gap = undefined;
  test.each([
    ['s', [4, 2, gap, 6]],
    ['s + v', [12, 2, gap, gap]],
    ['-s * 2 + 1', [-7, -3, gap, -11]],
    ['s / v', [0.5, gap, gap, gap]],
    ['FILL(s, 0) + FILL(v, 0)', [12, 2, 5, 6]],
    ['FILL(none, 1)', [1, 1, 1, 1]],
    ['FILL(s, REPEAT)', [4, 2, 2, 6]],
    ['FILL(s, LINEAR)', [4, 2, 4, 6]],
    ['IF(s > 3, 1, 0)', [1, 0, gap, 1]],
    ['IF(v > 0 AND FILL(s, 0) == 0, 1, 0)', [0, 0, 1, gap]],
    ['s >= 4 OR v > 100', [1, 0, gap, gap]],
    ['SUM([s, v])', [12, 2, 5, 6]],
    ['MAX([s, v])', [8, 2, 5, 6]],
    ['AVG(METRICS())', [6, 1, 5, 6]],
    ['SUM(s)', [12, 12, 12, 12]],
    ['MIN(METRICS())', [4, 0, 5, 6]],
    ['s - MIN(s)', [2, 0, gap, 4]],
    ['2 ^ 3 - 10 / 5', [6, 6, 6, 6]],
    ['PERIOD(s)', [60, 60, 60, 60]],
  ])('%s', (expression, expected) => {
    expect(compute(expression)).toEqual(expected);
  });

  test.each([
    ['s +', 'cannot be read at its end'],
    ['ANOMALY_DETECTION_BAND(s)', 'does not compute ANOMALY_DETECTION_BAND'],
    ['s + missing', 'no query has the Id missing'],
    ['e + 1', 'needs itself'],
    ['[s, v]', 'one time series'],
    ['s $ v', 'cannot be read at "$ v"'],
  ])('refuses %s', (expression, why) => {
    expect(() => compute(expression)).toThrow(why);
  });

  test('percentiles are those of all values', () => {
    const values = Array.from({ length: 90 }, (_, index) => index + 1);
    store.add({ metric: metric('delay'), atMs: 0, values }, 0);
    const answers = answerQueries([{ Id: 'p', ...stat('delay', 'p90') }], windows, store);
    expect(answers.get('p')?.[0]).toBe(81);
  });
});

describe('a line of embedded metric format', () => {
  const line = {
    _aws: {
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: 'Shop',
          Dimensions: [['Country'], ['Country', 'City'], []],
          Metrics: [{ Name: 'Sold', Unit: 'Count' }, { Name: 'DelayMs' }, { Name: 'Absent' }],
        },
      ],
    },
    Country: 'NL',
    Sold: 3,
    DelayMs: [10, 20],
  };

  test('is measurements for each metric and each dimension set that the line fills', () => {
    const found = embeddedMetrics(JSON.stringify(line));
    expect(found.map(({ metric, values }) => [metric.name, metric.dimensions, values])).toEqual([
      ['Sold', { Country: 'NL' }, [3]],
      ['Sold', {}, [3]],
      ['DelayMs', { Country: 'NL' }, [10, 20]],
      ['DelayMs', {}, [10, 20]],
    ]);
  });

  test.each([
    'plain words',
    '{"CloudWatchMetrics": 1',
    '{"_aws":{"CloudWatchMetrics":[{}]}}',
    '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"A","Dimensions":[[]],"Metrics":[{"Name":"x"}]}]},"x":"many"}',
  ])('that is none has no measurement: %s', (text) => {
    expect(embeddedMetrics(text)).toEqual([]);
  });
});

test('what is older than a quarter of an hour is kept by the minute, what is older than a day is not', () => {
  const store = new MetricStore(() => 100);
  const metric = { namespace: 'Shop', name: 'Sold', dimensions: {} };
  const day = 24 * 3_600_000;
  for (const atMs of [0, 500, 1_200, 61_000]) store.add({ metric, atMs, values: [1] }, 61_000);
  store.compact(3_600_000);
  expect(store.read(metric, 0, 60_000)?.sum).toBe(3);
  expect(store.read(metric, 500, 60_000)).toBeUndefined();
  store.compact(day + 60_000);
  expect(store.read(metric, 0, 120_000)?.sum).toBe(1);
  store.compact(2 * day);
  expect(store.list()).toEqual([]);
});
