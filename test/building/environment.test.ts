import { expect, test } from 'vitest';
import * as z from 'zod';
import {
  accountEnvironment,
  dispatchEnvironment,
  feedbackEnvironment,
  seedEnvironment,
  suppressionEnvironment,
} from '../../contract/environment.ts';
import { longest, plain } from './support/configs.ts';
import { build, text } from './support/template.ts';

const built = await build(plain);

/** What Lambda adds or Node reads itself. */
const notOurs = ['NODE_OPTIONS'];

test.each([
  ['dispatch-transactional', dispatchEnvironment],
  ['dispatch-marketing', dispatchEnvironment],
  ['feedback', feedbackEnvironment],
  ['account', accountEnvironment],
  ['suppression', suppressionEnvironment],
  ['seed', seedEnvironment],
])('%s is given exactly the environment that its contract asks for', (name, schema) => {
  const variables = environmentOf(built, `goodstanding-${name}`);
  expect(schema.safeParse(variables).error?.message).toBeUndefined();
  const given = Object.keys(variables).filter((key) => !notOurs.includes(key));
  expect(given.sort()).toEqual(Object.keys(schema.shape).sort());
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
    ledgerDays: 30,
    streams: ['transactional', 'marketing'],
  });
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
