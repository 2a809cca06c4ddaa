/**
 * Sends one mail and one batch with the client, and looks up what became of the mail.
 *
 * Against `npm start` (npx takes the Node that npm ci brought along):
 *   AWS_ENDPOINT_URL=http://127.0.0.1:4566 npx node examples/typescript/send.ts
 * Against your account:
 *   AWS_PROFILE=… AWS_REGION=… npx node examples/typescript/send.ts
 *
 * In a project of your own, until the client is published: `npm pack` in this clone, `npm install` the
 * tarball there, and import from 'goodstanding/client'.
 */
import { createClient, type RequestToSend } from '../../client/client.ts';

const client = createClient();

// The id is yours: the same id is sent once, however often you enqueue it.
const mail: RequestToSend = {
  version: 1,
  kind: 'message',
  id: `order-4711-${Date.now()}`,
  stream: 'transactional',
  from: { name: 'Example Shop', address: 'shop@example.com' },
  to: 'ada@example.org',
  content: {
    subject: 'Your order is on its way 🎉',
    text: 'Hello Ada, it arrives tomorrow.',
    html: '<p>Hello Ada, it arrives <b>tomorrow</b>.</p>',
  },
};

// Shared content, up to 50 recipients, each with values of its own for {{placeholders}}.
const newsletter: RequestToSend = {
  version: 1,
  kind: 'batch',
  id: `spring-${Date.now()}`,
  stream: 'marketing',
  from: 'news@example.com',
  unsubscribe: { url: 'https://example.com/unsubscribe' },
  content: { subject: 'Spring, {{name}}', text: 'Hello {{name}}, everything must go.' },
  recipients: [
    { to: 'ada@example.org', data: { name: 'Ada' } },
    { to: 'grace@example.org', data: { name: 'Grace' } },
  ],
};

const { accepted, notAccepted } = await client.send([mail, newsletter]);
for (const { id, messageId } of accepted) console.log(`enqueued ${id} as ${messageId}`);
for (const { request, reason, detail } of notAccepted)
  console.error(`not enqueued: ${request.id}: ${reason}: ${detail}`);

// Undefined until the pipeline has taken the mail up; then one outcome a recipient.
const outcome = await client.outcome({ id: mail.id });
console.log(outcome?.recipients[0]?.outcome ?? 'not taken up yet');

client.close();
process.exitCode = notAccepted.length === 0 ? 0 : 1;
