import {
  bounceWords,
  holdReasons,
  parkReasons,
  rejectReasons,
  reportReasons,
  sesHoldReasons,
  suppressReasons,
} from './reasons.ts';

const tables: readonly Readonly<Record<string, string>>[] = [
  rejectReasons,
  parkReasons,
  holdReasons,
  sesHoldReasons,
  suppressReasons,
  reportReasons,
  bounceWords,
];

/** Returns the sentence of a reason, undefined for one that only SES knows. */
export function explainReason(reason: string): string | undefined {
  return tables.find((table) => Object.hasOwn(table, reason))?.[reason];
}
