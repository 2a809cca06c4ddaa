import type { Answer, Handed } from '../../world/model.ts';
import {
  type ProviderNumbers,
  type WorldParameters,
  worldParameters,
} from '../../world/parameters.ts';

/** Midnight of a day on which nothing else happens. */
export const dawn = Date.UTC(2026, 2, 2);

/** Good mail of a tenant with a clean list, changed as the test needs it. */
export function goodMail(changes: Partial<Handed> = {}): Handed {
  return {
    ip: '192.0.2.10',
    domain: 'good.example',
    provider: 'gmail',
    unknownShare: 0,
    complaintShare: 0.0002,
    trapShare: 0,
    spamminess: 0.1,
    attempt: 1,
    ...changes,
  };
}

/** The world without outages that nobody caused: they come when they like. */
export const calmParameters: WorldParameters = {
  ...worldParameters,
  providers: {
    ...Object.fromEntries(Object.entries(worldParameters.providers).map(calmed)),
    other: { ...worldParameters.providers.other, outagesPerMonth: 0 },
  },
};

/** How many of the answers are of a kind, or lie in a folder. */
export function countOf(
  answers: readonly Answer[],
  what: Answer['kind'] | 'inbox' | 'spam',
): number {
  return answers
    .filter(({ kind, folder }) => kind === what || folder === what)
    .reduce((sum, { count }) => sum + count, 0);
}

function calmed([name, numbers]: readonly [string, ProviderNumbers]): readonly [
  string,
  ProviderNumbers,
] {
  return [name, { ...numbers, outagesPerMonth: 0 }];
}
