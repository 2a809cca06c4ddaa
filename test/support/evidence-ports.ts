import { wasDelivered } from '../../adapters/event-store.ts';
import { putDelay, putFailure, putVoid } from '../../adapters/failure-store.ts';
import { queryPartition } from '../../adapters/items.ts';
import { readOrigin } from '../../adapters/journal-store.ts';
import {
  type FailureItem,
  failureItem,
  type VoidItem,
  voidItem,
} from '../../contract/rotation-items.ts';
import { evidenceKeys } from '../../contract/table-keys.ts';
import type { BookPorts } from '../../lambdas/feedback/book-news.ts';
import type { feedback } from '../../lambdas/feedback/feedback.ts';
import { untaggedPlaceOf } from '../../lambdas/feedback/place-of.ts';
import type { Tables } from './dynamo.ts';

type EvidencePorts = Pick<
  BookPorts,
  | 'untagged'
  | 'readOrigin'
  | 'wasDelivered'
  | 'putFailure'
  | 'putVoid'
  | 'putDelay'
  | 'countUntagged'
>;

const untagged = untaggedPlaceOf('test', {
  tenant: 'default',
  streams: { transactional: ['shared'], marketing: ['shared', 'warm'] },
});

/** Feedback's ports for the evidence where a test is about something else. */
export const noEvidence: EvidencePorts = {
  untagged,
  readOrigin: async () => undefined,
  wasDelivered: async () => false,
  putFailure: async () => true,
  putVoid: async () => true,
  putDelay: async () => true,
  countUntagged: () => {},
};

/** Feedback's ports that do and tell nothing, where a test is about something else. */
export const quietFeedback = {
  putSuppression: async () => true,
  noteBlock: async () => {},
  outcomeStreams: [],
  readRequestIds: async () => new Map(),
  publishOutcomes: async () => new Set<never>(),
  count: () => {},
  unknown: () => {},
} satisfies Partial<Parameters<typeof feedback>[1]>;

/** Returns feedback's ports for the evidence on real tables. */
export function evidenceOn({ evidence, ledger }: Tables): EvidencePorts {
  return {
    untagged,
    readOrigin: (attemptId, mail) => readOrigin(ledger, attemptId, mail),
    wasDelivered: (mail) => wasDelivered(ledger, mail),
    putFailure: (failure) => putFailure(evidence, failure),
    putVoid: (given) => putVoid(evidence, given),
    putDelay: (given) => putDelay(evidence, given),
    countUntagged: () => {},
  };
}

/** Returns every failure, and every void, of mail that was sent within an hour. */
export async function newsOf(
  { evidence }: Tables,
  hour: string,
): Promise<{ readonly failures: readonly FailureItem[]; readonly voids: readonly VoidItem[] }> {
  const failures: FailureItem[] = [];
  const voids: VoidItem[] = [];
  for await (const raw of queryPartition(evidence, evidenceKeys.failuresOf(hour)))
    failures.push(failureItem.parse(raw));
  for await (const raw of queryPartition(evidence, evidenceKeys.voidsOf(hour)))
    voids.push(voidItem.parse(raw));
  return { failures, voids };
}
