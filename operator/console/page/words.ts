/** Instants, lengths of time, counts and shares in the words of the page; all times are UTC. */

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** Returns the time of day to the second: 14:32:05. */
export function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** Returns the day: 21 Nov. */
export function day(at: number): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
}

/** Returns an instant to the minute, with its day where that is not today's: 14:32, or 20 Nov 14:32. */
export function instant(at: number, now: number): string {
  const time = clock(at).slice(0, 5);
  return day(at) === day(now) && Math.abs(now - at) < dayMs ? time : `${day(at)} ${time}`;
}

/** Returns an instant in full, for a title: 2026-11-21 14:32:05 UTC. */
export function instantInFull(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Returns a length of time by its two largest units: 40 s, 12 min, 5 h 20 min, 3 d 4 h. */
export function length(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < minuteMs) return `${Math.round(whole / secondMs)} s`;
  if (whole < hourMs) return `${Math.floor(whole / minuteMs)} min`;
  if (whole < dayMs) return joined([Math.floor(whole / hourMs), 'h'], [minutesOf(whole), 'min']);
  return joined([Math.floor(whole / dayMs), 'd'], [Math.floor((whole % dayMs) / hourMs), 'h']);
}

/** Returns how long ago an instant was, or how long it is until then: 12 min ago, in 5 h. */
export function relative(at: number, now: number): string {
  if (Math.abs(now - at) < secondMs) return 'now';
  return at > now ? `in ${length(at - now)}` : `${length(now - at)} ago`;
}

/** Returns a count with thousands apart: 41,000. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Returns a count in four characters or less, for the scale of a plot: 950, 1.2k, 41k, 3M. */
export function short(count: number): string {
  const size = Math.abs(count);
  if (size < 1_000) return String(Number(count.toPrecision(3)));
  const [unit, name] = size < 1e6 ? ([1e3, 'k'] as const) : ([1e6, 'M'] as const);
  const value = count / unit;
  return `${Math.abs(value) < 10 ? Number(value.toFixed(1)) : Math.round(value)}${name}`;
}

/** Returns a share as people read it: 0.2 %, 12 %, 100 %. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

/** Returns a count with its noun in the right number: 1 tenant, 3 tenants. */
export function counted(count: number, one: string): string {
  return `${grouped(count)} ${one}${count === 1 ? '' : 's'}`;
}

/** Returns odds of e^ln against one, two figures long: 41,000 : 1. */
export function odds(ln: number): string {
  if (ln > Math.log(1e9)) return '> 10⁹ : 1';
  return `${grouped(Number(Math.exp(Math.max(0, ln)).toPrecision(2)))} : 1`;
}

/** Returns the name of a provider for people; `*` is every one without a word of its own. */
export function providerName(provider: string): string {
  return provider === '*' ? 'all others' : provider;
}

/**
 * Returns a name as one word of a POSIX shell: names are chosen by whoever sends, and people paste commands.
 * Control characters, which a terminal would obey even within quotes, become question marks.
 */
export function shellWord(name: string): string {
  if (/^[\w@%+=:,./][\w@%+=:,./-]*$/.test(name)) return name;
  return `'${name.replace(/\p{Cc}/gu, '?').replaceAll("'", "'\\''")}'`;
}

function minutesOf(ms: number): number {
  return Math.floor((ms % hourMs) / minuteMs);
}

function joined(
  [large, largeUnit]: readonly [number, string],
  [small, smallUnit]: readonly [number, string],
): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
