/** Numbers and regions in plain words. */
import type { Region } from '../evidence/model.ts';
import type { EpochMs } from '../time.ts';
import { dayMs, hourMs, minuteMs, secondMs } from '../time.ts';

/** Returns the mail of a region: "mails of tenant acme to microsoft through pool a". */
export function mailsOf(region: Region): string {
  const parts = [
    region.campaign === undefined ? '' : `of campaign ${region.campaign}`,
    region.tenant === undefined ? '' : `of tenant ${region.tenant}`,
    region.identity === undefined ? '' : `from ${region.identity}`,
    region.provider === undefined ? '' : `to ${region.provider}`,
    region.pool === undefined ? '' : `through pool ${region.pool}`,
    region.ip === undefined ? '' : `from address ${region.ip}`,
  ].filter((part) => part !== '');
  return ['mails', ...parts].join(' ');
}

/** Returns why a standing is as it is: the words of a person, or which decision made it so. */
export function reasonOf(why: string): string {
  return /^[0-9a-f]{12}$/.test(why) ? `decision ${why}` : why;
}

/** Returns a share as people read it: 0.2 %, 12 %, 100 %. */
export function percent(share: number): string {
  const hundredths = share * 100;
  return `${Number(hundredths.toPrecision(2))} %`;
}

/** Returns a count without fractions, thousands apart: 41,000. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Returns odds of e^ln against one, two figures long: 41,000. */
export function odds(ln: number): string {
  // Beyond this nobody counts zeros.
  if (ln > Math.log(1e12)) return 'more than 1,000,000,000,000';
  return grouped(Number(Math.exp(Math.max(0, ln)).toPrecision(2)));
}

/** Returns an instant by the minute, UTC: 14:20, with its day where it is not today. */
export function clockOf(at: EpochMs, now: EpochMs): string {
  const iso = new Date(at).toISOString();
  const [day = '', time = ''] = iso.split('T');
  const today = new Date(now).toISOString().startsWith(day);
  return today ? `${time.slice(0, 5)} UTC` : `${day} ${time.slice(0, 5)} UTC`;
}

/** Returns a length of time: 20 min, 6 h, 2 days. */
export function lengthOf(ms: number): string {
  const units = [
    [dayMs, 'days'],
    [hourMs, 'h'],
    [minuteMs, 'min'],
  ] as const;
  for (const [unitMs, name] of units)
    if (ms >= 2 * unitMs || (ms === unitMs && name !== 'days'))
      return `${Math.round(ms / unitMs)} ${name}`;
  return `${Math.round(ms / secondMs)} s`;
}
