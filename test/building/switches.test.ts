/** What costs extra is in the template only where it is switched on: settings, permissions, retention. */
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { dispatchEnvironment, feedbackEnvironment } from '../../contract/environment.ts';
import { plain } from './support/configs.ts';
import { permissionsOf } from './support/permissions.ts';
import { type Built, build, text } from './support/template.ts';

const off = await build(plain);
const on = await build({
  ...plain,
  streams: {
    transactional: {
      ...plain.streams.transactional,
      storeRequests: true,
      outcomeEvents: true,
      maxDeliverySeconds: 3600,
    },
    marketing: { ...plain.streams.marketing, outcomeEvents: true, bulk: true },
  },
  indexes: { recipient: true, sesMessageId: true, tenant: true },
});

function environmentOf({ named }: Built, name: string) {
  const { Properties } = named('AWS::Lambda::Function', 'FunctionName', `goodstanding-${name}`);
  const { Variables } = z
    .object({ Variables: z.record(z.string(), z.unknown()) })
    .parse(Properties['Environment']);
  return Object.fromEntries(Object.entries(Variables).map(([key, value]) => [key, text(value)]));
}

const policyOf = (built: Built, stream: string) =>
  dispatchEnvironment.parse(environmentOf(built, `dispatch-${stream}`)).STREAM_POLICY;

/** What a function may do, without the hashes of logical ids. */
const grantsOf = (built: Built, name: string) =>
  permissionsOf(built, `goodstanding-${name}`).map(
    ({ action, resource }) => `${action} ${resource.replace(/[0-9A-F]{8}(?=[.>])/, '')}`,
  );

describe('stored requests', () => {
  const stores = 's3:PutObject <ContentBucket.Arn>/attempts/*';

  test('are kept as long as SES may retry, by the stream that asks for it alone', () => {
    expect(policyOf(on, 'transactional').storeSeconds).toBe(3600);
    expect(policyOf(on, 'marketing')).not.toHaveProperty('storeSeconds');
    expect(grantsOf(on, 'dispatch-transactional')).toContain(stores);
    expect(grantsOf(on, 'dispatch-marketing')).not.toContain(stores);
  });

  test('cannot be read by whoever writes them', () => {
    const reads = grantsOf(on, 'dispatch-transactional').filter((one) =>
      one.includes('/attempts/'),
    );
    expect(reads).toEqual([stores]);
  });

  test('are deleted after a day, also by a deployment that has just switched them off', () => {
    for (const built of [on, off]) {
      const [[, bucket] = []] = built.ofType('AWS::S3::Bucket');
      const { Rules } = z
        .object({ Rules: z.array(z.looseObject({ Prefix: z.exactOptional(z.string()) })) })
        .parse(bucket?.Properties['LifecycleConfiguration']);
      expect(Rules).toContainEqual(
        expect.objectContaining({ Prefix: 'attempts/', ExpirationInDays: 1, Status: 'Enabled' }),
      );
    }
  });
});

describe('indexes', () => {
  test('are written by dispatch, which may write batches for them only then', () => {
    expect(policyOf(on, 'marketing').indexes).toEqual(['recipient', 'ses', 'tenant']);
    expect(grantsOf(on, 'dispatch-marketing')).toContain(
      'dynamodb:BatchWriteItem <StateLedger.Arn>',
    );
  });

  test('can be switched on one by one', async () => {
    const one = await build({ ...plain, indexes: { sesMessageId: true } });
    expect(policyOf(one, 'marketing').indexes).toEqual(['ses']);
  });
});

describe('outcome events', () => {
  test('dispatch tells of accepted mail where nobody hears of Deliveries', () => {
    expect(policyOf(on, 'transactional').tells).toEqual(['suppressed', 'expired']);
    expect(policyOf(on, 'marketing').tells).toEqual(['suppressed', 'expired', 'accepted']);
  });

  test('feedback knows the streams, may publish and may look up the app’s ids', () => {
    const { OUTCOME_STREAMS } = feedbackEnvironment.parse(environmentOf(on, 'feedback'));
    expect(OUTCOME_STREAMS).toEqual(['transactional', 'marketing']);
    expect(grantsOf(on, 'feedback')).toEqual(
      expect.arrayContaining([
        'dynamodb:BatchGetItem <StateLedger.Arn>',
        'events:PutEvents <OutcomesBus.Arn>',
      ]),
    );
  });
});

test('switched off, nothing of it is there', () => {
  for (const stream of ['transactional', 'marketing']) {
    const policy = policyOf(off, stream);
    for (const key of ['storeSeconds', 'indexes', 'tells']) expect(policy).not.toHaveProperty(key);
    expect(grantsOf(off, `dispatch-${stream}`).join('\n')).not.toMatch(/BatchWrite|attempts/);
  }
  expect(environmentOf(off, 'feedback')['OUTCOME_STREAMS']).toBe('[]');
  expect(grantsOf(off, 'feedback').join('\n')).not.toMatch(/BatchGet|PutEvents/);
});

test('bulk calls are allowed to the stream that makes them, on what it sends with, and to no other', () => {
  const bulk = (built: Built, stream: string) =>
    grantsOf(built, `dispatch-${stream}`).filter((one) => one.startsWith('ses:SendBulkEmail'));
  expect(policyOf(on, 'marketing').bulk).toBe(true);
  expect(bulk(on, 'marketing').length).toBeGreaterThan(0);
  expect(bulk(on, 'transactional')).toEqual([]);
  expect(bulk(off, 'marketing')).toEqual([]);
});
