import { dayOf, hourOf } from './instants.ts';
import type { CommonNumbers, ProviderNumbers } from './parameters.ts';

/** What one provider remembers of one address or one domain; it changes as mail comes. */
export type Standing = {
  /** Logit of the reputation as the day began. */
  logit: number;
  day: number;
  hour: number;
  /** Of the day so far: mails judged, complaints heard, unknown recipients, spam traps. */
  volume: number;
  complaints: number;
  unknown: number;
  traps: number;
  hourVolume: number;
  hourUnknown: number;
  /** Mails a day, averaged over a week. */
  meanVolume: number;
  /** Best day and best hour of late, forgotten as reputation is. */
  peakDay: number;
  peakHour: number;
  /** Until when all its mail is put off, and how often that happened of late. */
  deferredUntil: number;
  strikes: number;
  /** Until when all its mail is refused. */
  refusedUntil: number;
  refusedFor: 'reputation' | 'unknown-users';
};

/** Furthest that a logit goes from neutral. */
const logitMax = 4;
/** Worst that one day can do to a logit. */
const dayLossMax = 3;
/** Providers do not trust shares of few mails: fewer count as this many. */
const shareVolumeMin = 1_000;
const unknownVolumeMin = 200;
/** Share of a day that its busiest hour customarily brings. */
const busiestHourShare = 0.25;

/** Returns the standing of somebody never seen before an instant. */
export function newStanding(at: number): Standing {
  return {
    logit: 0,
    day: dayOf(at),
    hour: hourOf(at),
    volume: 0,
    complaints: 0,
    unknown: 0,
    traps: 0,
    hourVolume: 0,
    hourUnknown: 0,
    meanVolume: 0,
    peakDay: 0,
    peakHour: 0,
    deferredUntil: 0,
    strikes: 0,
    refusedUntil: 0,
    refusedFor: 'reputation',
  };
}

/** Makes a standing that of somebody who sent so much a day for weeks, and nothing bad. */
export function acquaint(
  standing: Standing,
  numbers: CommonNumbers,
  custom: { readonly mailsPerDay: number; readonly mailsPerHour?: number | undefined },
): void {
  const { mailsPerDay, mailsPerHour = mailsPerDay * busiestHourShare } = custom;
  const credit = numbers.volumeWeight * Math.min(1, mailsPerDay / numbers.customaryPerDay);
  standing.logit = Math.min(logitMax, credit / (1 - numbers.memory));
  standing.meanVolume = mailsPerDay;
  standing.peakDay = mailsPerDay;
  standing.peakHour = mailsPerHour;
}

/** Brings a standing to an instant: closes the hour and the days that ended before it. */
export function advance(standing: Standing, at: number, numbers: CommonNumbers): void {
  const hour = hourOf(at);
  if (hour <= standing.hour) return;
  standing.peakHour = Math.max(standing.peakHour, standing.hourVolume);
  standing.hourVolume = 0;
  standing.hourUnknown = 0;
  standing.hour = hour;
  const day = dayOf(at);
  if (day > standing.day) closeDays(standing, day, numbers);
}

/** Returns the reputation now, 0..1: that of the morning less what the day brought against it. */
export function reputationOf(standing: Standing, numbers: CommonNumbers, burden = 0): number {
  const logit = Math.max(-logitMax, standing.logit - lossOf(standing, numbers)) - burden;
  return 1 / (1 + Math.exp(-logit));
}

/** Returns how many mails more may come this hour under the provider's caps. */
export function roomOf(standing: Standing, numbers: ProviderNumbers): number {
  const cold = numbers.coldCapPerDay;
  const day = Math.max(cold, standing.peakDay * numbers.capGrowth);
  const hour = Math.max(cold * numbers.capHourShare, standing.peakHour * numbers.capGrowth);
  return Math.max(0, Math.floor(Math.min(day - standing.volume, hour - standing.hourVolume)));
}

/** Returns the logit of a reputation. */
export function logitOf(reputation: number): number {
  return Math.log(reputation / (1 - reputation));
}

/**
 * The day's update: memory × logit + credit for volume − complaints − unknown users − traps − a spike. Volume
 * earns its credit when the day is over; what speaks against a sender counts at once (`reputationOf`).
 */
function closeDays(standing: Standing, day: number, numbers: CommonNumbers): void {
  const { memory } = numbers;
  const credit = numbers.volumeWeight * Math.min(1, standing.volume / numbers.customaryPerDay);
  const idleDays = day - standing.day - 1;
  const logit = memory * standing.logit + credit - lossOf(standing, numbers);
  const bounded = Math.min(logitMax, Math.max(-logitMax, logit));
  standing.logit = bounded * memory ** idleDays;
  standing.peakDay = Math.max(standing.peakDay * memory, standing.volume) * memory ** idleDays;
  standing.peakHour *= memory ** (idleDays + 1);
  standing.meanVolume += (standing.volume - standing.meanVolume) / 7;
  standing.meanVolume *= (6 / 7) ** idleDays;
  standing.strikes = 0;
  standing.volume = 0;
  standing.complaints = 0;
  standing.unknown = 0;
  standing.traps = 0;
  standing.day = day;
}

function lossOf(standing: Standing, numbers: CommonNumbers): number {
  const { volume, complaints, unknown, traps, meanVolume } = standing;
  if (complaints === 0 && unknown === 0 && traps === 0 && volume <= numbers.customaryPerDay)
    return 0;
  const complaintShare = complaints / Math.max(volume, shareVolumeMin);
  const unknownShare = unknown / Math.max(volume, unknownVolumeMin);
  // Below a customary day a doubling is nothing that anybody notices.
  const usual = Math.max(meanVolume, numbers.customaryPerDay / 2);
  const loss =
    (numbers.complaintWeight * complaintShare) / numbers.complaintShare +
    (numbers.unknownWeight * unknownShare) / numbers.unknownShare +
    numbers.trapWeight * traps +
    numbers.spikeWeight * Math.max(0, Math.log(volume / (2 * usual)));
  return Math.min(dayLossMax, loss);
}
