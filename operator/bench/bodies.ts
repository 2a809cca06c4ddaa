import type { PipelineConfig } from '../../contract/pipeline-config.ts';
import type { BenchStream } from './bench-config.ts';

/** Mails that a benchmark sends through one stream. */
export type Load = {
  readonly stream: BenchStream;
  readonly mails: number;
  /** Recipients of a batch; absent, each mail is a message of its own. */
  readonly recipientsPerBatch?: number;
  /** Messages that Lambda hands to one invocation. @default 10 */
  readonly messagesPerInvocation?: number;
  /** Tells the ids and mailboxes of one load from those of another. */
  readonly label: string;
  /** Tenants that take turns; absent in single tenancy. */
  readonly tenants?: readonly string[];
};

const htmlBytes = 10_000;

/** Every fiftieth mail bounces and every thousandth is complained about: 2 % and 0.1 %. */
const shares = [
  { mailbox: 'bounce', every: 50, at: 25 },
  { mailbox: 'complaint', every: 1_000, at: 30 },
] as const;

/** Returns the queue bodies of a load: about 10 KB of html each, to the mailbox simulator. */
export function bodiesOf(load: Load, { sendingDomains }: PipelineConfig): readonly string[] {
  const { stream, label, recipientsPerBatch, tenants } = load;
  const common = { version: 1, stream, from: `hello@${sendingDomains[0]?.domain}` };
  if (recipientsPerBatch === undefined)
    return each(load.mails, (index) =>
      JSON.stringify({
        ...common,
        kind: 'message',
        id: `${label}-${index}`,
        to: mailboxOf(label, index),
        content: contentFor(`Reader ${index}`),
        ...(tenants ? { tenant: tenants[index % tenants.length] } : {}),
      }),
    );
  return each(Math.ceil(load.mails / recipientsPerBatch), (batch) => {
    const from = batch * recipientsPerBatch;
    return JSON.stringify({
      ...common,
      kind: 'batch',
      id: `${label}-${batch}`,
      content: contentFor('{{name}}'),
      recipients: each(Math.min(recipientsPerBatch, load.mails - from), (position) => ({
        to: mailboxOf(label, from + position),
        data: { name: `Reader ${from + position}` },
      })),
    });
  });
}

function mailboxOf(label: string, index: number): string {
  const special = shares.find(({ every, at }) => index % every === at);
  return `${special?.mailbox ?? 'success'}+${label}-${index}@simulator.amazonses.com`;
}

const paragraph =
  '<p style="font-family:sans-serif">Your order has left our warehouse and will be with you soon.</p>';

function contentFor(name: string) {
  const html = paragraph.repeat(Math.ceil(htmlBytes / paragraph.length));
  return {
    subject: `News for ${name}`,
    text: `Dear ${name}, your order has left.`,
    html: `<p>Dear ${name}</p>${html}`,
  };
}

function each<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
