/**
 * Goal: whatever an app gets wrong has a named reason in the ledger and on the event bus, and the good
 * mail that shares its batch does not notice. Method: every bad request there is, each beside good ones
 * in the same queue.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requestLimits } from '../../contract/send-request.ts';
import type { RejectReason } from '../../domain/reasons.ts';
import { badRequests } from '../contract/bad-requests.ts';
import { type Body, batch, message, newId, rawContent } from '../support/requests.ts';
import { allMails, mailsTo, mimeOf } from './support/mailboxes.ts';
import { outcomeOf, type Rejection, rejections, until, untilOne } from './support/outcomes.ts';
import { readMime } from './support/read-mime.ts';
import { newTenant, openWorld, type World } from './support/world.ts';

const tenant = 'acme';
let world: World;

beforeAll(async () => {
  world = await openWorld({ journey: 'bad-requests', stack: 'many' });
  await newTenant(world, tenant);
});

afterAll(() => world.close());

type Bad = {
  readonly title: string;
  readonly body: string | object;
  readonly reason: RejectReason;
};

const ours = (over: Body) => message({ tenant, ...over });
const foreign = 'ceo@bank.example';
const hour = 3_600_000;

/** What the contract cannot see, because it needs the deployment. */
const unknownHere: readonly Bad[] = [
  {
    title: 'unknown stream',
    body: ours({ stream: 'pigeons' }),
    reason: 'stream-unknown',
  },
  {
    title: "another stream's queue",
    body: ours({ stream: 'marketing' }),
    reason: 'stream-mismatch',
  },
  { title: 'unknown pool', body: ours({ pool: 'gold' }), reason: 'pool-unknown' },
  { title: "another stream's pool", body: ours({ pool: 'managed' }), reason: 'pool-unknown' },
  { title: 'unknown tenant', body: message({ tenant: 'nobody' }), reason: 'tenant-unknown' },
  { title: 'foreign From', body: ours({ from: foreign }), reason: 'from-domain-foreign' },
  {
    title: 'a From domain of the deployment, but not of the tenant',
    body: ours({ from: 'ada@other.example' }),
    reason: 'from-domain-foreign',
  },
  {
    title: 'a foreign From hidden in raw MIME',
    body: ours({ content: rawContent([`From: ${foreign}`, 'Subject: s']) }),
    reason: 'from-domain-foreign',
  },
  {
    title: 'a foreign Sender hidden in raw MIME',
    body: ours({ content: rawContent(['From: ada@sender.example', `Sender: ${foreign}`]) }),
    reason: 'from-domain-foreign',
  },
  {
    title: 'a second From in raw MIME',
    body: ours({ content: rawContent(['From: ada@sender.example', `From: ${foreign}`]) }),
    reason: 'from-header-mismatch',
  },
  {
    title: 'a configuration set smuggled into raw MIME',
    body: ours({ content: rawContent(['From: ada@sender.example', 'X-SES-CONFIGURATION-SET: x']) }),
    reason: 'header-reserved',
  },
  {
    title: 'a send more than a year ahead',
    body: ours({ sendAt: new Date(Date.now() + 366 * 24 * hour).toISOString() }),
    reason: 'send-at-too-far',
  },
  {
    title: 'an offloaded body that is not there',
    body: { version: 1, kind: 'stored', s3Key: 'requests/acme/gone.json' },
    reason: 'stored-body-missing',
  },
  {
    title: 'an attachment that is not there',
    body: ours({
      attachments: [{ filename: 'a', contentType: 'a/b', s3Key: 'attachments/acme/gone' }],
    }),
    reason: 'attachment-missing',
  },
];

/** The contract's own table; an id of one's own where the id is not what is wrong. */
const unreadable: readonly Bad[] = badRequests.map(({ title, request, reason }) => ({
  title,
  reason,
  body:
    typeof request === 'object' && request['id'] === 'good'
      ? { ...request, id: newId('bad') }
      : request,
}));

const table = [...unreadable, ...unknownHere].filter(({ body }) => body !== '');

test(`${table.length} bad requests each get their reason, and every good one beside them arrives`, async () => {
  const good = table.map(() => newId('good'));
  const queued = await world.enqueue(
    table.flatMap(({ body }, index) => {
      const id = good[index] ?? '';
      return [body, ours({ id, to: `${id}@recipient.example` })];
    }),
  );
  for (const id of good) await untilOne(world, { id, tenant }, 'delivered');
  const told = await until(
    () => rejections(world),
    (seen) => table.every((_, index) => seen.some(isOf(queued[index * 2]))),
  );
  const got = await Promise.all(
    table.map(async ({ title }, index) => {
      const queueMessageId = queued[index * 2] ?? '';
      const event = told.find(isOf(queueMessageId));
      const outcome = await outcomeOf(world, { id: event?.messageId ?? queueMessageId });
      const [recipient] = outcome?.recipients ?? [];
      return { title, event: event?.reason, ledger: recipient?.reason, what: recipient?.outcome };
    }),
  );
  expect(got).toEqual(
    table.map(({ title, reason }) => ({ title, event: reason, ledger: reason, what: 'rejected' })),
  );
  const received = (await allMails(world)).flatMap(({ destination }) => destination.to);
  for (const address of ['ada@example.org', 'grace@recipient.example', 'victim@example.org'])
    expect(received).not.toContain(address);
});

test('of fifty recipients the bad ones are refused by name and the others get their mail', async () => {
  const bad = ['nobody', 'a@b@', 'jürgen@recipient.example', 'ada@localhost', 'x@[127.0.0.1]'];
  const id = newId();
  const good = Array.from({ length: 44 }, (_, index) => `${id}-${index}@recipient.example`);
  const recipients = [...good, ...bad, (good[0] ?? '').toUpperCase()].map((to) => ({
    to,
    data: { name: 'x' },
  }));
  await world.enqueue([batch(recipients, { id, tenant })]);
  const seen = await until(
    () => outcomeOf(world, { id, tenant }),
    (found) => found?.recipients.every(({ outcome }) => /delivered|rejected/.test(outcome)),
  );
  expect(seen?.recipients.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
    ...good.map(() => 'delivered'),
    'recipient-without-domain',
    'recipient-without-domain',
    'recipient-local-part-not-ascii',
    'recipient-invalid',
    'recipient-invalid',
    'duplicate-recipient',
  ]);
  const told = await until(
    async () => (await rejections(world)).filter((event) => event.id === id),
    ({ length }) => length >= bad.length + 1,
  );
  expect(told.map(({ recipientIndex }) => recipientIndex).sort()).toEqual([44, 45, 46, 47, 48, 49]);
});

test('an unknown template is the request’s fault, told when SES says so', async () => {
  const id = newId();
  await world.enqueue([ours({ id, content: { template: 'nowhere' } })]);
  const { reason, detail } = await rejected(id);
  expect(reason).toBe('template-unknown');
  expect(detail).toContain('nowhere');
  await untilOne(world, { id, tenant }, 'rejected');
});

test('an id stands for one request: another content under it is refused, and the first stays', async () => {
  const id = newId();
  const to = `${id}@recipient.example`;
  await world.enqueue([ours({ id, to })]);
  await untilOne(world, { id, tenant }, 'delivered');
  await world.enqueue([ours({ id, to, content: { subject: 'Another', text: 'x' } })]);
  expect((await rejected(id)).reason).toBe('id-reused');
  expect(await mailsTo(world, to)).toMatchObject([{ subject: 'Your order' }]);
  await untilOne(world, { id, tenant }, 'delivered');
});

test('a request that was refused may be corrected and sent under the same id', async () => {
  const id = newId();
  await world.enqueue([ours({ id, to: 'nobody' })]);
  await untilOne(world, { id, tenant }, 'rejected');
  await world.enqueue([ours({ id, to: `${id}@recipient.example` })]);
  await untilOne(world, { id, tenant }, 'delivered');
});

test('a domain in another script is reached under its ASCII name', async () => {
  const id = newId();
  await world.enqueue([ours({ id, to: 'ada@bücher.example' })]);
  await untilOne(world, { id, tenant }, 'delivered');
  expect(await mailsTo(world, 'ada@xn--bcher-kva.example')).toHaveLength(1);
});

test('a body of exactly 1 MiB goes through the queue, a larger one through the bucket', async () => {
  const [byHand, byClient, larger] = [newId(), newId(), newId()];
  const exact = bodyOf(byHand, requestLimits.queueBodyBytes);
  expect(Buffer.byteLength(exact)).toBe(1_048_576);
  await world.enqueue([exact]);
  const handed = [bodyOf(byClient, requestLimits.queueBodyBytes), bodyOf(larger, 3_000_000)];
  const { accepted, notAccepted } = await world.client.send(handed.map((one) => JSON.parse(one)));
  expect([accepted.length, notAccepted]).toEqual([2, []]);
  for (const [id, body] of [
    [byHand, exact],
    [byClient, handed[0]],
    [larger, handed[1]],
  ] as const) {
    await untilOne(world, { id, tenant }, 'delivered');
    const [mail] = await mailsTo(world, `${id}@recipient.example`);
    const { text } = await readMime(await mimeOf(world, mail?.messageId ?? ''));
    expect(text?.trim()).toBe(JSON.parse(body ?? '').content.text.trim());
  }
});

/** Returns a request of exactly this many bytes. */
function bodyOf(id: string, bytes: number): string {
  const bare = ours({ id, to: `${id}@recipient.example`, content: { subject: 's', text: '' } });
  const room = bytes - JSON.stringify(bare).length;
  const text = `${randomUUID()} `.repeat(bytes / 37 + 1).slice(0, room);
  return JSON.stringify({ ...bare, content: { subject: 's', text } });
}

async function rejected(id: string): Promise<Rejection> {
  const seen = await until(
    () => rejections(world),
    (all) => all.some((event) => event.id === id),
  );
  const found = seen.find((event) => event.id === id);
  if (!found) throw new Error(`nobody was told about ${id}`);
  return found;
}

function isOf(queueMessageId: string | undefined): (event: Rejection) => boolean {
  return (event) => event.queueMessageId === queueMessageId;
}
