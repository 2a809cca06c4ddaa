/**
 * Goal: what SES reports becomes the right outcome and suppresses whom it must, and nobody else. Method:
 * mailboxes are scripted in the SES emulator, whose events take the whole way back; what comes twice, or
 * late, is published on the topic by hand.
 */
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { PutSuppressedDestinationCommand } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSes, localTarget } from '../../adapters/clients.ts';
import { queryPartition, toItem } from '../../adapters/items.ts';
import { suppressionKeys, suppressionScope } from '../../contract/table-keys.ts';
import { recipientKey } from '../../domain/address.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { epochMs, hourMs } from '../../domain/time.ts';
import { addSuppressions, checkSuppressions } from '../../operator/actions/suppress.ts';
import { mustParse } from '../support/dispatch-world.ts';
import { message, newId } from '../support/requests.ts';
import { mailsTo, script, sesSuppressed } from './support/mailboxes.ts';
import { outcomeOf, until, untilKnown, untilOne } from './support/outcomes.ts';
import { fireSchedule } from './support/schedules.ts';
import {
  bounceEvent,
  complaintEvent,
  deliveryEvent,
  publishEvent,
  publishText,
} from './support/ses-events.ts';
import { newTenant, openWorld, type World } from './support/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld({ journey: 'feedback', stack: 'many' });
  await newTenant(world, 'acme');
  await newTenant(world, 'umbrella');
});

afterAll(() => world.close());

type Mailbox = { readonly to: string; readonly id: string };

/** Sends one mail of `acme` to a mailbox that answers as scripted. */
async function sendTo(answer: object): Promise<Mailbox> {
  const to = `${newId('box')}@recipient.example`;
  await script(world, [{ address: to, ...answer }]);
  return { to, id: await send(to) };
}

async function send(to: string, tenant = 'acme'): Promise<string> {
  const id = newId();
  await world.enqueue([message({ id, tenant, to })]);
  return id;
}

/** Returns the scopes in which an address is suppressed, with the reason of each. */
async function suppressions(address: string): Promise<Readonly<Record<string, string>>> {
  const [found] = await checkSuppressions(world.backend, [address], { now: now() });
  if (!found?.usable) throw new Error(`${address} is no address`);
  return Object.fromEntries(found.result.map(({ scope, reason }) => [scope, reason]));
}

/** What becomes of the next mail to an address, for the tenant who sent before and for another. */
async function afterwards(to: string): Promise<readonly [acme: string, umbrella: string]> {
  const [mine, theirs] = [await send(to), await send(to, 'umbrella')];
  const ended = async (id: string, tenant: string) => {
    const seen = await until(
      () => outcomeOf(world, { id, tenant }),
      (found) => !/pending|accepted/.test(found?.recipients[0]?.outcome ?? 'pending'),
    );
    return seen?.recipients[0]?.outcome ?? '';
  };
  return [await ended(mine, 'acme'), await ended(theirs, 'umbrella')];
}

test('a hard bounce suppresses the address for every tenant', async () => {
  const { to, id } = await sendTo({ outcome: 'bounce' });
  const { reason, facts } = await untilOne(world, { id, tenant: 'acme' }, 'bounced');
  expect(reason).toBe('invalid-recipient');
  expect(facts.at(-1)).toMatchObject({ type: 'Permanent/General', status: '5.1.1' });
  expect(await suppressions(to)).toEqual({ global: 'hard-bounce' });
  expect(await afterwards(to)).toEqual(['suppressed', 'suppressed']);
  expect(await mailsTo(world, to)).toHaveLength(1);
});

test('a complaint suppresses the address for the tenant who was complained about, and no other', async () => {
  // Told by hand, because SES's own list knows no tenants: see the next journey.
  const { to, id } = await sendTo({ outcome: 'silent' });
  await untilOne(world, { id, tenant: 'acme' }, 'accepted');
  await publishEvent(world, to, complaintEvent);
  const { facts } = await untilOne(world, { id, tenant: 'acme' }, 'complained');
  expect(facts.map(({ what }) => what)).toEqual(['accepted', 'complaint']);
  expect(await suppressions(to)).toEqual({ 'tenant#acme': 'complaint' });
  await script(world, [{ address: to, outcome: 'delivery' }]);
  expect(await afterwards(to)).toEqual(['suppressed', 'delivered']);
});

test('where SES lists the complaint itself, its own list holds back every tenant, and we say so', async () => {
  const { to, id } = await sendTo({ outcome: 'complaint' });
  await untilOne(world, { id, tenant: 'acme' }, 'complained');
  expect(await suppressions(to)).toEqual({ 'tenant#acme': 'complaint' });
  expect(await sesSuppressed(world)).toContain(to);
  const other = await send(to, 'umbrella');
  const { reason } = await untilOne(world, { id: other, tenant: 'umbrella' }, 'suppressed');
  expect(reason).toBe('ses-suppressed');
});

test('an address that SES itself holds back is told as suppressed', async () => {
  const { id } = await sendTo({ outcome: 'suppressed' });
  const { reason } = await untilOne(world, { id, tenant: 'acme' }, 'suppressed');
  expect(reason).toBe('ses-suppressed');
});

test('when events tell that SES took a mail twice, the second one is marked', async () => {
  const { to, id } = await sendTo({ outcome: 'silent' });
  const { sesMessageIds } = await untilOne(world, { id, tenant: 'acme' }, 'accepted');
  await publishEvent(world, to, deliveryEvent);
  const mail = { messageId: 'zz-the-other-mail', timestamp: '2026-01-01T00:00:00.000Z' };
  await publishEvent(world, to, (one) => ({ ...deliveryEvent(one), mail }));
  const twins = async () => {
    const found: unknown[] = [];
    for await (const { sk } of queryPartition(world.backend.tables.ledger, messageIdOf('acme', id)))
      if (String(sk).startsWith('twin#')) found.push(sk);
    return found;
  };
  expect(await until(twins, (found) => found.length > 0)).toEqual(['twin#00#zz-the-other-mail']);
  const { sesMessageIds: both } = await untilOne(world, { id, tenant: 'acme' }, 'delivered');
  expect(both).toEqual(expect.arrayContaining([...sesMessageIds, 'zz-the-other-mail']));
});

type Harmless = {
  readonly title: string;
  readonly answer: object;
  readonly outcome: 'bounced' | 'delivered';
  readonly reason?: string;
};

const blockedBy = (diagnosticCode: string, reason: string) => ({
  answer: { outcome: 'block', diagnosticCode: `smtp; ${diagnosticCode}` },
  outcome: 'bounced' as const,
  reason,
});

const harmless: readonly Harmless[] = [
  {
    title: 'a full mailbox',
    answer: { outcome: 'softBounce' },
    outcome: 'bounced',
    reason: 'mailbox-full',
  },
  {
    title: 'a block by a blocklist',
    ...blockedBy(
      '550 5.7.1 Client host [192.0.2.1] blocked using zen.spamhaus.org',
      'blocklist-dnsbl',
    ),
  },
  {
    title: 'a block by Microsoft',
    ...blockedBy(
      '550 5.7.1 Part of their network is on our block list (S3150).',
      'block-ip-reputation',
    ),
  },
  {
    title: 'a block by Yahoo',
    ...blockedBy(
      '421 4.7.0 [TSS04] Messages temporarily deferred due to user complaints',
      'block-ip-reputation',
    ),
  },
  {
    title: 'a not-spam report',
    answer: { outcome: 'complaint', feedbackType: 'not-spam' },
    outcome: 'delivered',
  },
  { title: 'a delay that ends well', answer: { outcome: 'delay' }, outcome: 'delivered' },
];

test.each(harmless)('$title suppresses nobody', async ({ answer, outcome, reason }) => {
  const { to, id } = await sendTo(answer);
  const ended = await untilOne(world, { id, tenant: 'acme' }, outcome);
  expect(ended.reason).toBe(reason);
  await script(world, [{ address: to, outcome: 'delivery' }]);
  expect(await afterwards(to)).toEqual(['delivered', 'delivered']);
  expect(await suppressions(to)).toEqual({});
});

test('a delay and the delivery after it are both told', async () => {
  const { id } = await sendTo({ outcome: 'delay' });
  const told = ['accepted', 'deliverydelay', 'delivery'];
  const { outcome } = await untilKnown(world, { id, tenant: 'acme' }, told);
  expect(outcome).toBe('delivered');
});

test('events that come twice and in the wrong order change nothing', async () => {
  const { to, id } = await sendTo({ outcome: 'silent' });
  await untilOne(world, { id, tenant: 'acme' }, 'accepted');
  const bounce = bounceEvent('5.1.1', 'user unknown');
  for (const event of [bounce, bounce, deliveryEvent, deliveryEvent, bounce])
    await publishEvent(world, to, event);
  const told = ['accepted', 'bounce', 'delivery'];
  const { outcome, facts } = await untilKnown(world, { id, tenant: 'acme' }, told);
  expect(outcome).toBe('bounced');
  expect(facts.map(({ what }) => what).sort()).toEqual(told);
});

test('what no function knows is counted, and harms nothing that comes with it', async () => {
  const { to, id } = await sendTo({ outcome: 'silent' });
  await untilOne(world, { id, tenant: 'acme' }, 'accepted');
  await publishText(world, 'Successfully validated SNS topic for Amazon SES event publishing.');
  await publishText(world, '{"eventType":"Telepathy","mail":{"messageId":"1"}}');
  await publishEvent(world, to, bounceEvent('5.1.1', 'user unknown'));
  await untilOne(world, { id, tenant: 'acme' }, 'bounced');
  await until(
    async () => world.logs.filter((line) => line.includes('"UnknownFeedback":')),
    (lines) => lines.length > 0,
  );
});

test('a suppression ends when its time is over, and one without end stays', async () => {
  const brief = `${newId('box')}@recipient.example`;
  const lasting = `${newId('box')}@recipient.example`;
  const request = { scope: 'global', reason: 'manual' };
  const expiresAt = Date.now() + hourMs;
  await addSuppressions(world.backend, [brief], { request: { ...request, expiresAt }, now: now() });
  await addSuppressions(world.backend, [lasting], { request, now: now() });
  expect(await afterwards(brief)).toEqual(['suppressed', 'suppressed']);
  await letEnd(brief);
  expect(await afterwards(brief)).toEqual(['delivered', 'delivered']);
  expect(await afterwards(lasting)).toEqual(['suppressed', 'suppressed']);
});

test("SES's own list is imported with its origin, and what only a block put there comes off both lists", async () => {
  const imported = `${newId('box')}@recipient.example`;
  const blocked = {
    status: '5.7.1',
    diagnosticCode: 'smtp; 550 5.7.1 blocked using zen.spamhaus.org',
  };
  const { to: early, id } = await sendTo({ outcome: 'silent' });
  await untilOne(world, { id, tenant: 'acme' }, 'accepted');
  await putOnSesList(imported, early);
  await synced();
  expect(await suppressions(imported)).toEqual({ global: 'ses-bounce' });
  expect(await suppressions(early)).toEqual({ global: 'ses-bounce' });

  // The event that explains the second entry comes late; SES lists a third address for a block.
  await publishEvent(world, early, bounceEvent('5.7.1', 'blocked using zen.spamhaus.org'));
  await untilOne(world, { id, tenant: 'acme' }, 'bounced');
  expect(await suppressions(early)).toEqual({});
  const { to: late, id: lateId } = await sendTo({ outcome: 'bounce', ...blocked });
  await untilOne(world, { id: lateId, tenant: 'acme' }, 'bounced');
  expect(await sesSuppressed(world)).toEqual(expect.arrayContaining([imported, early, late]));
  await synced();
  const left = await sesSuppressed(world);
  expect(left).toContain(imported);
  expect(left).not.toContain(early);
  expect(left).not.toContain(late);
  expect([await suppressions(early), await suppressions(late)]).toEqual([{}, {}]);
  expect(await suppressions(imported)).toEqual({ global: 'ses-bounce' });
});

/** Dates the end of an address's suppression back: nobody waits an hour. */
async function letEnd(address: string): Promise<void> {
  const { suppression } = world.backend.tables;
  const key = recipientKey(mustParse(address), await world.backend.recipientSecret());
  await suppression.dynamo.send(
    new UpdateItemCommand({
      TableName: suppression.name,
      Key: toItem(suppressionKeys.entry(key, suppressionScope.global)),
      UpdateExpression: 'SET expiresAt = expiresAt - :past',
      ConditionExpression: 'attribute_exists(expiresAt)',
      ExpressionAttributeValues: toItem({ ':past': 2 * hourMs }),
    }),
  );
}

async function synced(): Promise<void> {
  const said = () => world.logs.filter((line) => line.includes('"suppression.synced"')).length;
  const before = said();
  await fireSchedule(world, world.names.suppressionFunction);
  await until(
    async () => said(),
    (count) => count > before,
  );
}

async function putOnSesList(...addresses: readonly string[]): Promise<void> {
  const ses = createSes(localTarget(world.endpoint));
  for (const EmailAddress of addresses)
    await ses.send(new PutSuppressedDestinationCommand({ EmailAddress, Reason: 'BOUNCE' }));
  ses.destroy();
}

function now() {
  return epochMs(Date.now());
}
