/** How a person sees what dispatch holds, adds to it and lifts it. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { putDecision } from '../../adapters/decision-log.ts';
import { putOrder } from '../../adapters/standing-store.ts';
import { namesOf } from '../../contract/names.ts';
import { rotationMessage } from '../../contract/rotation-command.ts';
import { assignmentKeys, directoryKeys } from '../../contract/table-keys.ts';
import { decisionIdOf } from '../../domain/rotation/decision-id.ts';
import type { Order } from '../../domain/rotation/model.ts';
import { epochMs, hourMs } from '../../domain/time.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

const names = namesOf('test');
let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
  await aws.putItem(names.tables.directory, {
    ...directoryKeys.tenant('acme'),
    ...{ tenant: 'acme', status: 'active', fromOwned: [], createdAt: 1, updatedAt: 1 },
  });
  await aws.putItem(names.tables.directory, {
    ...directoryKeys.pool('leased'),
    ...{ pool: 'leased', kind: 'standard', state: 'active', createdAt: 1 },
  });
});
afterAll(() => aws.close());
beforeEach(() => aws.purge(names.rotationQueue));

const until = epochMs(Date.parse('2126-03-02T12:00:00Z'));

async function stand(streams: readonly string[], over: Partial<Order> = {}): Promise<void> {
  const table = { dynamo: aws.dynamo, name: names.tables.assignments };
  for (const stream of streams)
    await putOrder(table, stream, {
      id: '4f0c2a9b7d31.1',
      kind: 'hold',
      region: { tenant: 'acme', provider: 'microsoft' },
      share: 0,
      since: epochMs(1),
      until,
      decision: '4f0c2a9b7d31',
      ...over,
    });
}

/** Runs a command line while somebody answers the queue as the loop would; returns what was asked for. */
async function asked(args: readonly string[]) {
  const why = ['--why', 'ticket 12', '--by', 'ada', '--yes'];
  const running = cliOn(aws, [...args, ...why]);
  const [message] = await firstMessages();
  const { command } = rotationMessage.options[3].parse(JSON.parse(message?.Body ?? ''));
  await putDecision(
    { dynamo: aws.dynamo, name: names.tables.evidence },
    {
      id: decisionIdOf(message?.MessageId ?? '', 0),
      at: epochMs(Date.now()),
      autonomy: 'act',
      done: true,
      ...{ actions: [], evidence: [], counterEvidence: [] },
    },
  );
  return { command, ran: await running };
}

async function firstMessages() {
  for (;;) {
    const messages = await aws.receiveAll(names.rotationQueue);
    if (messages.length > 0) return messages;
  }
}

test('what is held or slowed is listed once, with its streams, within 80 columns; what has ended is not', async () => {
  expect((await cliOn(aws, ['orders', 'list'])).stdout).toBe('nothing is held or slowed\n');
  await stand(['marketing', 'transactional']);
  const probes = { tenants: ['acme', 'bolt'], mails: 3 };
  await stand(['marketing'], { id: '7d31aaaa0000.2', probes, region: { pool: 'leased' } });
  await stand(['transactional'], {
    id: '7d31aaaa0000.3',
    ...{ kind: 'slow', share: 0.25, tenants: ['acme'] },
  });
  await stand(['transactional'], { id: '000000000000.1', until: epochMs(2) });
  const { stdout } = await cliOn(aws, ['orders', 'list']);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const flat = stdout.replace(/\s+/g, ' ');
  expect(stdout.match(/4f0c2a9b7d31\.1/g)).toHaveLength(1);
  expect(stdout).not.toContain('000000000000');
  expect(stdout).toMatch(/4f0c2a9b7d31\.1 +mails of tenant acme .*nothing .*2126-03-02/);
  expect(stdout).toMatch(/7d31aaaa0000\.2 +mails through pool/);
  expect(flat).toMatch(/nothing, but 3 probes .*each of acme, bolt/);
  expect(stdout).toMatch(/7d31aaaa0000\.3 .*25 % of acme/);
  const other = await cliOn(aws, ['orders', 'list', '--stream', 'marketing', '--json']);
  expect(other.json()).toMatchObject([
    { id: '4f0c2a9b7d31.1', share: 0, until, streams: ['marketing', 'transactional'] },
    { id: '7d31aaaa0000.2', probes, streams: ['marketing'] },
  ]);
});

test('while automation is off, the list says that nobody obeys it', async () => {
  await stand(['marketing']);
  const off = { state: 'off', autonomy: {}, at: 1, by: 'ada', why: 'x' };
  await aws.putItem(names.tables.assignments, { ...assignmentKeys.automation, ...off });
  expect((await cliOn(aws, ['orders', 'list'])).stderr).toContain('dispatch obeys none of these');
});

test.each<[string, readonly string[], object]>([
  [
    'a hold of one tenant at one provider',
    ['hold', '--tenant', 'acme', '--provider', 'gmail', '--for', '2h'],
    { do: 'hold', region: { tenant: 'acme', provider: 'gmail' }, forMs: 2 * hourMs },
  ],
  [
    'a hold of one mailing through one pool',
    ['hold', '--pool', 'leased', '--campaign', 'may', '--identity', 'a.example', '--for', '1d'],
    {
      do: 'hold',
      region: { pool: 'leased', campaign: 'may', identity: 'a.example' },
      forMs: 24 * hourMs,
    },
  ],
  ['lifting an order', ['lift', '4f0c2a9b7d31.1'], { do: 'lift', orderId: '4f0c2a9b7d31.1' }],
])('%s is asked of the loop, with who and why', async (_, args, words) => {
  const { command, ran } = await asked(['orders', ...args]);
  expect(command).toEqual({ ...words, by: 'ada', why: 'ticket 12' });
  expect(ran.code).toBe(0);
});

test.each([
  [['--for', '2h'], 'name at least one of --tenant, --identity, --pool, --provider, --campaign'],
  [['--tenant', 'acmee', '--for', '2h'], '--tenant: got acmee; no such tenant'],
  [['--pool', 'laesed', '--for', '2h'], '--pool: got laesed; allowed: leased'],
  [['--tenant', 'acme', '--for', 'ever'], '--for: got ever'],
  [['--tenant', 'acme'], '--for'],
])('a hold with %j is wrong, asks nobody, and says what is allowed', async (args, problem) => {
  const ran = await cliOn(aws, ['orders', 'hold', ...args, '--why', 'x', '--yes']);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(problem);
  expect(await aws.receiveAll(names.rotationQueue)).toEqual([]);
});

test('a hold asks first, in words that name the mail', async () => {
  const args = ['orders', 'hold', '--tenant', 'acme', '--for', '2h', '--why', 'x'];
  const ran = await cliOn(aws, args, { answer: 'n' });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('hold mails of tenant acme for 2h?');
});
