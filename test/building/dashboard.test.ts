/** The dashboard shows what is there: every stream and pool, and no metric that nobody writes. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { metricNamespace, metrics } from '../../contract/metrics.ts';
import { plain, rich } from './support/configs.ts';
import { type Built, build } from './support/template.ts';

/** A widget of CloudWatch, as far as it is asked here. */
const widget = z.object({
  type: z.string(),
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  properties: z.looseObject({
    title: z.exactOptional(z.string()),
    query: z.exactOptional(z.string()),
    markdown: z.exactOptional(z.string()),
    alarms: z.exactOptional(z.array(z.string())),
    metrics: z.exactOptional(z.array(z.array(z.union([z.string(), z.looseObject({})])))),
  }),
});
type Widget = z.output<typeof widget>;

const parts = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });

/** References become a letter, so that the text is JSON. */
function widgetsOf(built: Built): readonly Widget[] {
  const [[, dashboard] = []] = built.ofType('AWS::CloudWatch::Dashboard');
  const [, texts] = parts.parse(dashboard?.Properties['DashboardBody'])['Fn::Join'];
  const body = texts.map((part) => (typeof part === 'string' ? part : 'R')).join('');
  return z.object({ widgets: z.array(widget) }).parse(JSON.parse(body)).widgets;
}

/** Namespace, name and dimensions of each metric that a widget reads; expressions are left out. */
const metricsOf = (widgets: readonly Widget[]) =>
  widgets
    .flatMap(({ properties }) => properties.metrics ?? [])
    .map((row) => row.flatMap((part) => (typeof part === 'string' ? [part] : [])))
    .filter(([namespace]) => namespace !== undefined);

const small = widgetsOf(await build(plain));
const large = widgetsOf(await build(rich));

test('every metric that it names is one that we write, or AWS’s own', () => {
  const written: readonly string[] = Object.values(metrics);
  const read = metricsOf(large);
  expect(read.length).toBeGreaterThan(40);
  for (const [namespace = '', name = ''] of read)
    if (namespace === metricNamespace) expect(written).toContain(name);
    else expect(['AWS/SES', 'AWS/SQS', 'AWS/Lambda', 'AWS/DynamoDB']).toContain(namespace);
});

test('every stream has its way of the mail on top, and hears of Deliveries only where SES tells them', () => {
  for (const stream of Object.keys(rich.streams)) {
    const path = large.find(({ properties }) =>
      properties.title?.startsWith(`${stream}: recipients`),
    );
    const read = metricsOf(path ? [path] : []).map(([, name, ...dimensions]) =>
      name === metrics.feedback ? dimensions[dimensions.indexOf('Kind') + 1] : name,
    );
    const heard = stream === 'marketing' ? [] : ['delivery'];
    expect(read, stream).toEqual(['Accepted', ...heard, 'deliverydelay', 'bounce', 'complaint']);
  }
});

test('every pool shows the rates that SES counts, and a gauge where its warm-up is ours', () => {
  const sets = metricsOf(large).flatMap(([namespace, , ...dimensions]) =>
    namespace === 'AWS/SES' ? dimensions.slice(1) : [],
  );
  for (const [stream, { pools }] of Object.entries(rich.streams))
    for (const pool of pools) expect(sets).toContain(`acme-mail-${stream}-${pool}`);
  const gauges = large.flatMap(({ properties }) =>
    properties['view'] === 'gauge' ? [properties.title?.split(':')[0]] : [],
  );
  const standard = Object.entries(rich.pools).flatMap(([pool, { kind }]) =>
    kind === 'standard' ? [pool] : [],
  );
  expect(gauges).toEqual(standard);
});

test('tenants and mailbox providers stand in tables of the log, never in a metric', () => {
  const queries = small.flatMap(({ properties }) => properties.query ?? []);
  for (const code of ['rotation.at-risk', 'rotation.flow', 'rotation.pool'])
    expect(queries.filter((query) => query.includes(`code = '${code}'`))).toHaveLength(1);
  for (const query of queries)
    expect(query).toContain("SOURCE '/goodstanding/goodstanding-rotation'");
  expect(metricsOf(small).flat()).not.toContain('Tenant');
});

test('what rings stands first, one light for each kind of trouble', () => {
  const [first] = small;
  expect(first?.type).toBe('alarm');
  expect(first?.properties.alarms).toHaveLength(15);
});

test('a newcomer’s dashboard has no more metrics than CloudWatch gives away', () => {
  const unique = new Set(metricsOf(small).map((row) => row.join()));
  expect(unique.size).toBeLessThanOrEqual(50);
});

test('widgets fill a width of 24 and lie beside each other', () => {
  for (const { x, width } of [...small, ...large]) expect(x + width).toBeLessThanOrEqual(24);
  for (const widgets of [small, large])
    for (const [index, one] of widgets.entries())
      for (const other of widgets.slice(index + 1))
        expect(
          one.x + one.width <= other.x ||
            other.x + other.width <= one.x ||
            one.y + one.height <= other.y ||
            other.y + other.height <= one.y,
        ).toBe(true);
});
