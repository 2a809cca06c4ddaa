import type { FaultName, TroubleKind } from '../../simulation/fault-plan.ts';

/** What each fault of a plan is, in words for who has not read the code. */
export const faultWords: Readonly<
  Record<FaultName | TroubleKind | 'kill' | 'feedbackKill', string>
> = {
  kill: 'a function of dispatch died while it worked',
  feedbackKill: 'the feedback function died while it wrote',
  sesAnswerLost: 'SES took a mail and its answer never came',
  sesThrottled: 'SES answered 429 although the pace was kept',
  sesFailed: 'SES answered 500 and took nothing',
  storeThrottled: 'DynamoDB throttled a call',
  storeAnswerLost: 'DynamoDB did as asked and its answer never came',
  serviceFailed: 'SQS, S3 or EventBridge answered 5xx',
  queueDuplicate: 'SQS delivered a message twice',
  queueReordered: 'SQS delivered a message before older ones',
  eventDuplicate: 'SNS delivered an event twice',
  idRepeated: 'an app enqueued the same request again',
  idReused: 'an app used an id for other content',
  poison: 'a request that nobody can use',
  mendedTwice: 'a redrive or release died and was done again',
  'identity-unverified': 'SES refused: the From identity lost its verification',
  'configuration-missing': 'SES refused: the configuration set was deleted',
  'tenant-held': 'mail came while an operator held its tenant',
  'store-outage': 'DynamoDB answered 5xx to everything for minutes',
  'feedback-stopped': 'events waited because feedback was switched off',
  'sending-paused': 'SES refused: the account was paused',
  'quota-spent': 'SES refused: the quota of 24 hours was spent',
};

/** What each number of a run counts, by its name in `--json`; the first part is the head of its column. */
export const countWords = {
  mails: ['mails', 'recipients asked for'],
  accepted: ['accepted', 'mails that SES took'],
  lost: ['lost', 'mails that should have been sent, were not, and about which nothing is known'],
  duplicates: ['sent twice', 'times that SES took a mail again'],
  sentToSuppressed: ['wrongly sent', 'mails to addresses that were on a suppression list'],
  unsettled: ['left to a person', 'nobody can tell whether SES took them, so a person decides'],
  unexplained: ['no word', 'requests that ended without any record'],
} as const;

/** Returns what was mended, in words: the names end in the reason for which mail waited. */
export function mendedWord(name: string): string {
  const [, reason] = /^redriven: (.+)$/.exec(name) ?? [];
  if (reason !== undefined) return `parked (${reason}), sent on by a redrive`;
  const words: Readonly<Record<string, string>> = {
    released: 'held, sent on when the tenant was released',
    'released later': 'held, missed by that release, sent on by the next',
    deadLetter: 'moved to a dead-letter queue by SQS',
  };
  return words[name] ?? name;
}
