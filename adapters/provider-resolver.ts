import { resolveMx } from 'node:dns/promises';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { ledgerKeys } from '../contract/table-keys.ts';
import { consumerProviderOf, type Provider, unknownProvider } from '../domain/provider.ts';
import { type MailExchanger, providerOfMx } from '../domain/provider-of-mx.ts';
import { type Clock, dayMs, epochMs, hourMs, minuteMs, ttlEpochSeconds } from '../domain/time.ts';
import { askTogether } from './ask-together.ts';
import { withinDnsTime } from './dns-wait.ts';
import { getItems, type Table, toItem } from './items.ts';

/** Returns who keeps the mailboxes of a domain; never throws, never takes longer than a second and a half. */
export type ResolveProvider = (domain: string) => Promise<Provider>;

/** Asks DNS for a domain's mail exchangers. @throws where nobody answers, or there are none */
export type ResolveMx = (domain: string) => Promise<readonly MailExchanger[]>;

/** What the resolver asks of the world. */
export type ResolverPorts = {
  readonly resolveMx?: ResolveMx;
  readonly clock: Clock;
  readonly failure: (error: unknown) => void;
};

/** A company changes who hosts its mail rarely; what DNS denies may be mended within the hour. */
const foundMs = 7 * dayMs;
const deniedMs = hourMs;
/** Nobody answered: the next mail asks again. */
const silentMs = minuteMs;
const rememberedMax = 20_000;

const cached = z.object({ domain: z.string(), provider: z.string(), until: z.number() });

type Answer = { readonly provider: Provider; readonly until: number };

/**
 * Returns a resolver with two caches: this environment's memory, and the ledger table for all of them.
 * Large consumer domains need neither. Domains that are asked for together are read in one call.
 */
export function createProviderResolver(table: Table, ports: ResolverPorts): ResolveProvider {
  const { clock, failure } = ports;
  const memory = new Map<string, { readonly finding: Promise<Answer>; until: number }>();
  const read = askTogether((domains) => readAnswers(table, domains));
  const find = async (domain: string): Promise<Answer> => {
    const stored = await read(domain).catch((error: unknown) => {
      failure(error);
      return undefined;
    });
    if (stored && stored.until > clock()) return stored;
    const asked = await ask(domain, ports);
    if (asked.store) await store(table, domain, asked).catch(failure);
    return asked;
  };
  return async (domain) => {
    const consumer = consumerProviderOf(domain);
    if (consumer) return consumer;
    const known = memory.get(domain);
    if (known && known.until > clock()) return (await known.finding).provider;
    if (memory.size >= rememberedMax) memory.clear();
    const entry = { finding: find(domain), until: Number.POSITIVE_INFINITY };
    memory.set(domain, entry);
    const answer = await entry.finding;
    entry.until = answer.until;
    return answer.provider;
  };
}

/** RFC 5321: a domain without MX records is its own mail server. Without an answer in time the mail leaves as mail to `other`. */
async function ask(
  domain: string,
  { resolveMx: resolve = resolveMx, clock }: ResolverPorts,
): Promise<Answer & { readonly store: boolean }> {
  try {
    const exchangers = await withinDnsTime(resolve(domain));
    const provider = providerOfMx(exchangers) ?? unknownProvider;
    return { provider, until: clock() + foundMs, store: true };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENODATA') {
      const own = providerOfMx([{ exchange: domain, priority: 0 }]) ?? unknownProvider;
      return { provider: own, until: clock() + foundMs, store: true };
    }
    if (code === 'ENOTFOUND')
      return { provider: unknownProvider, until: clock() + deniedMs, store: true };
    return { provider: unknownProvider, until: clock() + silentMs, store: false };
  }
}

/** Idempotency key: the domain; the last answer wins. No condition. One write unit. */
async function store(table: Table, domain: string, { provider, until }: Answer): Promise<void> {
  const ttl = ttlEpochSeconds(epochMs(until), 0);
  await table.dynamo.send(
    new PutItemCommand({
      TableName: table.name,
      Item: toItem({ ...ledgerKeys.provider(domain), domain, provider, until, ttl }),
    }),
  );
}

/** Half a read unit a domain. */
async function readAnswers(
  table: Table,
  domains: readonly string[],
): Promise<ReadonlyMap<string, Answer>> {
  const items = await getItems(table, domains.map(ledgerKeys.provider));
  const answers = items.map((item) => cached.parse(item));
  return new Map(answers.map((answer) => [answer.domain, answer]));
}
