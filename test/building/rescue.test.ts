/** Who may do what where a stream rescues: nobody gains more than rescue needs. */
import { expect, test } from 'vitest';
import { dispatchEnvironment, rotationEnvironment } from '../../contract/environment.ts';
import { plain } from './support/configs.ts';
import { permissionsOf } from './support/permissions.ts';
import { build, text } from './support/template.ts';

const built = await build({
  ...plain,
  streams: {
    ...plain.streams,
    transactional: {
      ...plain.streams.transactional,
      pools: ['leased', 'shared'],
      ...{ storeRequests: true, rescue: true, maxDeliverySeconds: 3_600 },
    },
  },
  pools: { ...plain.pools, leased: { kind: 'standard' } },
});

const may = (name: string, action: string) =>
  permissionsOf(built, `goodstanding-${name}`)
    .filter((one) => one.action === action)
    .map(({ resource }) => resource);

test('rotation may ask the dispatch of that stream alone', () => {
  // Besides them it asks itself.
  const queues = may('rotation', 'sqs:SendMessage').filter(
    (queue) => !queue.startsWith('<RotationLane'),
  );
  expect(queues).toHaveLength(1);
  expect(queues[0]).toMatch(/^<Sendtransactional.*Intake/);
});

test('dispatch of that stream alone reads again what it handed over', () => {
  const isCopy = (resource: string) => resource.includes('/attempts/');
  expect(may('dispatch-transactional', 's3:GetObject').filter(isCopy)).toHaveLength(1);
  expect(may('dispatch-marketing', 's3:GetObject').filter(isCopy)).toEqual([]);
  expect(may('rotation', 's3:GetObject')).toEqual([]);
});

test('copies outlive the last bounce by an hour, and the function knows of it', () => {
  const variables = (name: string) => {
    const { Properties } = built.named('AWS::Lambda::Function', 'FunctionName', name);
    const { Variables } = Object(Properties['Environment']);
    return Object.fromEntries(
      Object.entries(Variables).map(([key, value]) => [key, text(value) ?? '']),
    );
  };
  const dispatch = dispatchEnvironment.parse(variables('goodstanding-dispatch-transactional'));
  expect(dispatch.STREAM_POLICY).toMatchObject({ rescue: true, storeSeconds: 7_200 });
  const rotation = rotationEnvironment.parse(variables('goodstanding-rotation'));
  expect(rotation.ROTATION_POLICY.streams['transactional']?.rescue).toBe(true);
});
