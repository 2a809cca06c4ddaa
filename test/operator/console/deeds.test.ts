/** Acting from the page: the same way as the command line, written down, and never without a reason. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { putDecision } from '../../../adapters/decision-log.ts';
import { namesOf } from '../../../contract/names.ts';
import { rotationMessage } from '../../../contract/rotation-command.ts';
import { directoryKeys } from '../../../contract/table-keys.ts';
import { decisionIdOf } from '../../../domain/rotation/decision-id.ts';
import { epochMs } from '../../../domain/time.ts';
import { createBackend } from '../../../operator/actions/backend.ts';
import { createDeeds } from '../../../operator/console/deeds.ts';
import { decisionOf } from '../../support/rotation.ts';
import { type LocalAws, startLocalAws } from '../local-aws.ts';
import { newSource, openTestConsole, readJson } from './console-source.ts';

const names = namesOf('test');
let aws: LocalAws;
let open: Awaited<ReturnType<typeof openTestConsole>>;
let backend: ReturnType<typeof createBackend>;

beforeAll(async () => {
  aws = await startLocalAws();
  await aws.putItem(names.tables.directory, {
    ...directoryKeys.pool('leased'),
    ...{ pool: 'leased', kind: 'standard', state: 'active', createdAt: 1 },
  });
  backend = createBackend(
    {
      endpoint: aws.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'TEST', secretAccessKey: 'TEST' },
    },
    'test',
  );
  const deeds = createDeeds(backend, { by: 'ada', clock: () => epochMs(Date.now()) });
  open = await openTestConsole(newSource({ deeds }));
});
afterAll(async () => {
  await open.close();
  backend.close();
  await aws.close();
});
beforeEach(() => aws.purge(names.rotationQueue));

async function audited(): Promise<readonly unknown[]> {
  const items = await aws.items(names.tables.evidence);
  return items.filter(({ pk }) => String(pk).startsWith('audit#'));
}

/** Answers the queue as the loop would; returns what was asked for. */
async function answerLoop() {
  for (;;) {
    const [message] = await aws.receiveAll(names.rotationQueue);
    if (!message) {
      await pause(10);
      continue;
    }
    const id = decisionIdOf(message.MessageId ?? '', 0);
    const evidence = { dynamo: aws.dynamo, name: names.tables.evidence };
    await putDecision(evidence, decisionOf({ id, at: epochMs(Date.now()), evidence: ['by hand'] }));
    return rotationMessage.parse(JSON.parse(message.Body ?? ''));
  }
}

test('a quarantine asks the loop, says who and why, and tells what was decided', async () => {
  const asking = open.post('/api/operate/quarantine', {
    pool: 'leased',
    provider: 'microsoft',
    forMinutes: 60,
    why: 'S3150, ticket 12',
  });
  expect(await answerLoop()).toEqual({
    kind: 'command',
    command: {
      ...{ do: 'quarantine', pool: 'leased', provider: 'microsoft', forMs: 3_600_000 },
      ...{ by: 'ada', why: 'S3150, ticket 12' },
    },
  });
  expect(await readJson(await asking)).toMatchObject({ done: true, decision: expect.any(String) });
  expect(await audited()).toContainEqual(
    expect.objectContaining({ action: 'rotation.quarantine', by: 'ada', why: 'S3150, ticket 12' }),
  );
});

test('nothing is done without a reason, nor to a pool that is not there', async () => {
  const place = { pool: 'leased', provider: '*' };
  const mute = await open.post('/api/operate/release', { ...place, why: ' ' });
  expect(mute.status).toBe(400);
  expect((await readJson(mute)).error).toContain('say why');
  const misspelt = { ...place, pool: 'lesaed', why: 'ticket 12' };
  expect(await readJson(await open.post('/api/operate/release', misspelt))).toMatchObject({
    done: false,
    text: expect.stringContaining('lesaed'),
  });
  expect(await aws.receiveAll(names.rotationQueue)).toEqual([]);
});

test('an address is suppressed and taken off again, and the audit log names no address', async () => {
  const whose = { address: 'ada@example.com', tenant: 'acme', why: 'asked by phone' };
  expect(await readJson(await open.post('/api/operate/suppress-add', whose))).toMatchObject({
    done: true,
  });
  expect(await aws.items(names.tables.suppression)).toHaveLength(1);
  expect(await readJson(await open.post('/api/operate/suppress-remove', whose))).toMatchObject({
    done: true,
  });
  expect(await aws.items(names.tables.suppression)).toHaveLength(0);
  const words = JSON.stringify(await audited());
  expect(words).toContain('suppress.remove');
  expect(words).not.toContain('ada@example.com');
});
