import type { QueueBody } from '../../adapters/intake.ts';
import type { RotationPolicy } from '../../contract/environment.ts';
import { pairOf, type RescueItem, writeRescue } from '../../contract/rescue.ts';
import { readMessageTag } from '../../contract/tags.ts';
import type { BounceReason } from '../../domain/classification/reasons.ts';
import type { Failure } from '../../domain/evidence/model.ts';
import type { Action, Decision, Situation, Stream } from '../../domain/rotation/model.ts';
import { isSuspected, senderOf, suspectsOf } from '../../domain/rotation/rescue-suspects.ts';
import { dayMs, type EpochMs, epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { sentByPair } from './standing.ts';

/** A rescue without the keys under which it stands. */
export type RescueWords = Omit<RescueItem, 'pk' | 'sk'>;

/** What asking for rescues needs of the world. */
export type RescuePorts = {
  readonly readRescues: (stream: string) => Promise<readonly RescueItem[]>;
  readonly putRescue: (stream: string, rescue: RescueWords) => Promise<void>;
  readonly deleteRescue: (stream: string, id: string) => Promise<void>;
  /** Puts bodies into a stream's intake queue; by position whether SQS took each. */
  readonly askDispatch: (
    stream: string,
    bodies: readonly QueueBody[],
  ) => Promise<readonly boolean[]>;
};

/** SES's own maximum of `maxDeliverySeconds`, which the policy leaves out. */
const maxDeliveryDefault = 50_400;

/** A mail that left just before the decision bounces at the latest when its time is over; news takes a while. */
const marginMs = hourMs;

/** Dispatch reads assignments every two seconds: by then it knows the rescue and its limits. */
const learnedSeconds = 3;

/** Asked in one run; what is more waits for the next minute. */
const askedMax = 300;

/** News of mail of the last day are looked for every ten minutes, and are written a little later than they are heard. */
const newsLagMs = 11 * minuteMs;

/** Mail whose rescue this environment has asked for; what it does not remember is asked again, and sent once. */
export type AskedMail = Set<string>;

/** With more it forgets what no open rescue looks at any more. */
const rememberedMax = 20_000;

/** What bounced for our address, and what nobody took until SES gave up. */
const askedReasons: ReadonlySet<Failure['reason']> = new Set<BounceReason>([
  'block-ip-reputation',
  'blocklist-dnsbl',
  'expired',
]);

/** Returns a rescue as it begins: its first run adds who is suspected and how much may be sent. */
export function rescueOf(
  { from, to, stream }: Extract<Action, { readonly kind: 'rescue' }>,
  { id, at, cause }: Decision,
  policy: Pick<RotationPolicy, 'streams'>,
): RescueWords | undefined {
  if (!cause) return undefined;
  const { maxDeliverySeconds = maxDeliveryDefault } = policy.streams[stream] ?? {};
  const earner = cause.earnedBy && senderOf(cause.earnedBy);
  return {
    ...{ id, from, to },
    cause: cause.kind,
    region: cause.region,
    since: cause.onset,
    until: epochMs(at + maxDeliverySeconds * secondMs + marginMs),
    suspects: earner ? [earner] : [],
    volumes: {},
    askedUntil: epochMs(0),
  };
}

/**
 * Asks dispatch to send again what open rescues cover and what was heard of since the last run, and takes
 * away rescues whose time is over. Asking twice is harmless: dispatch sends once. While automation is off
 * or frozen nothing is asked.
 */
export async function askForRescues(
  situation: Situation,
  ports: RescuePorts,
  remembered: AskedMail,
): Promise<void> {
  const { streams, automation, now } = situation;
  if (automation !== 'on') return;
  const looked = new Set<string>();
  for (const stream of streams.filter(({ rescue }) => rescue))
    for (const rescue of await ports.readRescues(stream.stream))
      if (rescue.until <= now) await ports.deleteRescue(stream.stream, rescue.id);
      else await ask(rescue, stream, { situation, ports, remembered, looked });
  if (remembered.size > rememberedMax)
    for (const one of remembered) if (!looked.has(one)) remembered.delete(one);
}

async function ask(
  { pk: _pk, sk: _sk, ...rescue }: RescueItem,
  stream: Stream,
  known: {
    readonly situation: Situation;
    readonly ports: RescuePorts;
    readonly remembered: AskedMail;
    /** Takes what is still looked at, whether asked or not. */
    readonly looked: Set<string>;
  },
): Promise<void> {
  const { situation, ports, remembered, looked } = known;
  const suspects = suspectsOf(situation);
  const nameOf = ({ key }: Failure) => `${rescue.id}\n${key}`;
  const covered = coveredMail(rescue, stream, situation);
  for (const failure of covered) looked.add(nameOf(failure));
  const lost = covered.filter((failure) => !remembered.has(nameOf(failure)));
  // Who is suspected now may be cleared in a moment: their mail waits, and is looked at until then.
  const asked = lost.filter(({ origin }) => !isSuspected(origin, suspects)).slice(0, askedMax);
  const isAsked = new Set(asked);
  const askedUntil = untilOf(
    lost.find((failure) => !isAsked.has(failure)),
    situation.now,
  );
  const current = {
    ...rescue,
    suspects: [...suspects],
    volumes: volumesOf(rescue, lost, situation),
  };
  const bodies = asked.flatMap((failure) => bodyOf(failure, rescue.id));
  if (bodies.length > 0) {
    // Dispatch must know the limits before the first mail comes.
    await ports.putRescue(stream.stream, current);
    const taken = await ports.askDispatch(stream.stream, bodies);
    if (!taken.every(Boolean))
      throw new Error(`SQS did not take every rescue of ${stream.stream}; it is tried again`);
  }
  for (const failure of asked) remembered.add(nameOf(failure));
  await ports.putRescue(stream.stream, { ...current, askedUntil });
}

/** Failures that a rescue covers and that may not have been asked about, those heard of first coming first. */
function coveredMail(
  { from, region, since, askedUntil }: RescueWords,
  { stream }: Stream,
  { book, now }: Situation,
): readonly Failure[] {
  const window = { since, until: epochMs(now + 1), within: { ...region, pool: from } };
  return book
    .failures(['block', 'outage'], window)
    .filter(
      ({ origin, reason, heardAt }) =>
        origin.stream === stream && askedReasons.has(reason) && heardAt >= askedUntil,
    )
    .toSorted((a, b) => a.heardAt - b.heardAt || (a.key < b.key ? -1 : 1));
}

/** Returns until when news need not be looked at again; `waiting` is the oldest that is yet to be asked for. */
function untilOf(waiting: Failure | undefined, now: EpochMs): EpochMs {
  const settled = epochMs(now - newsLagMs);
  return waiting && waiting.heardAt < settled ? waiting.heardAt : settled;
}

/** Mail of the last 24 hours through each other pool to the providers that are concerned. */
function volumesOf(
  { from, volumes }: RescueWords,
  lost: readonly Failure[],
  { book, now }: Situation,
): Readonly<Record<string, number>> {
  const known = Object.keys(volumes).flatMap((pair) => pair.split('#')[1] ?? []);
  const providers = new Set([...known, ...lost.map(({ origin }) => origin.provider)]);
  const sent = sentByPair(book, { since: epochMs(now - dayMs), until: now });
  return Object.fromEntries(
    [...sent].flatMap(([key, count]) => {
      const [pool = '', provider = ''] = key.split('\n');
      return pool !== from && providers.has(provider) ? [[pairOf({ pool, provider }), count]] : [];
    }),
  );
}

/** An event that carried no tag of ours names no mail that could be sent again. */
function bodyOf({ key, origin }: Failure, rescue: string): readonly QueueBody[] {
  const mail = readMessageTag(key.split('#')[0] ?? '');
  if (!mail) return [];
  const body = writeRescue({ rescue, ...mail });
  return [{ body, group: origin.tenant, delaySeconds: learnedSeconds }];
}
