import {
  PutCompositeAlarmCommand,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type MetricQuestion, readAlarms, readLatestValues } from '../../adapters/cloudwatch.ts';
import { epochMs, minuteMs } from '../../domain/time.ts';
import { alarmInput, openCloudwatch } from '../local/cloudwatch-workbench.ts';

let bench: Awaited<ReturnType<typeof openCloudwatch>>;

beforeEach(async () => {
  bench = await openCloudwatch();
});
afterEach(() => bench.close());

const put = (name: string) =>
  bench.client.send(new PutMetricAlarmCommand(alarmInput(name, 'Lost')));

test('metric alarms and composites of one deployment are read with state and reason', async () => {
  await put('shop-mail-late.marketing');
  await put('other-mail-late.marketing');
  await bench.client.send(
    new PutCompositeAlarmCommand({
      AlarmName: 'shop-mail-late',
      AlarmRule: 'ALARM("shop-mail-late.marketing")',
      AlarmDescription: 'mail is late',
    }),
  );
  await bench.client.send(
    new SetAlarmStateCommand({
      ...{ AlarmName: 'shop-mail-late.marketing', StateValue: 'ALARM', StateReason: 'for a test' },
    }),
  );
  const alarms = await readAlarms(bench.client, 'shop-');
  expect(alarms.toSorted((one, other) => (one.name < other.name ? -1 : 1))).toMatchObject([
    { name: 'shop-mail-late', kind: 'composite', description: 'mail is late' },
    {
      ...{ name: 'shop-mail-late.marketing', kind: 'metric', state: 'alarm' },
      ...{ reason: 'for a test', since: bench.clock.nowMs },
    },
  ]);
});

test('more alarms than fit on a page are all read', async () => {
  const names = Array.from({ length: 103 }, (_, index) => `shop-${index}.all`);
  await Promise.all(names.map(put));
  const found = (await readAlarms(bench.client, 'shop-')).map(({ name }) => name);
  expect(found.toSorted()).toEqual(names.toSorted());
});

test('the latest value of a metric counts, where one was measured in the time', async () => {
  const question = (name: string): MetricQuestion => ({
    ...{ namespace: 'Shop', name, dimensions: {}, statistic: 'Maximum' },
  });
  bench.measure('Age', 90);
  bench.measure('Gone', 7);
  bench.clock.nowMs += 5 * minuteMs;
  bench.measure('Age', 30);
  bench.clock.nowMs += minuteMs;
  const window = { now: epochMs(bench.clock.nowMs), windowMs: 3 * minuteMs };
  const asked = ['Age', 'Gone', 'Never'].map(question);
  expect(await readLatestValues(bench.client, asked, window)).toEqual([30, undefined, undefined]);
  const many = [...Array.from({ length: 500 }, () => question('Never')), question('Age')];
  expect((await readLatestValues(bench.client, many, window)).at(-1)).toBe(30);
  expect(await readLatestValues(bench.client, [], window)).toEqual([]);
});
