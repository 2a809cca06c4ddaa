import type * as z from 'zod';
import { bucketAt, bucketOf } from '../../contract/attempt-id.ts';
import type { untaggedOrigin } from '../../contract/environment.ts';
import { namesOf } from '../../contract/names.ts';
import type { ReadOrigin } from '../../contract/origin-tag.ts';
import type { Origin } from '../../domain/evidence/model.ts';
import { providerOf } from '../../domain/provider.ts';
import { type EpochMs, epochMs } from '../../domain/time.ts';
import { type Report, readAddress } from './read-event.ts';

/** Where and when a mail counts in the evidence. */
export type Place = {
  readonly origin: Origin;
  /** When its send bucket begins. */
  readonly sentAt: EpochMs;
  /** It is read from what SES says, because the event carries no tag of ours that we know. */
  readonly untagged?: true;
};

/** What finding a place asks of the world. */
export type PlacePorts = {
  /** Returns the place of what carries no tag, from its configuration set. */
  readonly untagged: UntaggedPlace;
  /** Returns where a mail came from by the journal; undefined where it is forgotten. */
  readonly readOrigin: (
    attemptId: string,
    mail: NonNullable<Report['message']>,
  ) => Promise<Origin | undefined>;
};

/** What is known of a mail by its configuration set, for what its event does not say. */
export type UntaggedPlace = {
  readonly tenant: string;
  readonly bySet: ReadonlyMap<string, Pick<Origin, 'stream' | 'pool'>>;
};

/**
 * Returns where and when a mail counts. The tag says it; names that had no room in it are looked up in the
 * journal. Without a tag the configuration set tells stream and pool, the recipient's domain the provider,
 * the sender the identity, and SES's clock the bucket; the tenant is known where there is only one.
 */
export async function placeOf(report: Report, ports: PlacePorts): Promise<Place> {
  const { tagged } = report;
  if (!tagged) return placeOfUntagged(report, ports.untagged);
  const sentAt = bucketOf(tagged.attemptId);
  return { origin: await wholeOrigin(tagged, report.message, ports), sentAt };
}

/** Returns what a deployment's settings say of mail without a tag. */
export function untaggedPlaceOf(
  deployment: string,
  { tenant, streams }: z.output<typeof untaggedOrigin>,
): UntaggedPlace {
  const { configurationSet } = namesOf(deployment);
  const bySet = Object.entries(streams).flatMap(([stream, pools]) =>
    pools.map((pool) => [configurationSet(stream, pool), { stream, pool }] as const),
  );
  return { tenant, bySet: new Map(bySet) };
}

/** Where the journal has forgotten, the digests stand for the names: they are told apart all the same. */
async function wholeOrigin(
  { attemptId, origin, shortened }: ReadOrigin,
  message: Report['message'],
  { readOrigin }: PlacePorts,
): Promise<Origin> {
  if (shortened.length === 0 || !message) return origin;
  return (await readOrigin(attemptId, message)) ?? origin;
}

function placeOfUntagged(report: Report, { tenant, bySet }: UntaggedPlace): Place {
  const { configurationSet = '', source = '', address = '', mailAt } = report;
  const { stream, pool } = bySet.get(configurationSet) ?? { stream: '', pool: '' };
  return {
    origin: {
      ...{ tenant, stream, pool, campaign: '' },
      identity: domainOf(source),
      provider: providerOf(domainOf(address)),
    },
    sentAt: bucketAt(epochMs(mailAt)),
    untagged: true,
  };
}

/** Returns the domain of an address, lower case; empty for what is none. */
export function domainOf(text: string): string {
  return readAddress(text)?.domain ?? '';
}
