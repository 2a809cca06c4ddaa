/**
 * What costs extra and is off by default: copies of what was handed to SES, indexes, outcome events. None
 * of them may hold up, repeat or lose a mail.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { queryPartition } from '../../adapters/items.ts';
import { readRecipientIndex, readSesIndex } from '../../adapters/mail-index.ts';
import { metrics } from '../../contract/metrics.ts';
import { outcomeEvent } from '../../contract/outcome-event.ts';
import { readAttemptItems } from '../../contract/recipient-outcomes.ts';
import {
  type StoredAttempt,
  storedAttempt,
  storedAttemptKey,
} from '../../contract/stored-attempt.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { createDispatchWorld, type DispatchWorld, keyOf } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { addresses, type Body, batch, message, newId } from '../support/requests.ts';

const dynamo = await dynamoOfFile();
let world: DispatchWorld;

beforeAll(async () => {
  world = await createDispatchWorld(dynamo, {
    policy: {
      storeSeconds: 3600,
      indexes: ['recipient', 'ses', 'tenant'],
      tells: ['accepted', 'suppressed', 'expired'],
    },
  });
});

const idOf = (request: Body) => messageIdOf('default', String(request['id']));

async function dispatched(...requests: readonly Body[]): Promise<void> {
  for (const request of requests) world.intake.put(request);
  await world.settle();
}

/** Every copy that holds mail of a request. */
function copiesOf(request: Body): readonly StoredAttempt[] {
  return [...world.bucket]
    .filter(([key]) => key.startsWith('attempts/'))
    .map(([, bytes]) => storedAttempt.parse(JSON.parse(Buffer.from(bytes).toString())))
    .filter(({ mails }) => mails.some(({ messageId }) => messageId === idOf(request)));
}

const toldOf = (request: Body) => world.told.filter(({ messageId }) => messageId === idOf(request));

const tally = (metric: string) => world.counts.get(metric) ?? 0;

describe('stored requests', () => {
  test('what an attempt hands over is kept once before its item, and the item says so', async () => {
    const request = message({ to: { address: 'kept@recipient.example', name: 'Kept' } });
    const before: boolean[] = [];
    world.answer = (mail) => {
      before.push(copiesOf(request).length === 1);
      return { ok: true, sesMessageId: `ses-${mail.messageId}` };
    };
    await dispatched(request);
    expect(before).toEqual([true]);
    const [copy] = copiesOf(request);
    expect(copy?.mails).toEqual([
      {
        messageId: idOf(request),
        tenant: 'default',
        content: { request: { ...request, tenant: 'default' } },
        recipients: [
          {
            index: 0,
            key: keyOf('kept@recipient.example'),
            address: 'kept@recipient.example',
            name: 'Kept',
            data: {},
            pool: 'shared',
          },
        ],
      },
    ]);
    const { attemptId = '', at = 0, expiresAt } = copy ?? {};
    expect(expiresAt).toBe(at + 3_600_000);
    const item = await attemptOf(attemptId);
    expect(item).toMatchObject({ at, storedSeconds: 3600 });
    expect([...world.bucket.keys()]).toContain(storedAttemptKey({ attemptId, at }));
  });

  test('a batch is kept once, with the recipients of this attempt and their own data', async () => {
    const request = batch(
      addresses(3).map((to, index) => ({ to, data: { name: `n${index}` } })),
      { data: { shop: 'ours' } },
    );
    await dispatched(request);
    const mails = copiesOf(request).flatMap((copy) => copy.mails);
    expect(mails).toHaveLength(1);
    expect(mails[0]?.recipients.map(({ index, data }) => [index, data])).toEqual(
      [0, 1, 2].map((index) => [index, { shop: 'ours', name: `n${index}` }]),
    );
    expect(JSON.stringify(mails[0]?.content)).not.toContain('recipient.example');
  });

  test('what came by pointer is kept as the pointer', async () => {
    const inner = message();
    world.bucket.set('requests/large.json', Buffer.from(JSON.stringify(inner)));
    world.intake.put({ version: 1, kind: 'stored', s3Key: 'requests/large.json' });
    await world.settle();
    expect(copiesOf(inner)[0]?.mails[0]?.content).toEqual({ s3Key: 'requests/large.json' });
  });

  test('a copy that cannot be written is counted, and the mail leaves once all the same', async () => {
    const request = message();
    const unkept = tally(metrics.unkept);
    world.faults.outage(/storeAttempt/);
    await dispatched(request);
    world.faults.outage(undefined);
    expect(await world.outcomes(request)).toEqual(['accepted']);
    expect(world.sesCalls.filter(({ messageId }) => messageId === idOf(request))).toHaveLength(1);
    expect(copiesOf(request)).toEqual([]);
    expect(tally(metrics.unkept)).toBe(unkept + 1);
    const [attemptId = ''] = await attemptIdsOf(request);
    expect(await attemptOf(attemptId)).not.toHaveProperty('storedSeconds');
  });
});

describe('indexes', () => {
  test('a mail is found by its recipient, newest first, and by SES’s message id', async () => {
    const to = 'found@recipient.example';
    const [first, second] = [message({ to }), message({ to })];
    await dispatched(first);
    world.time.advanceTo(world.time.clock() + 1000);
    await dispatched(second);
    const found = await readRecipientIndex(world.tables.ledger, keyOf(to), 10);
    expect(found.map(({ messageId }) => messageId)).toEqual([idOf(second), idOf(first)]);
    expect(found[0]).toMatchObject({ recipientIndex: 0, tenant: 'default' });
    const ses = found[0]?.sesMessageId ?? '';
    expect(await readSesIndex(world.tables.ledger, ses)).toMatchObject({ messageId: idOf(second) });
  });

  test('a mail is found by its tenant and day, with its way, and without its recipient', async () => {
    const sent = message({ to: 'way@recipient.example' });
    await dispatched(sent);
    const day = new Date(world.time.clock()).toISOString().slice(0, 10);
    const found: Record<string, unknown>[] = [];
    const partition = ledgerKeys.tenantIndexes('default', day);
    for await (const item of queryPartition(world.tables.ledger, partition))
      if (item['messageId'] === idOf(sent)) found.push(item);
    expect(found).toMatchObject([
      { recipientIndex: 0, stream: 'transactional', outcome: 'accepted', pool: 'shared' },
    ]);
    expect(found[0]?.['sesMessageId']).toBeTypeOf('string');
    expect(JSON.stringify(found)).not.toContain(keyOf('way@recipient.example'));
  });

  test('a suppressed recipient is found too: that is when people ask', async () => {
    const to = 'suppressed-found@recipient.example';
    await world.suppress(to);
    const request = message({ to });
    await dispatched(request);
    const [found] = await readRecipientIndex(world.tables.ledger, keyOf(to), 10);
    expect(found?.messageId).toBe(idOf(request));
    expect(found).not.toHaveProperty('sesMessageId');
  });

  test('an index that cannot be written is counted; no mail waits for it or is sent again', async () => {
    const request = message({ to: 'unindexed@recipient.example' });
    const unindexed = tally(metrics.unindexed);
    world.faults.outage(/BatchWriteItem/);
    await dispatched(request);
    world.faults.outage(undefined);
    expect(await world.outcomes(request)).toEqual(['accepted']);
    expect(world.sesCalls.filter(({ messageId }) => messageId === idOf(request))).toHaveLength(1);
    expect(tally(metrics.unindexed)).toBe(unindexed + 1);
  });
});

describe('outcome events', () => {
  test('each recipient is told once: accepted, suppressed, expired; rejections have their own event', async () => {
    const gone = 'gone@recipient.example';
    await world.suppress(gone, 'global', 'hard-bounce');
    const request = batch(['told@recipient.example', gone, 'no address']);
    const late = message({ expiresAt: new Date(world.time.clock() - 1000).toISOString() });
    await dispatched(request, late);
    const told = toldOf(request).map((event) => outcomeEvent.parse(event));
    expect(told).toMatchObject([
      { recipientIndex: 1, outcome: 'suppressed', reason: 'hard-bounce' },
      { recipientIndex: 0, outcome: 'accepted', sesMessageId: expect.any(String) },
    ]);
    expect(told[0]).toMatchObject({
      version: 1,
      id: request['id'],
      tenant: 'default',
      stream: 'transactional',
    });
    expect(toldOf(late)).toMatchObject([{ outcome: 'expired', recipientIndex: 0 }]);
    expect(JSON.stringify(world.told)).not.toContain('@');
    expect(world.rejected.filter(({ id }) => id === request['id'])).toHaveLength(1);
  });

  test('a bus that fails holds up no mail, and is told again under the same id', async () => {
    const request = message({ id: newId('again') });
    const ids: string[] = [];
    world.intake.put(request);
    await world.runOnce({
      publishOutcomes: async (events) => {
        ids.push(...events.map(({ eventId }) => eventId));
        return new Set(events);
      },
    });
    expect(toldOf(request)).toEqual([]);
    await world.settle();
    expect(ids).toHaveLength(1);
    expect(toldOf(request).map(({ eventId }) => eventId)).toEqual(ids);
    expect(world.sesCalls.filter(({ messageId }) => messageId === idOf(request))).toHaveLength(1);
  });

  test('a suppressed recipient is told again too, when the bus failed', async () => {
    const to = 'suppressed-again@recipient.example';
    await world.suppress(to);
    const request = message({ to });
    world.faults.outage(/publishOutcomes/);
    world.intake.put(request);
    await world.runOnce();
    world.faults.outage(undefined);
    await world.settle();
    expect(toldOf(request)).toMatchObject([{ outcome: 'suppressed', reason: 'manual' }]);
  });
});

describe('whatever call is the last one of a process', () => {
  test.each(['before', 'after'] as const)(
    '%s it took effect, each outcome is told in the end',
    async (when) => {
      const gone = 'gone-in-a-crash@recipient.example';
      await world.suppress(gone);
      let call = 1;
      for (; ; call += 1) {
        const request = batch([`crash${call}-${when}@recipient.example`, gone]);
        world.intake.put(request);
        world.faults.plan({ call, when, kind: 'dead' });
        await world.runOnce();
        const struck = world.faults.struck()?.at;
        world.faults.plan(undefined);
        await world.settle();
        const outcomes = new Set(toldOf(request).map(({ outcome }) => outcome));
        expect([...outcomes].sort(), `dead ${when} ${struck}`).toEqual(['accepted', 'suppressed']);
        if (struck === undefined) break;
      }
      expect(call).toBeGreaterThan(8);
    },
  );
});

test('where nothing is switched on, nothing is stored, indexed or told', async () => {
  const plain = await createDispatchWorld(dynamo);
  const request = message();
  plain.intake.put(request);
  await plain.settle();
  expect(await plain.outcomes(request)).toEqual(['accepted']);
  expect([...plain.bucket.keys()]).toEqual([]);
  expect(plain.told).toEqual([]);
  const { ledger } = plain.tables;
  expect(await readRecipientIndex(ledger, keyOf(String(request['to'])), 10)).toEqual([]);
});

/** An attempt shares its partition with others of the same ten seconds. */
async function attemptOf(attemptId: string) {
  const { pk, sk } = ledgerKeys.attempt(attemptId);
  return readAttemptItems(await partition(pk)).find((item) => item.sk === sk);
}

async function partition(pk: string): Promise<readonly Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for await (const item of queryPartition(world.tables.ledger, pk)) items.push(item);
  return items;
}

async function attemptIdsOf(request: Body): Promise<readonly string[]> {
  const { pk, sk } = ledgerKeys.request(idOf(request));
  const item = (await partition(pk)).find((one) => one['sk'] === sk);
  return Array.isArray(item?.['attemptIds']) ? item['attemptIds'].map(String) : [];
}
