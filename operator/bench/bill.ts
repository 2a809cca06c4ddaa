import type { Usage } from '../../local/metering/meter.ts';
import type { Logged } from '../prove/run-local.ts';
import { type PriceName, prices } from './prices.ts';

/** What a load took, and what of it the meter cannot know. */
export type Counted = {
  readonly mails: number;
  /** What the meter saw while the load ran, without what runs on a schedule. */
  readonly usage: readonly Usage[];
  /** Lines that functions wrote while the load ran. */
  readonly logged: readonly Logged[];
  readonly dispatchFunction: string;
  /** Functions of dispatch that share SES's rate, and what each is billed for. */
  readonly environments: number;
  readonly memoryGb: number;
  readonly ratePerSecond: number;
};

/** One line of the bill, USD per million mails. */
export type BillLine = { readonly item: string; readonly usdPerMillion: number };

export type Bill = {
  readonly lines: readonly BillLine[];
  readonly usdPerMillion: number;
  /** Calls of functions, of apps and of Lambda on the queues, and invocations; not those to SES. */
  readonly callsPerMail: number;
  /** The same by who calls what, such as `dispatch dynamodb:PutItem ledger`; those to SES and SNS here too. */
  readonly calls: Readonly<Record<string, number>>;
  readonly writeUnitsPerMail: number;
  readonly readUnitsPerMail: number;
};

/** Lambda's START, END and REPORT lines of one invocation, bytes. */
const platformLogBytes = 350;
const platformLogLines = 3;
/** CloudWatch adds this to each line. */
const logLineBytes = 26;
const gigabyte = 2 ** 30;

/**
 * A function that nothing paces is billed for its few DynamoDB calls and its work: an assumption, 0.1 s at
 * 256 MB, which at 100 events an invocation is 0.003 USD per million.
 */
export const unpacedSeconds = 0.1;
const unpacedMemoryGb = 0.25;

/** Returns what a million mails of this load would cost at list prices, SES itself left out. */
export function billOf(counted: Counted): Bill {
  const { mails, usage, environments, memoryGb, ratePerSecond } = counted;
  const sum = (operations: RegExp, of: 'calls' | 'payloads' | 'readUnits' | 'writeUnits') =>
    usage
      .filter(({ operation }) => operations.test(operation))
      .reduce((total, row) => total + row[of], 0);
  const line = (item: string, name: PriceName, amount: number): BillLine => ({
    item,
    usdPerMillion: (amount / mails) * 1e6 * prices[name].usd,
  });
  const invocations = sum(/^lambda:Invoke$/, 'calls');
  const paced = usage
    .filter((row) => row.operation === 'lambda:Invoke' && row.by === counted.dispatchFunction)
    .reduce((total, { calls }) => total + calls, 0);
  const lines = [
    line('SQS', 'queueRequest', sum(/^sqs:/, 'payloads')),
    line('SNS', 'topicPublish', sum(/^sns:/, 'payloads')),
    line('SNS to SQS', 'topicToQueue', sum(/^sns:/, 'payloads')),
    line('Lambda requests', 'lambdaRequest', invocations),
    line('dispatch’s time', 'lambdaGbSecond', (mails * environments * memoryGb) / ratePerSecond),
    line(
      'other functions’ time',
      'lambdaGbSecond',
      (invocations - paced) * unpacedSeconds * unpacedMemoryGb,
    ),
    line('DynamoDB writes', 'writeUnit', sum(/^dynamodb:/, 'writeUnits')),
    line('DynamoDB reads', 'readUnit', sum(/^dynamodb:/, 'readUnits')),
    line('S3 puts', 'objectPut', sum(/^s3:(PUT|POST|LIST)$/, 'calls')),
    line('S3 gets', 'objectGet', sum(/^s3:(GET|HEAD)$/, 'calls')),
    line('EventBridge', 'busEvent', sum(/^events:/, 'payloads')),
    line('Secrets Manager', 'secretRequest', sum(/^secretsmanager:/, 'calls')),
    line('logs', 'logGigabyte', loggedBytes(counted.logged, invocations) / gigabyte),
  ];
  return {
    lines,
    usdPerMillion: lines.reduce((total, { usdPerMillion }) => total + usdPerMillion, 0),
    callsPerMail: sum(/^(?!ses:|sns:)/, 'calls') / mails,
    calls: callsByCaller(counted),
    writeUnitsPerMail: sum(/^dynamodb:/, 'writeUnits') / mails,
    readUnitsPerMail: sum(/^dynamodb:/, 'readUnits') / mails,
  };
}

/** Returns a bill of which `share` (0..1) of the mails are those of the first, the others the second's. */
export function mixBills(first: Bill, second: Bill, share: number): Bill {
  const mix = (one: number, other: number) => one * share + other * (1 - share);
  return {
    lines: first.lines.map(({ item, usdPerMillion }, index) => ({
      item,
      usdPerMillion: mix(usdPerMillion, second.lines[index]?.usdPerMillion ?? 0),
    })),
    usdPerMillion: mix(first.usdPerMillion, second.usdPerMillion),
    callsPerMail: mix(first.callsPerMail, second.callsPerMail),
    calls: {},
    writeUnitsPerMail: mix(first.writeUnitsPerMail, second.writeUnitsPerMail),
    readUnitsPerMail: mix(first.readUnitsPerMail, second.readUnitsPerMail),
  };
}

function callsByCaller({ usage, mails, dispatchFunction }: Counted): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const { by, operation, resource, calls: count } of usage) {
    const caller = by === dispatchFunction ? 'dispatch' : by.replace(/^[^-]*-/, '');
    const table = operation.startsWith('dynamodb:') ? resource.replace(/^[^-]*-/, '') : '';
    const name = [caller, operation, table].filter((part) => part !== '').join(' ');
    if (count > 0) calls[name] = (calls[name] ?? 0) + count / mails;
  }
  return calls;
}

/** Returns the bytes of logs that CloudWatch bills for, those that Lambda writes itself among them. */
export function loggedBytes(logged: readonly Logged[], invocations: number): number {
  const written = logged.reduce((sum, { bytes, lines }) => sum + bytes + lines * logLineBytes, 0);
  return written + invocations * (platformLogBytes + platformLogLines * logLineBytes);
}
