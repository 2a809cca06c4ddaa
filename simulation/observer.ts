import * as z from 'zod';
import { names } from './deployment.ts';
import type { AwsCall } from './network.ts';

/** One mail that SES accepted, as SES saw it. */
export type Acceptance = {
  /** Virtual milliseconds since 1970. */
  readonly at: number;
  /** Values of our tags, by name. */
  readonly tags: Readonly<Record<string, string>>;
  readonly address: string;
  readonly sesMessageId: string;
};

/** From when to when a recipient was on the suppression list, in one scope. */
export type Suppressed = { readonly from: number; until: number };

/** What can be seen of the pipeline from outside: SES's door and the suppression table's. */
export type Observer = {
  readonly see: (call: AwsCall, answer: object, now: number) => void;
  /** Told of what SES refused. */
  readonly seeRefusal: (call: AwsCall, error: unknown) => void;
  /** Mails that SES refused, by the name of its exception. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly acceptances: readonly Acceptance[];
  /** By `recipientKey|scope`. */
  readonly suppressions: ReadonlyMap<string, readonly Suppressed[]>;
};

const sendInput = z.looseObject({
  Destination: z.looseObject({ ToAddresses: z.array(z.string()) }),
  EmailTags: z.optional(z.array(z.looseObject({ Name: z.string(), Value: z.string() }))),
});
const sendOutput = z.looseObject({ MessageId: z.string() });
const text = z.looseObject({ S: z.string() });
const key = z.looseObject({ pk: text, sk: text });
const writeInput = z.looseObject({
  TableName: z.string(),
  Item: z.optional(key),
  Key: z.optional(key),
});

/** Returns an observer that has seen nothing yet. */
export function createObserver(): Observer {
  const acceptances: Acceptance[] = [];
  const suppressions = new Map<string, Suppressed[]>();
  const refusals = new Map<string, number>();
  const seeWrite = (operation: string, input: object, now: number): void => {
    const { TableName, Item, Key } = writeInput.parse(input);
    const { pk, sk } = Item ?? Key ?? {};
    if (TableName !== names.tables.suppression || pk === undefined || sk === undefined) return;
    const place = `${pk.S}|${sk.S}`;
    const known = suppressions.get(place) ?? [];
    suppressions.set(place, known);
    const last = known.at(-1);
    const stands = last !== undefined && last.until === Number.POSITIVE_INFINITY;
    if (operation === 'DeleteItem' && stands) last.until = now;
    if (operation === 'PutItem' && !stands)
      known.push({ from: now, until: Number.POSITIVE_INFINITY });
  };
  return {
    acceptances,
    suppressions,
    refusals,
    seeRefusal: ({ service, operation }, error) => {
      if (service !== 'ses' || operation !== 'SendEmail' || !(error instanceof Error)) return;
      refusals.set(error.name, (refusals.get(error.name) ?? 0) + 1);
    },
    see: ({ service, operation, input }, answer, now) => {
      if (service === 'ses' && operation === 'SendEmail') {
        const { Destination, EmailTags = [] } = sendInput.parse(input);
        acceptances.push({
          at: now,
          tags: Object.fromEntries(EmailTags.map(({ Name, Value }) => [Name, Value])),
          address: Destination.ToAddresses[0] ?? '',
          sesMessageId: sendOutput.parse(answer).MessageId,
        });
      }
      if (service === 'dynamodb' && /^(Put|Delete)Item$/.test(operation))
        seeWrite(operation, input, now);
    },
  };
}
