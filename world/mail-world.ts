import { createComplaints } from './complaints.ts';
import { seededDraw } from './dice.ts';
import { happeningsOf } from './happenings.ts';
import { openHearing, type Stage, type Surroundings } from './hearing.ts';
import { createListings } from './listings.ts';
import type { Draw, MailWorld } from './model.ts';
import { type WorldParameters, worldParameters } from './parameters.ts';
import { standingOf } from './provider.ts';
import { createProviders } from './providers.ts';
import { earnedBlock, listed, lowReputation, verdicts } from './stages-of-blocks.ts';
import { contentFilter, delivery, unknownRecipients } from './stages-of-recipients.ts';
import { givenAnswer, noise, outage } from './stages-of-trouble.ts';
import { cap, greylist, pause } from './stages-of-volume.ts';
import { reputationOf } from './standing.ts';
import { createTraps } from './traps.ts';

/** What a world is made from; without dice of its own, a seed (1 unless given). */
export type MailWorldOptions = {
  readonly parameters?: WorldParameters;
  readonly seed?: number;
  readonly draw?: Draw;
};

/** A world with a look behind its curtain, for reports and tests; senders cannot see this. */
export type VisibleMailWorld = MailWorld & {
  /** Reputation of an address or a domain with a provider, 0..1. */
  readonly reputationOf: (
    who: { readonly as: 'ip' | 'domain'; readonly name: string; readonly provider: string },
    at: number,
  ) => number;
};

/** In the order in which a mail meets them: the connection, the envelope, the content. */
const stages: readonly Stage[] = [
  outage,
  givenAnswer,
  verdicts,
  earnedBlock,
  listed,
  pause,
  lowReputation,
  noise,
  greylist,
  cap,
  unknownRecipients,
  contentFilter,
  delivery,
];

/** Returns a world of providers, lists and recipients. Same seed and same calls give the same answers. */
export function createMailWorld(options: MailWorldOptions = {}): VisibleMailWorld {
  const { parameters = worldParameters, seed = 1, draw = seededDraw(seed) } = options;
  const { common } = parameters;
  const listings = createListings();
  const providers = createProviders(parameters, draw);
  const complaints = createComplaints(draw, ({ at, provider, ip, domain, count }) => {
    const heardBy = providers.named(provider, at);
    standingOf(heardBy.ips, ip, { at, common }).complaints += count;
    standingOf(heardBy.domains, domain, { at, common }).complaints += count;
  });
  const onTrap = createTraps(common, listings, draw);
  const surroundings: Surroundings = { common, listings, complaints, draw, onTrap };
  return {
    hand: (mails, count, at, token) => {
      complaints.hearUntil(at);
      const provider = providers.named(mails.provider, at);
      const hearing = openHearing(surroundings, provider, { mails, count, at, token });
      for (const stage of stages) {
        if (hearing.left <= 0) break;
        stage(hearing);
      }
      return hearing.answers;
    },
    complaintsUntil: (at) => {
      complaints.hearUntil(at);
      return complaints.take();
    },
    listingsOf: listings.of,
    happen: happeningsOf({ listings, providers }),
    reputationOf: ({ as, name, provider }, at) => {
      const { ips, domains } = providers.named(provider, at);
      return reputationOf(standingOf(as === 'ip' ? ips : domains, name, { at, common }), common);
    },
  };
}
