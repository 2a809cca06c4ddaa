import * as z from 'zod';
import { tagNames } from '../../../contract/tags.ts';
import { askLocal, type World } from './world.ts';

/** A mail as SES received it. */
export type ReceivedMail = z.output<typeof receivedMail>;

const receivedMail = z.object({
  messageId: z.string(),
  operation: z.string(),
  from: z.string(),
  configurationSet: z.string().nullable(),
  pool: z.string(),
  tags: z.record(z.string(), z.string()),
  subject: z.string().nullable(),
  status: z.string(),
  destination: z.object({ to: z.array(z.string()) }),
});

/** Returns every mail that SES received for an address, oldest first. */
export async function mailsTo(world: World, address: string): Promise<readonly ReceivedMail[]> {
  const found = await askLocal(world, `/messages?to=${encodeURIComponent(address)}`);
  return z.array(receivedMail).parse(found);
}

/** Returns every mail that SES received. */
export async function allMails(world: World): Promise<readonly ReceivedMail[]> {
  return z.array(receivedMail).parse(await askLocal(world, '/messages'));
}

/** Returns the bytes of a mail as it leaves SES. */
export async function mimeOf({ endpoint }: World, messageId: string): Promise<Buffer> {
  const answer = await fetch(`${endpoint}/_local/messages/${messageId}.eml`);
  return Buffer.from(await answer.arrayBuffer());
}

/** Changes what SES thinks of the account, such as `{ productionAccess: false }`. */
export async function changeAccount(world: World, change: object): Promise<void> {
  await askLocal(world, '/ses/account', { method: 'PUT', body: change });
}

/** Tells how mailboxes answer, such as `{ address, outcome: 'bounce' }`. */
export async function script(world: World, scripts: readonly object[]): Promise<void> {
  await askLocal(world, '/ses/recipients', { method: 'PUT', body: [...scripts] });
}

/** Verifies an identity, or takes its verification away. */
export async function verify(world: World, identity: string, verified = true): Promise<void> {
  await askLocal(world, '/ses/identities', { method: 'PUT', body: { identity, verified } });
}

/** Returns the addresses on SES's own account suppression list. */
export async function sesSuppressed(world: World): Promise<readonly string[]> {
  const list = z.array(z.object({ address: z.string() }));
  return list.parse(await askLocal(world, '/ses/suppression')).map(({ address }) => address);
}

/** Returns every mail that SES received for a message of ours. */
export async function mailsWith(world: World, ourId: string): Promise<readonly ReceivedMail[]> {
  const mails = await allMails(world);
  return mails.filter(({ tags }) => tags[tagNames.message]?.startsWith(ourId));
}
