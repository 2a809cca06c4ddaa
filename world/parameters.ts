import { dayMs, hourMs, minuteMs } from './instants.ts';

/** Numbers of one mailbox provider. Shares are 0..1, durations milliseconds, reputations 0..1. */
export type ProviderNumbers = {
  /** What an unknown address may bring on a day before it must wait. */
  readonly coldCapPerDay: number;
  /** How much more than on the best day of late. */
  readonly capGrowth: number;
  /** Share of a day's cap that an hour may bring, until more is customary. */
  readonly capHourShare: number;
  /** How long who is over the cap is put off. */
  readonly overCapMinMs: number;
  readonly overCapMaxMs: number;
  /** Reputation below which mail is put off or refused. */
  readonly lowReputation: number;
  /** Reputation below which everything is refused. */
  readonly refusedReputation: number;
  /** Reputation below which a growing share goes to the spam folder, unseen by the sender. */
  readonly spamFolderReputation: number;
  /** How long a block by reputation lasts. */
  readonly blockMinMs: number;
  readonly blockMaxMs: number;
  /** Chance that a block of an address is widened to its /24. */
  readonly neighbourChance: number;
  /** Share of an hour's recipients that may be unknown. */
  readonly unknownShareMax: number;
  /** How long mail is refused or put off after more than that; 0 where only reputation suffers. */
  readonly unknownPenaltyMs: number;
  /** Share of the complaints that is passed on to the sender. */
  readonly complaintVisibleShare: number;
  readonly complaintLagMedianMs: number;
  /** Share of mail refused from an address that Spamhaus lists, and that any other list names. */
  readonly spamhausRefusedShare: number;
  readonly otherListRefusedShare: number;
  /** The same for a listed domain or link. */
  readonly domainListRefusedShare: number;
  /** Outages without anybody's doing, and how long one lasts. */
  readonly outagesPerMonth: number;
  readonly outageMinMs: number;
  readonly outageMaxMs: number;
  /** Share of mail put off for no reason that concerns the sender, and in the first minutes of an hour. */
  readonly noiseShare: number;
  readonly noisePeakShare: number;
  /** Share of its servers that greylist; a provider's own cluster counts as one. */
  readonly greylistShare: number;
};

/** Numbers that hold for all. */
export type CommonNumbers = {
  /** Share of yesterday's logit that stays: half of it is forgotten in ten days. */
  readonly memory: number;
  /** Mails a day that earn the whole credit for volume. */
  readonly customaryPerDay: number;
  readonly volumeWeight: number;
  /** Complaints and unknown users that weigh once. */
  readonly complaintShare: number;
  readonly complaintWeight: number;
  readonly unknownShare: number;
  readonly unknownWeight: number;
  readonly trapWeight: number;
  readonly spikeWeight: number;
  /** Logit that a listing takes away while it stands. */
  readonly listingWeight: number;
  /** Reputation that an address starts again with when its block ends. */
  readonly secondChance: number;
  /** Share of trap hits that hit a pristine one. */
  readonly pristineShare: number;
  readonly listingDelayMedianMs: number;
  /** Hits of recycled traps within a day that bring a listing. */
  readonly recycledHitsMax: number;
  /** Complaints about mail in the spam folder, as a share of those about mail in the inbox. */
  readonly spamFolderComplaintShare: number;
  /** Share of refusals that say nothing that helps. */
  readonly vagueShare: number;
};

/** All numbers of a world. */
export type WorldParameters = {
  readonly common: CommonNumbers;
  /** By provider; who is not in it has those of `other`. */
  readonly providers: Readonly<Record<string, ProviderNumbers>> & {
    readonly other: ProviderNumbers;
  };
};

const customary: ProviderNumbers = {
  coldCapPerDay: 500,
  capGrowth: 2,
  capHourShare: 0.25,
  overCapMinMs: 30 * minuteMs,
  overCapMaxMs: 2 * hourMs,
  lowReputation: 0.3,
  refusedReputation: 0.1,
  spamFolderReputation: 0.6,
  blockMinMs: dayMs,
  blockMaxMs: 7 * dayMs,
  neighbourChance: 0,
  unknownShareMax: 0.05,
  unknownPenaltyMs: 0,
  complaintVisibleShare: 0,
  complaintLagMedianMs: 4 * hourMs,
  spamhausRefusedShare: 0,
  otherListRefusedShare: 0,
  domainListRefusedShare: 0,
  outagesPerMonth: 1,
  outageMinMs: 10 * minuteMs,
  outageMaxMs: 120 * minuteMs,
  noiseShare: 0.003,
  noisePeakShare: 0.003,
  greylistShare: 0,
};

/**
 * The numbers of the world before any run was looked at. Those named in `documentedNumbers` follow what
 * providers and operators publish; all others are assumptions, which runs vary (`varyParameters`).
 * docs/decisions/0014-world.md has the sources.
 */
export const worldParameters: WorldParameters = {
  common: {
    memory: 0.93,
    customaryPerDay: 1_000,
    volumeWeight: 0.25,
    complaintShare: 0.003,
    complaintWeight: 0.5,
    unknownShare: 0.05,
    unknownWeight: 0.3,
    trapWeight: 0.5,
    spikeWeight: 0.1,
    listingWeight: 1,
    secondChance: 0.35,
    pristineShare: 1 / 11,
    listingDelayMedianMs: 40 * minuteMs,
    recycledHitsMax: 5,
    spamFolderComplaintShare: 0.05,
    vagueShare: 0.03,
  },
  providers: {
    gmail: {
      ...customary,
      overCapMinMs: 10 * minuteMs,
      overCapMaxMs: 4 * hourMs,
      noiseShare: 0.0015,
      noisePeakShare: 0.0015,
    },
    microsoft: {
      ...customary,
      coldCapPerDay: 1_000,
      neighbourChance: 0.2,
      unknownPenaltyMs: 4 * hourMs,
      complaintVisibleShare: 0.7,
      complaintLagMedianMs: 8 * hourMs,
      spamhausRefusedShare: 0.2,
      domainListRefusedShare: 0.1,
    },
    yahoo: {
      ...customary,
      overCapMinMs: 2 * hourMs,
      overCapMaxMs: 4 * hourMs,
      blockMaxMs: 2 * dayMs,
      unknownPenaltyMs: 2 * hourMs,
      complaintVisibleShare: 0.9,
      spamhausRefusedShare: 1,
      domainListRefusedShare: 0.5,
    },
    apple: {
      ...customary,
      coldCapPerDay: 300,
      capGrowth: 1.7,
      spamhausRefusedShare: 1,
      domainListRefusedShare: 1,
      noiseShare: 0.0005,
      noisePeakShare: 0.005,
    },
    gmx: {
      ...customary,
      coldCapPerDay: 300,
      capGrowth: 1.7,
      overCapMinMs: hourMs,
      overCapMaxMs: 4 * hourMs,
      blockMinMs: 4 * hourMs,
      blockMaxMs: 2 * dayMs,
      unknownPenaltyMs: 4 * hourMs,
    },
    other: {
      ...customary,
      coldCapPerDay: Number.POSITIVE_INFINITY,
      spamhausRefusedShare: 2 / 3,
      otherListRefusedShare: 0.15,
      domainListRefusedShare: 0.3,
      noiseShare: 0.005,
      noisePeakShare: 0.005,
      greylistShare: 0.15,
    },
  },
};

/** Numbers that are published, and so are never varied. */
export const documentedNumbers: ReadonlySet<string> = new Set([
  'common.memory',
  'common.complaintShare',
  'gmail.overCapMinMs',
  'yahoo.overCapMinMs',
  'yahoo.overCapMaxMs',
  'apple.domainListRefusedShare',
]);
