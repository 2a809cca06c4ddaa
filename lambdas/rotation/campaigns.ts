import type { Origin } from '../../domain/evidence/model.ts';
import { type EpochMs, hourMs } from '../../domain/time.ts';

/** Which campaigns are told apart: an app that names one for each mail must not fill the memory. */
export type Campaigns = {
  /** Returns the origin of mail sent at an instant, without its campaign where its tenant has too many. */
  readonly admit: (origin: Origin, at: EpochMs) => Origin;
  /** Returns the origin of news, without its campaign where the mail was counted without it. */
  readonly known: (origin: Origin) => Origin;
};

/** Campaigns of one tenant that are told apart at a time. */
export const campaignsMax = 10;

/** A campaign that sent nothing for so long makes room: blame looks no further back for one. */
const idleMs = 3 * hourMs;

/** Returns a memory without campaigns; it must be told of mail before its news. */
export function createCampaigns(): Campaigns {
  const byTenant = new Map<string, Map<string, EpochMs>>();
  return {
    admit: (origin, at) => {
      const { tenant, campaign } = origin;
      if (campaign === '') return origin;
      const sentAt = byTenant.get(tenant) ?? new Map<string, EpochMs>();
      byTenant.set(tenant, sentAt);
      const isFull = !sentAt.has(campaign) && sentAt.size >= campaignsMax;
      if (isFull && !dropIdle(sentAt, at)) return { ...origin, campaign: '' };
      if (at >= (sentAt.get(campaign) ?? 0)) sentAt.set(campaign, at);
      return origin;
    },
    known: (origin) =>
      origin.campaign === '' || byTenant.get(origin.tenant)?.has(origin.campaign)
        ? origin
        : { ...origin, campaign: '' },
  };
}

/** Returns whether that made room. */
function dropIdle(sentAt: Map<string, EpochMs>, now: EpochMs): boolean {
  for (const [campaign, at] of sentAt) if (at < now - idleMs) sentAt.delete(campaign);
  return sentAt.size < campaignsMax;
}
