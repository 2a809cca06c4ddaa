/** A request or recipient that cannot be sent ends with a reason an app can read, and harms no other. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { toItem } from '../../adapters/items.ts';
import { metrics } from '../../contract/metrics.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { createDispatchWorld, type DispatchWorld } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, type Body, batch, message, newId, rawContent } from '../support/requests.ts';

const dynamo = await dynamoOfFile();
let world: DispatchWorld;

beforeAll(async () => {
  world = await createDispatchWorld(dynamo);
  await world.setTenant({ tenant: 'suspended', status: 'suspended' });
  await world.setTenant({ tenant: 'marketer', streams: ['marketing'] });
  world.bucket.set('attachments/large.pdf', new Uint8Array(40_000_001));
  world.bucket.set('attachments/half.pdf', new Uint8Array(20_000_000));
  world.bucket.set('requests/large.json', new Uint8Array(30_000_001));
  const pointer = JSON.stringify({ version: 1, kind: 'stored', s3Key: 'requests/other.json' });
  world.bucket.set('requests/pointer.json', Buffer.from(pointer));
});

function sentTo(request: Body): readonly string[] {
  return world.sesCalls
    .filter(({ request: sent }) => sent.id === request['id'])
    .map(({ recipient }) => recipient.address.address);
}

const raw = (headers: readonly string[]) => message({ content: rawContent(headers) });
const owned = 'From: ada@sender.example';
const file = (s3Key: string) => ({ filename: 'a.pdf', contentType: 'application/pdf', s3Key });
const stored = (s3Key: string) => ({ version: 1, kind: 'stored', s3Key });

describe('a request is rejected by name', () => {
  const table: readonly (readonly [reason: string, what: string, body: unknown])[] = [
    ['invalid-json', 'that is not JSON', '{"version":'],
    ['invalid-json', 'that is JSON but no object', '[]'],
    ['unknown-version', 'of version 2', message({ version: 2 })],
    ['unknown-kind', 'of a kind we do not know', message({ kind: 'letter' })],
    ['missing-field', 'without recipient', message({ to: undefined })],
    ['unknown-field', 'with a field we do not know', message({ colour: 'red' })],
    ['invalid-field', 'whose From is no address', message({ from: 'ada' })],
    ['header-injection', 'with a line break in its subject', subject('a\r\nBcc: x@y.example')],
    ['header-reserved', 'that sets a header of ours', message({ headers: { 'X-SES-A': 'b' } })],
    ['too-many-recipients', 'with 51 recipients', batch(addresses(51))],
    ['recipient-without-domain', 'to nobody', message({ to: 'grace' })],
    ['recipient-invalid', 'to no domain', message({ to: 'grace@localhost' })],
    [
      'recipient-local-part-not-ascii',
      'to a name beyond ASCII',
      message({ to: 'gräce@b.example' }),
    ],
    ['stream-unknown', 'for no stream of ours', message({ stream: 'carrier-pigeon' })],
    ['stream-mismatch', "for another queue's stream", message({ stream: 'marketing' })],
    ['pool-unknown', 'for no pool of the stream', message({ pool: 'private' })],
    ['tenant-unknown', 'of nobody we know', message({ tenant: 'stranger' })],
    ['tenant-suspended', 'of a suspended tenant', message({ tenant: 'suspended' })],
    ['tenant-stream-forbidden', "not for the tenant's stream", message({ tenant: 'marketer' })],
    ['from-domain-foreign', 'from a foreign domain', message({ from: 'ada@foreign.example' })],
    ['from-domain-foreign', 'from a look-alike', message({ from: 'ada@evil-sender.example' })],
    ['from-domain-foreign', 'with a foreign raw From', raw(['From: eve@foreign.example'])],
    [
      'from-domain-foreign',
      'with a foreign raw Sender',
      raw([owned, 'Sender: eve@foreign.example']),
    ],
    ['from-header-mismatch', 'with two raw From headers', raw([owned, owned])],
    ['from-header-mismatch', 'without a raw From', raw(['Subject: hello'])],
    ['send-at-too-far', 'for the year after next', message({ sendAt: '2028-03-01T09:00:00Z' })],
    [
      'expires-before-send',
      'that expires before it is due',
      message({ sendAt: '2026-05-02T09:00:00Z', expiresAt: '2026-05-01T09:00:00Z' }),
    ],
    ['template-too-large', 'with a large batch text', batch(['a@b.example'], { content: large() })],
    ['stored-body-missing', 'stored nowhere', stored('requests/none.json')],
    ['message-too-large', 'stored beyond the limit', stored('requests/large.json')],
    ['unknown-kind', 'stored as a pointer', stored('requests/pointer.json')],
    [
      'attachment-missing',
      'attached nowhere',
      message({ attachments: [file('attachments/no.pdf')] }),
    ],
    ['message-too-large', 'with 40 MB', message({ attachments: [file('attachments/large.pdf')] })],
    [
      'message-too-large',
      'with twice 20 MB',
      message({ attachments: [file('attachments/half.pdf'), file('attachments/half.pdf')] }),
    ],
  ];

  test.each(table)('%s: one %s', async (reason, _, body) => {
    const before = world.sesCalls.length;
    const told = world.rejected.length;
    const queueMessageId = world.intake.put(typeof body === 'string' ? body : Object(body));
    await world.settle();
    expect(world.sesCalls.length).toBe(before);
    expect(world.rejected.slice(told)).toMatchObject([{ reason, stream: 'transactional' }]);
    const { messageId = '' } = world.rejected[told] ?? {};
    const id = typeof body === 'object' && body && 'id' in body ? String(body.id) : queueMessageId;
    const tenant = typeof body === 'object' && body && 'tenant' in body ? body.tenant : 'default';
    expect(await world.outcomes({ id: messageId })).toContain(`rejected/${reason}`);
    expect(await world.outcomes({ id, tenant })).toContain(`rejected/${reason}`);
    expect(world.intake.size()).toBe(0);
  });

  test('and told of again when its record was written but the telling failed', async () => {
    const request = message({ to: 'grace' });
    world.intake.put(request);
    world.faults.outage(/^publishRejected$/);
    await world.runOnce();
    world.faults.outage(undefined);
    const told = world.rejected.length;
    await world.settle();
    expect(world.rejected.slice(told)).toMatchObject([{ id: request['id'] }]);
  });

  test('with a detail that holds neither its text nor an address', async () => {
    world.intake.put(
      message({ to: 'secret name@recipient.example', content: { subject: 'hush' } }),
    );
    await world.settle();
    expect(JSON.stringify(world.rejected.at(-1))).not.toMatch(/secret|hush/);
  });
});

describe('a batch of fifty', () => {
  test('with suppressed, invalid and repeated recipients reaches each of the others once', async () => {
    const given = addresses(50, 'fifty');
    await world.suppress('fifty3@recipient.example', 'global', 'hard-bounce');
    await world.suppress('fifty4@recipient.example', 'tenant#default', 'complaint');
    await world.suppress('fifty5@recipient.example', 'tenant#acme', 'complaint');
    given[7] = 'no address';
    given[8] = 'Fifty0@Recipient.Example';
    given[9] = 'grüße@recipient.example';
    const request = batch(given);
    const told = world.rejected.length;
    const before = world.counts.get(metrics.suppressed) ?? 0;
    world.intake.put(request);
    await world.settle();
    const outcomes = await world.outcomes(request);
    const other = (index: number) => outcomes[index] !== 'accepted';
    expect(outcomes).toHaveLength(50);
    expect(outcomes.flatMap((_, index) => (other(index) ? [index] : []))).toEqual([3, 4, 7, 8, 9]);
    expect(outcomes[3]).toBe('suppressed/hard-bounce');
    expect(outcomes[4]).toBe('suppressed/complaint');
    expect(outcomes[7]).toBe('rejected/recipient-without-domain');
    expect(outcomes[8]).toBe('rejected/duplicate-recipient');
    expect(outcomes[9]).toBe('rejected/recipient-local-part-not-ascii');
    expect(new Set(sentTo(request)).size).toBe(45);
    expect(sentTo(request)).toHaveLength(45);
    expect(world.rejected.slice(told).map(({ recipientIndex }) => recipientIndex)).toEqual([
      7, 8, 9,
    ]);
    expect((world.counts.get(metrics.suppressed) ?? 0) - before).toBe(2);
  });

  test('of which nobody may be sent to ends without SES', async () => {
    await world.suppress('gone@recipient.example');
    const request = batch(['gone@recipient.example', 'no address']);
    world.intake.put(request);
    await world.settle();
    expect(sentTo(request)).toEqual([]);
    expect(await world.outcomes(request)).toEqual([
      'suppressed/manual',
      'rejected/recipient-without-domain',
    ]);
  });
});

describe('when a check cannot be made', () => {
  test.each([
    ['the suppression list', /^BatchGetItemCommand$/],
    ['any table', /Command$/],
  ])('because %s is down, nothing is sent and everything waits', async (_, name) => {
    const requests = [message(), batch(addresses(3)), message()];
    for (const request of requests) world.intake.put(request);
    world.faults.outage(name);
    for (let times = 0; times < 3; times += 1) {
      await world.runOnce();
      world.time.advance(60_000);
    }
    expect(requests.flatMap(sentTo)).toEqual([]);
    expect(world.intake.size()).toBe(3);
    world.faults.outage(undefined);
    await world.settle();
    for (const request of requests) expect(await world.outcomes(request)).not.toContain('pending');
    expect(requests.map((request) => sentTo(request).length)).toEqual([1, 3, 1]);
  });

  test('a suppressed address is not sent to when the list comes back', async () => {
    await world.suppress('quiet@recipient.example');
    const request = message({ to: 'Quiet@Recipient.example' });
    world.intake.put(request);
    world.faults.outage(/^BatchGetItemCommand$/);
    await world.runOnce();
    world.faults.outage(undefined);
    await world.settle();
    expect(sentTo(request)).toEqual([]);
    expect(await world.outcomes(request)).toEqual(['suppressed/manual']);
  });
});

describe('one poison record among ten', () => {
  test.each([
    ['that is not JSON', () => '\u0000\u0001{'],
    ['that is nested a thousand deep', () => `${'['.repeat(1000)}${']'.repeat(1000)}`],
    ['whose subject is a megabyte', () => subject('x'.repeat(1_000_000))],
    ['that is null', () => 'null'],
  ])('%s leaves the other nine sent in the same batch', async (_, poison) => {
    const requests = Array.from({ length: 9 }, () => message());
    const all = [...requests.slice(0, 4), poison(), ...requests.slice(4)];
    for (const one of all) world.intake.put(one);
    await world.runOnce();
    for (const request of requests) expect(sentTo(request)).toHaveLength(1);
    expect(world.intake.size()).toBe(0);
  });

  test('whose ledger item is unreadable waits alone, the other nine are sent', async () => {
    const requests = Array.from({ length: 10 }, () => message());
    const poison = requests[4] ?? {};
    const item = { ...ledgerKeys.request(messageIdOf('default', String(poison['id']))), odd: true };
    const { dynamo: client, name } = world.tables.ledger;
    await client.send(new PutItemCommand({ TableName: name, Item: toItem(item) }));
    for (const request of requests) world.intake.put(request);
    await world.runOnce();
    expect(requests.map((request) => sentTo(request).length)).toEqual(
      requests.map((request) => (request === poison ? 0 : 1)),
    );
    expect(world.intake.size()).toBe(1);
  });
});

function subject(text: string): Body {
  return message({ id: newId(), content: { subject: text, text: 'hello' } });
}

function large(): Body {
  return { subject: 'News', text: 'x'.repeat(500_001) };
}
