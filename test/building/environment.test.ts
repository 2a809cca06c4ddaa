import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { streamsMax } from '../../contract/config-problems.ts';
import {
  accountEnvironment,
  dispatchEnvironment,
  dueEnvironment,
  feedbackEnvironment,
  responderEnvironment,
  rotationEnvironment,
  seedEnvironment,
  suppressionEnvironment,
} from '../../contract/environment.ts';
import { checkConfig } from '../../contract/pipeline-config.ts';
import { longest, plain, rich } from './support/configs.ts';
import { build, text } from './support/template.ts';

const built = await build(plain);

/** What Lambda adds or Node reads itself. */
const notOurs = ['NODE_OPTIONS'];

const onlyWithManyTenants = ['OVERFLOW_QUEUE_URL'];

test.each([
  ['dispatch-transactional', dispatchEnvironment],
  ['dispatch-marketing', dispatchEnvironment],
  ['feedback', feedbackEnvironment],
  ['responder', responderEnvironment],
  ['rotation', rotationEnvironment],
  ['account', accountEnvironment],
  ['due', dueEnvironment],
  ['suppression', suppressionEnvironment],
  ['seed', seedEnvironment],
])('%s is given exactly the environment that its contract asks for', (name, schema) => {
  const variables = environmentOf(built, `goodstanding-${name}`);
  expect(schema.safeParse(variables).error?.message).toBeUndefined();
  const given = Object.keys(variables).filter((key) => !notOurs.includes(key));
  const asked = Object.keys(schema.shape).filter((key) => !onlyWithManyTenants.includes(key));
  expect(given.sort()).toEqual(asked.sort());
});

test('dispatch knows its stream, its configuration sets and its policy', () => {
  const { STREAM, STREAM_POLICY } = dispatchEnvironment.parse(
    environmentOf(built, 'goodstanding-dispatch-transactional'),
  );
  expect(STREAM).toBe('transactional');
  expect(STREAM_POLICY).toEqual({
    configurationSets: { shared: 'goodstanding-transactional-shared' },
    ambiguous: 'resend',
    sendRateHeadroom: 0.97,
    lane: 'transactional',
    concurrency: 2,
    ledgerDays: 30,
    contentDays: 60,
    streams: ['transactional', 'marketing'],
  });
});

test('rotation knows what differs from the defaults of its streams, and who warms pools up', async () => {
  const variables = environmentOf(await build(rich), 'acme-mail-rotation');
  const { ROTATION_POLICY } = rotationEnvironment.parse(variables);
  expect(ROTATION_POLICY).toEqual({
    streams: { transactional: {}, lifecycle: { maxDeliverySeconds: 3600 }, marketing: {} },
    warmedByUs: ['leased', 'spare', 'old'],
    autonomy: {},
    vetoMinutes: 60,
    movedShareMax: 0.2,
    holdsMax: 5,
  });
});

test.each([{ keepers: ['psbl' as const] }, { spamhausDqsKey: 'abcdefghij0123456789abcdef' }])(
  'rotation knows what the configuration says of blocklists: %j',
  async (blocklists) => {
    const template = await build({ ...plain, reputation: { blocklists } });
    const variables = environmentOf(template, 'goodstanding-rotation');
    expect(rotationEnvironment.parse(variables).ROTATION_POLICY.blocklists).toEqual(blocklists);
  },
);

test('with many tenants dispatch knows its overflow queue, the share and who shares the rate', async () => {
  const variables = environmentOf(await build(rich), 'acme-mail-dispatch-marketing');
  const { STREAM_POLICY, OVERFLOW_QUEUE_URL } = dispatchEnvironment.parse(variables);
  expect(OVERFLOW_QUEUE_URL).toMatch(/^<SendmarketingOverflowQueue/);
  expect(STREAM_POLICY).toMatchObject({ tenantShare: 0.5, concurrency: 40 });
});

test('queue URLs and the secret are given by reference, so they fit any account', () => {
  const variables = environmentOf(built, 'goodstanding-dispatch-marketing');
  expect(variables).toMatchObject({
    INTAKE_QUEUE_URL: expect.stringMatching(/^<SendmarketingIntakeQueue/),
    PARKED_QUEUE_URL: expect.stringMatching(/^<SendmarketingIntakeDead/),
    CONTENT_BUCKET: expect.stringMatching(/^<ContentBucket/),
    RECIPIENT_KEY_SECRET: expect.stringMatching(/^<RecipientKeySecret/),
  });
});

test('with ten pools and the longest names an environment stays below the 4 KB of Lambda', async () => {
  const large = await build(longest);
  for (const [, { Properties }] of large.ofType('AWS::Lambda::Function')) {
    const variables = environmentOf(large, text(Properties['FunctionName']));
    // A reference becomes at most an ARN or a queue URL.
    const bytes = Object.entries(variables).reduce(
      (sum, [key, value]) => sum + key.length + value.replace(/<[^>]*>/g, 'x'.repeat(160)).length,
      0,
    );
    expect(bytes).toBeLessThan(4096);
  }
});

test('with as many streams as are allowed every environment stays below the 4 KB of Lambda', async () => {
  const names = Array.from({ length: streamsMax }, (_, index) => `s${index}`.padEnd(20, 's'));
  // A stack has no room for a failover pool of each.
  const spare = 'f'.repeat(20);
  const streams = Object.fromEntries(
    names.map((name, index) => [
      name,
      { pools: ['shared'], maxDeliverySeconds: 50_399, failover: index < 8 ? [spare] : [] },
    ]),
  );
  const pools = { ...plain.pools, [spare]: { kind: 'shared' as const } };
  const many = await build({ ...longest, pools, streams });
  for (const [, { Properties }] of many.ofType('AWS::Lambda::Function')) {
    const variables = environmentOf(many, text(Properties['FunctionName']));
    // With many tenants a stream has two mappings, each known by its UUID; a stack has room for fewer.
    const mappings = [randomUUID(), randomUUID()].join('","');
    const values = Object.values(variables).map((value) =>
      value
        .replace(/<Send\w+Consumer\w+>/g, mappings)
        .replace(/"environments":\d+/g, '"environments":100')
        .replace(/<[^>]*>/g, 'x'.repeat(160)),
    );
    expect([...Object.keys(variables), ...values].join('').length).toBeLessThan(4096);
  }
  const tooMany = { ...plain.streams, ...streams };
  expect(() => checkConfig({ ...plain, streams: tooMany })).toThrow(
    'streams: got 22; allowed: at most 20; split them over two deployments',
  );
});

function environmentOf(
  { named }: Pick<typeof built, 'named'>,
  functionName: string,
): Readonly<Record<string, string>> {
  const { Properties } = named('AWS::Lambda::Function', 'FunctionName', functionName);
  const { Variables } = z
    .object({ Variables: z.record(z.string(), z.unknown()) })
    .parse(Properties['Environment']);
  return Object.fromEntries(Object.entries(Variables).map(([key, value]) => [key, text(value)]));
}
