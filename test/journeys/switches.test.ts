/**
 * Goal: what costs extra works where it is switched on. Method: the deployment with every switch on; the
 * bus, the bucket and the ledger are looked at as an app and an operator would.
 */
import { CreateEmailTemplateCommand } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listStoredAttempts } from '../../adapters/attempt-content.ts';
import { createSes, localTarget } from '../../adapters/clients.ts';
import { recipientKey } from '../../domain/address.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { epochMs } from '../../domain/time.ts';
import { findByRecipient, findBySesMessageId } from '../../operator/actions/find-mail.ts';
import { forgetRecipient } from '../../operator/actions/forget.ts';
import { addSuppressions } from '../../operator/actions/suppress.ts';
import { mustParse } from '../support/dispatch-world.ts';
import { batch, message, newId } from '../support/requests.ts';
import { mailsWith, script } from './support/mailboxes.ts';
import { outcomesTold, until, untilAll, untilOne } from './support/outcomes.ts';
import { newTenant, openWorld, type World } from './support/world.ts';

let world: World;
const tenant = 'acme';

beforeAll(async () => {
  world = await openWorld({ journey: 'switches', stack: 'many' });
  await newTenant(world, tenant);
});
afterAll(() => world.close());

const keyOf = async (to: string) =>
  recipientKey(mustParse(to), await world.backend.recipientSecret());

async function send(to: string, stream = 'transactional'): Promise<string> {
  const id = newId('switch');
  await world.enqueue([message({ id, tenant, to, stream })], stream);
  return id;
}

/** Waits until the app was told so many outcomes of its request, and returns them. */
async function told(id: string, count = 1): Promise<readonly string[]> {
  const events = await until(
    async () => (await outcomesTold(world)).filter((event) => event.id === id),
    ({ length }) => length >= count,
  );
  return events.map(({ outcome, reason }) => (reason ? `${outcome}/${reason}` : outcome));
}

test('an app hears of each outcome once: delivered, bounced, suppressed, and accepted without Deliveries', async () => {
  const [bounces, gone] = ['bounces@recipient.example', 'gone@recipient.example'];
  await script(world, [{ address: bounces, outcome: 'bounce' }]);
  await addSuppressions(world.backend, [gone], {
    request: { scope: 'global', reason: 'manual' },
    now: epochMs(Date.now()),
  });
  const ids = [
    await send('fine@recipient.example'),
    await send(bounces),
    await send(gone),
    await send('news@recipient.example', 'marketing'),
  ];
  expect(await Promise.all(ids.map((id) => told(id)))).toEqual([
    ['delivered'],
    ['bounced/invalid-recipient'],
    ['suppressed/manual'],
    ['accepted'],
  ]);
});

test('a batch goes to SES in few calls where the stream says bulk, each mail rendered for its reader', async () => {
  await createSes(localTarget(world.endpoint)).send(
    new CreateEmailTemplateCommand({
      TemplateName: 'digest',
      TemplateContent: { Subject: 'For {{name}}', Text: 'Hello {{name}}' },
    }),
  );
  const contents = [{ subject: 'News for {{name}}', text: 'Hello' }, { template: 'digest' }];
  for (const content of contents) {
    const id = newId('bulk');
    const readers = Array.from({ length: 30 }, (_, index) => ({
      to: `${id}-${index}@recipient.example`,
      data: { name: `Reader ${index}` },
    }));
    const request = batch(readers, { id, tenant, stream: 'newsletter', content });
    await world.enqueue([request], 'newsletter');
    await untilAll(world, { id, tenant }, 'accepted');
    const mails = await mailsWith(world, messageIdOf(tenant, id));
    expect(new Set(mails.map(({ operation }) => operation))).toEqual(new Set(['SendBulkEmail']));
    expect(new Set(mails.map(({ subject }) => subject)).size).toBe(30);
  }
});

test('an operator finds a mail by its recipient and by SES’s id, and forgets its copy', async () => {
  const to = 'forgotten@recipient.example';
  const id = await send(to);
  const { sesMessageIds } = await untilOne(world, { id, tenant }, 'delivered');
  const whom = { recipientKey: await keyOf(to) };
  const { mails } = await until(
    () => findByRecipient(world.backend, whom),
    (found) => found.mails.length > 0,
  );
  expect(mails).toMatchObject([{ id, tenant, outcome: 'delivered' }]);
  expect(await findBySesMessageId(world.backend, sesMessageIds[0] ?? '')).toMatchObject({ id });
  expect(await storedCount()).toBeGreaterThan(0);
  expect(await forgetRecipient(world.backend, whom)).toMatchObject({ copies: 1, indexItems: 2 });
  expect((await findByRecipient(world.backend, whom)).mails).toEqual([]);
  expect(await forgetRecipient(world.backend, whom)).toMatchObject({ copies: 0, indexItems: 0 });
});

async function storedCount(): Promise<number> {
  let count = 0;
  for await (const keys of listStoredAttempts(await world.backend.contentStore()))
    count += keys.length;
  return count;
}
