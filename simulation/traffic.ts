import type { Draw } from '../local/emulators/ses/dice.ts';
import { senderDomain } from './deployment.ts';

/** Recipients of a batch request in experiments: as many as one may have. */
export const batchRecipients = 50;

/** Returns the body of a message to one recipient; `id` tells it from all others of its tenant. */
export function messageBody(
  stream: string,
  tenant: string,
  id: string,
  over: { readonly sendAt?: string } = {},
): string {
  return JSON.stringify({
    version: 1,
    kind: 'message',
    stream,
    tenant,
    id,
    from: `news@${senderDomain}`,
    to: `${id}@recipient.example`,
    content: { subject: 'Your password', text: 'Here is the way to a new one.' },
    ...over,
  });
}

/** Returns the body of a batch request with as many recipients as one may have. */
export function batchBody(stream: string, tenant: string, id: string): string {
  return JSON.stringify({
    version: 1,
    kind: 'batch',
    stream,
    tenant,
    id,
    from: `news@${senderDomain}`,
    content: { subject: 'News for {{n}}', text: 'Dear {{n}}, this is new.' },
    recipients: Array.from({ length: batchRecipients }, (_, n) => ({
      to: `${id}-${n}@recipient.example`,
      data: { n: String(n) },
    })),
  });
}

/** Returns Poisson arrivals between two instants, milliseconds. */
export function arrivals(
  draw: Draw,
  { fromMs, untilMs, perSecond }: Readonly<Record<'fromMs' | 'untilMs' | 'perSecond', number>>,
): readonly number[] {
  const found: number[] = [];
  const next = (at: number) => at - (1000 / perSecond) * Math.log(1 - draw());
  for (let at = next(fromMs); at < untilMs; at = next(at)) found.push(at);
  return found;
}

/** Half and one in a hundred of some times; NaN of none. */
export type Quantiles = { readonly p50: number; readonly p99: number; readonly count: number };

/** Returns the quantiles of times, in their own unit. */
export function quantilesOf(times: readonly number[]): Quantiles {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), count: sorted.length };
}
