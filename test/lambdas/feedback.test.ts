/** SES's events become outcomes and suppressions; duplicates, disorder, garbage and crashes are harmless. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { markTwins, putEvent, putEvents } from '../../adapters/event-store.ts';
import { queryPartition } from '../../adapters/items.ts';
import { readAllSuppressions } from '../../adapters/suppression-lookup.ts';
import { noteBlock, putSuppression, readBlocked } from '../../adapters/suppression-store.ts';
import { type EventItem, eventItem } from '../../contract/items.ts';
import { outcomeOf } from '../../domain/outcome.ts';
import { epochMs } from '../../domain/time.ts';
import { type FeedbackPorts, feedback } from '../../lambdas/feedback/feedback.ts';
import { keyOf } from '../support/dispatch-world.ts';
import { dynamoOfFile, type Tables } from '../support/dynamo.ts';
import { evidenceOn } from '../support/evidence-ports.ts';
import { createFaults, type Faults, faultyClient } from '../support/faults.ts';
import { aboutRecipient, type EventFile, eventBody } from '../support/ses-events.ts';

const now = epochMs(Date.parse('2026-03-01T09:00:00Z'));
const dynamo = await dynamoOfFile();
let tables: Tables;
let faults: Faults;
let ports: FeedbackPorts;
const counts = new Map<string, number>();
const unknown: string[] = [];
const failures: unknown[] = [];

beforeAll(async () => {
  faults = createFaults();
  const client = faultyClient(dynamo.connectDirectly(), faults);
  tables = await dynamo.createTables(client);
  ports = {
    clock: () => now,
    ...evidenceOn(tables),
    recipientSecret: 'a secret of the test',
    ledgerDays: 30,
    putEvent: (item) => putEvent(tables.ledger, item),
    putEvents: (items) => putEvents(tables.ledger, items),
    markTwins: (about) => markTwins(tables.ledger, about),
    putSuppression: (entry) => putSuppression(tables.suppression, entry),
    noteBlock: (block) => noteBlock(tables.suppression, block),
    outcomeStreams: [],
    readRequestIds: async () => new Map(),
    publishOutcomes: async () => new Set(),
    count: (kind) => counts.set(kind, (counts.get(kind) ?? 0) + 1),
    duplicates: (count) => counts.set('twin', (counts.get('twin') ?? 0) + count),
    unknown: (what) => unknown.push(what),
    failure: (error) => failures.push(error),
  };
});

let messages = 0;
/** A message id of its own and a recipient of its own. */
function newMail() {
  messages += 1;
  const address = `grace${messages}@recipient.example`;
  return { messageId: String(messages).padStart(22, 'm'), address, key: keyOf(address) };
}

type Mail = ReturnType<typeof newMail>;
function body(file: EventFile, mail: Mail, own: object = {}): string {
  const { messageId, address } = mail;
  const fields = { ...aboutRecipient(file, address), ...own };
  return eventBody(file, { messageId, destination: [address], own: fields });
}

const untagged = (file: EventFile, { address }: Mail) =>
  eventBody(file, { destination: [address], own: aboutRecipient(file, address) });

const block = (mail: Mail) => ({
  bouncedRecipients: [
    {
      emailAddress: mail.address,
      status: '5.7.1',
      diagnosticCode: 'smtp; 550 5.7.1 blocked using zen.spamhaus.org',
    },
  ],
});

function records(bodies: readonly string[]) {
  return bodies.map((text, index) => ({
    queueMessageId: `q${index}`,
    firstQueueMessageId: `q${index}`,
    receiptHandle: `r${index}`,
    body: text,
    enqueuedAt: now,
    receiveCount: 1,
    lane: 'intake' as const,
    attributes: {},
  }));
}

const take = (...bodies: readonly string[]) => feedback(records(bodies), ports);
async function eventsOf(pk: string): Promise<readonly EventItem[]> {
  const found: EventItem[] = [];
  for await (const item of queryPartition(tables.ledger, pk)) found.push(eventItem.parse(item));
  return found;
}

async function outcome(mail: Mail) {
  const facts = (await eventsOf(mail.messageId)).flatMap((event) =>
    event.outcome ? [{ outcome: event.outcome, at: event.at }] : [],
  );
  return outcomeOf(facts)?.outcome;
}

const scopes = async (mail: Mail) =>
  (await readAllSuppressions(tables.suppression, mail.key, now)).map(
    ({ scope, reason }) => `${scope} ${reason}`,
  );

describe('what an event does', () => {
  test.each<[string, EventFile, (mail: Mail) => object, string | undefined, readonly string[]]>([
    [
      'a hard bounce suppresses for everybody',
      'bounce',
      () => ({}),
      'bounced',
      ['global hard-bounce'],
    ],
    [
      'a complaint suppresses for its tenant',
      'complaint',
      () => ({}),
      'complained',
      ['tenant#acme complaint'],
    ],
    [
      'not-spam suppresses nobody',
      'complaint',
      () => ({ complaintFeedbackType: 'not-spam' }),
      undefined,
      [],
    ],
    [
      'a transient bounce suppresses nobody',
      'bounce',
      () => ({ bounceType: 'Transient' }),
      'bounced',
      [],
    ],
    ['a block suppresses nobody', 'bounce', block, 'bounced', []],
    [
      'an unknown subtype suppresses nobody',
      'bounce',
      () => ({ bounceSubType: 'BrandNew' }),
      'bounced',
      [],
    ],
    ['a delivery suppresses nobody', 'delivery', () => ({}), 'delivered', []],
    ['a delay suppresses nobody and ends nothing', 'delivery-delay', () => ({}), undefined, []],
  ])('%s', async (_, file, own, expected, suppressed) => {
    const mail = newMail();
    expect(await take(body(file, mail, own(mail)))).toEqual([]);
    expect(await outcome(mail)).toBe(expected);
    expect(await scopes(mail)).toEqual(suppressed);
    expect(await eventsOf(mail.messageId)).toHaveLength(1);
  });

  test('a block is noted, so that an import of the list of SES does not mistake it', async () => {
    const mail = newMail();
    await take(body('bounce', mail, block(mail)));
    expect(await readBlocked(tables.suppression, [mail.key])).toEqual(new Set([mail.key]));
  });

  test('a reply is kept without the address it names', async () => {
    const mail = newMail();
    const diagnosticCode = `smtp; 550 5.1.1 <${mail.address}>: unknown`;
    const bouncedRecipients = [{ emailAddress: mail.address, diagnosticCode }];
    await take(body('bounce', mail, { bouncedRecipients }));
    const stored = JSON.stringify(await eventsOf(mail.messageId));
    expect(stored).toContain('550 5.1.1');
    expect(stored).not.toContain(mail.address.split('@')[0]);
  });
});

describe('duplicates and disorder', () => {
  test('a delivery after a bounce does not undo it, and both facts stay', async () => {
    const mail = newMail();
    await take(body('bounce', mail));
    await take(body('delivery', mail));
    expect(await outcome(mail)).toBe('bounced');
    expect(await eventsOf(mail.messageId)).toHaveLength(2);
  });

  test('the same events, repeated and in any order, leave the same facts and count once', async () => {
    const files = ['delivery', 'bounce', 'complaint', 'delivery-delay'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...files, ...files], { minLength: 4 }),
        async (order) => {
          const mail = newMail();
          counts.clear();
          for (const file of order) await take(body(file, mail));
          const seen = new Set<string>(order);
          expect(await eventsOf(mail.messageId)).toHaveLength(seen.size);
          expect(counts.get('bounce') ?? 0).toBe(seen.has('bounce') ? 1 : 0);
          const last = seen.has('complaint')
            ? 'complained'
            : seen.has('bounce')
              ? 'bounced'
              : 'delivered';
          expect(await outcome(mail)).toBe(
            seen.has('delivery') || last !== 'delivered' ? last : undefined,
          );
        },
      ),
      { numRuns: 12 },
    );
  });

  test('the same event twice in one batch is one fact', async () => {
    const mail = newMail();
    expect(
      await take(
        body('bounce', mail),
        body('bounce', mail),
        body('delivery', mail),
        body('delivery', mail),
      ),
    ).toEqual([]);
    expect(await eventsOf(mail.messageId)).toHaveLength(2);
  });
});

describe('events that are not about a mail of ours', () => {
  test('without tags suppress all the same and are kept under the id of SES', async () => {
    const mail = newMail();
    await take(untagged('bounce', mail));
    expect(await scopes(mail)).toEqual(['global hard-bounce']);
    const sesId = 'EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000';
    expect((await eventsOf(`ses#${sesId}`)).length).toBeGreaterThan(0);
  });

  test('a complaint without a tenant counts for everybody', async () => {
    const mail = newMail();
    await take(untagged('complaint', mail));
    expect(await scopes(mail)).toEqual(['global complaint']);
  });

  test('garbage is counted and taken off the queue, and harms no other', async () => {
    const mail = newMail();
    unknown.length = 0;
    expect(await take('garbage', body('bounce', mail), '{"eventType":"New"}', 'null')).toEqual([]);
    expect(unknown.toSorted()).toEqual(['no-type', 'not-json', 'type New']);
    expect(await outcome(mail)).toBe('bounced');
  });
});

describe('failures', () => {
  test('name only what failed', async () => {
    const [bad, good] = [newMail(), newMail()];
    const failing: FeedbackPorts = {
      ...ports,
      putEvent: async (item) => {
        if (item.pk === bad.messageId) throw new Error('DynamoDB throttles');
        return ports.putEvent(item);
      },
    };
    const batch = records([body('bounce', bad), body('bounce', good), 'garbage']);
    expect(await feedback(batch, failing)).toEqual(['q0']);
    expect(await outcome(good)).toBe('bounced');
  });

  test('of the write of deliveries bring all deliveries back and nothing else', async () => {
    const [delivered, bounced] = [newMail(), newMail()];
    faults.outage(/^BatchWriteItemCommand$/);
    expect(await take(body('delivery', delivered), body('bounce', bounced))).toEqual(['q0']);
    faults.outage(undefined);
    expect(await outcome(bounced)).toBe('bounced');
    await take(body('delivery', delivered));
    expect(await outcome(delivered)).toBe('delivered');
  });

  test('between suppression and record lose neither when the event comes again', async () => {
    for (const file of ['bounce', 'complaint'] as const)
      for (const call of [1, 2])
        for (const when of ['before', 'after'] as const) {
          const mail = newMail();
          faults.plan({ call, when, kind: 'dead' });
          const failed = await faults.invocation(() => take(body(file, mail)));
          faults.plan(undefined);
          expect(failed).toEqual(['q0']);
          // The recipient is on the list before anything says that the event was taken in.
          if ((await eventsOf(mail.messageId)).length > 0)
            expect(await scopes(mail)).toHaveLength(1);
          await take(body(file, mail));
          expect(await scopes(mail)).toHaveLength(1);
          expect(await eventsOf(mail.messageId)).toHaveLength(1);
        }
  });

  test('at any call of a block leave it noted when the event comes again', async () => {
    for (let call = 1; call <= 4; call += 1) {
      const mail = newMail();
      faults.plan({ call, when: 'before', kind: 'dead' });
      await faults.invocation(() => take(body('bounce', mail, block(mail))));
      faults.plan(undefined);
      await take(body('bounce', mail, block(mail)));
      expect(await readBlocked(tables.suppression, [mail.key])).toEqual(new Set([mail.key]));
      expect(await eventsOf(mail.messageId)).toHaveLength(1);
    }
  });
});

test('a hundred deliveries in one batch are a hundred facts', async () => {
  const mails = Array.from({ length: 100 }, newMail);
  counts.clear();
  expect(await take(...mails.map((mail) => body('delivery', mail)))).toEqual([]);
  for (const mail of mails) expect(await outcome(mail)).toBe('delivered');
  expect(counts.get('delivery')).toBe(100);
});
