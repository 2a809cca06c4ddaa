import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { readDecision, writeDecision } from '../contract/decision-record.ts';
import { type DecisionItem, decisionItem } from '../contract/rotation-items.ts';
import { evidenceKeys } from '../contract/table-keys.ts';
import type { Decision } from '../domain/rotation/model.ts';
import { type EpochMs, ttlEpochSeconds } from '../domain/time.ts';
import { queryPartition, type Table, toItem } from './items.ts';
import { describeError, log } from './log.ts';
import { monthsBetween } from './month-span.ts';
import { readableItem } from './readable-item.ts';

/** Days for which a decision can be read back. */
const decisionDays = 400;

/** Writes a decision, or what became of it. Idempotency key: its time and id. No condition: one function writes. */
export async function putDecision(evidence: Table, decision: Decision): Promise<void> {
  const at = new Date(decision.at).toISOString();
  const item: DecisionItem = {
    ...evidenceKeys.decision(at.slice(0, 7), at, decision.id),
    id: decision.id,
    at: decision.at,
    decision: writeDecision(decision),
    ttl: ttlEpochSeconds(decision.at, decisionDays),
  };
  await evidence.dynamo.send(new PutItemCommand({ TableName: evidence.name, Item: toItem(item) }));
}

/** Returns the decisions since an instant until now, oldest first, without what cannot be read; strongly consistent. */
export async function readDecisions(
  evidence: Table,
  since: EpochMs,
  now: EpochMs,
): Promise<readonly Decision[]> {
  const first = new Date(since).toISOString();
  const found: Decision[] = [];
  for (const month of monthsBetween(since, now))
    for await (const raw of queryPartition(evidence, evidenceKeys.decisionsOf(month), {
      consistent: true,
      between: { first, last: afterEveryDate },
    }))
      found.push(...decisionOf(raw));
  return found;
}

function decisionOf(raw: Readonly<Record<string, unknown>>): readonly Decision[] {
  const item = readableItem(decisionItem, raw);
  if (!item) return [];
  try {
    return [readDecision(item.decision)];
  } catch (error) {
    log('item.unreadable', { pk: item.pk, sk: item.sk, ...describeError(error) });
    return [];
  }
}

/** Sorts behind every ISO 8601 instant. */
const afterEveryDate = ':';
