import type { ParkedMessage } from '../../adapters/parked-mail.ts';
import type { EpochMs } from '../../domain/time.ts';

/** Which parked messages are meant; what is absent means any. */
export type ParkedFilter = {
  readonly reason?: string;
  readonly tenant?: string;
  /** Parked before this instant, and after that one. */
  readonly before?: EpochMs;
  readonly after?: EpochMs;
};

/** Tells whether a filter means a message. */
export function isMeant(message: ParkedMessage, filter: ParkedFilter): boolean {
  const { reason, tenant, before, after } = filter;
  return (
    (reason === undefined || message.reason === reason) &&
    (tenant === undefined || message.tenant === tenant) &&
    (before === undefined || message.since < before) &&
    (after === undefined || message.since > after)
  );
}

/** Returns which messages a filter means, as the audit log and a question say it. */
export function wordFilter({
  reason,
  tenant,
  before,
  after,
  stream,
  limit,
}: ParkedFilter & { readonly stream?: string; readonly limit?: number }): string {
  const filters = [
    ...(reason ? [`reason ${reason}`] : []),
    ...(tenant ? [`tenant ${tenant}`] : []),
    ...(stream ? [`stream ${stream}`] : []),
    ...(before === undefined ? [] : [`parked before ${new Date(before).toISOString()}`]),
    ...(after === undefined ? [] : [`parked after ${new Date(after).toISOString()}`]),
  ];
  const which = filters.length > 0 ? `messages with ${filters.join(', ')}` : 'all messages';
  return limit === undefined ? which : `at most ${limit} of ${which}`;
}
