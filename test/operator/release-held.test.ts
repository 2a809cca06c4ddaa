/** Whoever holds a tenant again while its mail is released wins; what is told counts requests, not moves. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localTarget } from '../../adapters/clients.ts';
import { holdTenant } from '../../adapters/tenant-directory.ts';
import { directoryKeys } from '../../contract/table-keys.ts';
import { readWaited, waitedAttribute } from '../../contract/waiting-mail.ts';
import { type Backend, createBackend } from '../../operator/actions/backend.ts';
import { releaseHeld } from '../../operator/actions/release-held.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

let aws: LocalAws;
let backend: Backend;

beforeAll(async () => {
  aws = await startLocalAws();

  backend = createBackend(localTarget(aws.endpoint), aws.deployment);
});
afterAll(async () => {
  backend.close();
  await aws.close();
});

const held = JSON.stringify({
  stream: 'transactional',
  body: 'body',
  queueMessageId: 'q',
  enqueuedAt: 1,
});

async function active(tenant: string, waiting: number): Promise<void> {
  await aws.putItem(backend.names.tables.directory, {
    ...directoryKeys.tenant(tenant),
    tenant,
    status: 'active',
    fromOwned: ['acme.example'],
    createdAt: 1,
    updatedAt: 1,
  });
  for (let index = 0; index < waiting; index += 1)
    await aws.putObject(`held/${tenant}/message-${index}.json`, held);
}

/** Releases; what happens meanwhile happens at the first progress, and is over before the directory is asked again. */
async function releasing(tenant: string, meanwhile: () => Promise<void>) {
  let happened: Promise<void> | undefined;
  const { directory } = backend.tables;
  // Every command to the directory goes through the middleware of a client of its own.
  const late = createBackend(localTarget(aws.endpoint), aws.deployment);
  const { dynamo } = late.tables.directory;
  dynamo.middlewareStack.add(
    (next) => async (args) => {
      await happened;
      return next(args);
    },
    { step: 'initialize' },
  );
  try {
    return await releaseHeld(
      { ...backend, tables: { ...backend.tables, directory: { ...directory, dynamo } } },
      {
        tenant,
        settleMs: 0,
        onProgress: () => {
          happened ??= meanwhile();
        },
      },
    );
  } finally {
    late.close();
  }
}

test('a tenant that is held again keeps what then waits, and that is told', async () => {
  await active('again', 3);
  const result = await releasing('again', async () => {
    await holdTenant(backend.tables.directory, { tenant: 'again', why: 'abuse' }, Date.now());
    await aws.putObject('held/again/message-0.json', held);
  });
  expect(result).toMatchObject({ released: 3, stopped: true, interrupted: false });
  expect(await aws.objectKeys('held/again/')).toEqual(['held/again/message-0.json']);
});

test('a request that was held and released twice counts once', async () => {
  await active('twice', 3);
  const result = await releasing('twice', () => aws.putObject('held/twice/message-1.json', held));
  expect(result).toMatchObject({ released: 3, stopped: false });
  expect(await aws.objectKeys('held/twice/')).toEqual([]);
});

test('a released request has its attributes, its age and the id that the app knows', async () => {
  await active('whole', 0);
  const named = { tenant: 'whole', id: 'order,1' };
  const mail = {
    ...{ stream: 'marketing', body: 'pointer', queueMessageId: 'second', enqueuedAt: 1 },
    ...{ firstQueueMessageId: 'first', attributes: { trace: 'abc' }, named },
  };
  await aws.putObject('held/whole/message.json', JSON.stringify(mail));
  const { released } = await releaseHeld(backend, { tenant: 'whole', settleMs: 0 });
  expect(released).toBe(1);
  const messages = await aws.receiveAll(backend.names.intakeQueue('marketing'));
  const attributes = messages.find(({ Body }) => Body === 'pointer')?.MessageAttributes ?? {};
  expect(attributes['trace']?.StringValue).toBe('abc');
  expect(readWaited(attributes[waitedAttribute]?.StringValue)).toMatchObject({
    enqueuedAt: 1,
    firstQueueMessageId: 'first',
    named,
  });
});
