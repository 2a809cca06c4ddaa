import type { PipelineConfig } from '../../contract/pipeline-config.ts';
import { explainReason } from '../../domain/explain-reason.ts';
import type { Runtime } from '../../local/runtime.ts';
import type { LocalState } from '../actions/local-state.ts';
import { formatTable } from '../cli/table.ts';
import { counted } from '../cli/words.ts';
import type { StartOptions } from './options.ts';
import type { RunReport } from './run-requests.ts';

/** What a person, or with `--json` a program, sees of a start. */
export type Show = {
  readonly ready: (started: {
    readonly config: PipelineConfig;
    readonly runtime: Runtime;
    readonly seconds: number;
  }) => void;
  readonly progress: (text: string) => void;
  readonly report: (report: RunReport) => void;
  readonly staysUp: (up: Up) => void;
  readonly tenantAdded: (added: { readonly tenant: string; readonly owned: string }) => void;
  readonly everyTenantUnknown: () => void;
  readonly log: (source: string, line: string) => void;
  readonly problem: (text: string) => void;
};

export type Up = {
  readonly runtime: Runtime;
  readonly config: PipelineConfig;
  /** A runtime that ran in this clone before, to which the CLI goes. */
  readonly other?: LocalState;
  readonly sampleSent: boolean;
  /** Absent where no console is served. */
  readonly consoleUrl?: string;
};

/** What each outcome means, for who reads the table for the first time. */
const meanings: Readonly<Record<string, string>> = {
  delivered: 'the mailbox provider said 250',
  accepted: 'SES took it; Delivery events are off for this stream',
  bounced: 'the mailbox provider refused it',
  complained: 'delivered, then reported as spam',
  suppressed: 'not sent: the address is on a suppression list',
  rejected: 'not sent: the request is at fault, the app is told why',
  expired: 'not sent: its expiresAt had passed',
  held: 'waits for its sendAt or for an operator',
  parked: 'waits for a person: see `npx goodstanding dlq list`',
};

/** Outputs that an app needs, besides the addresses of its queues. */
const namesShown: ReadonlySet<string> = new Set(['ContentBucketName', 'EventBusName']);

/** Returns the voice of a start: words on stdout, or on stderr where `--json` owns stdout. */
export function createConsole(options: StartOptions): Show {
  const say = (text: string) => (options.json ? process.stderr : process.stdout).write(`${text}\n`);
  const live = process.stderr.isTTY === true;
  return {
    ready: ({ config, runtime, seconds }) => {
      say(
        `deployment ${config.deployment} is up at ${runtime.endpointUrl} after ${seconds.toFixed(1)} s\n`,
      );
      for (const [name, value] of Object.entries(runtime.outputs))
        if (value.startsWith(runtime.endpointUrl) || namesShown.has(name))
          say(`  ${name.padEnd(28)} ${value}`);
      say('');
    },
    progress: (text) => {
      if (live) process.stderr.write(`\r\u001b[2K${text}`);
    },
    report: (report) => {
      if (live) process.stderr.write('\r\u001b[2K');
      say(describeReport(report));
      if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    },
    staysUp: (up) => say(describeUp(up)),
    tenantAdded: ({ tenant, owned }) => {
      say(`tenancy is 'many': added tenant ${tenant}, which owns ${owned}, for the sample\n`);
    },
    everyTenantUnknown: () => {
      say(
        'every request was for a tenant that is not there: while this runs, add it with\n  npx goodstanding tenants add ID --from DOMAIN\nand send under new ids\n',
      );
    },
    log: (source, line) => {
      const told = problemIn(line);
      if (told) say(`${source}: ${told}`);
    },
    problem: (text) => {
      process.stderr.write(`error: ${text}\n`);
    },
  };
}

/** Each line works as it is when it is pasted into another terminal. */
function describeUp({
  runtime: { endpointUrl },
  config,
  other,
  sampleSent,
  consoleUrl,
}: Up): string {
  const cli = other ? `npx goodstanding --endpoint ${endpointUrl}` : 'npx goodstanding';
  const owned = config.sendingDomains[0]?.domain ?? config.sendingAddresses[0] ?? '';
  const tenantMissing = config.tenancy === 'many' && !sampleSent;
  return [
    ...(other
      ? [
          `Another runtime of this clone (process ${other.pid}) was up first: without --endpoint the CLI goes to that one, ${other.endpoint}.`,
        ]
      : []),
    ...(consoleUrl ? [`Look at it in a browser:  ${consoleUrl}`] : []),
    'It stays up; Ctrl-C ends it. In another terminal:',
    ...(tenantMissing ? [`  ${cli} tenants add default --from ${owned}`] : []),
    `  ${cli} send --to success@simulator.amazonses.com --subject Hello --text Hi --wait`,
    ...(sampleSent ? [`  ${cli} suppress check bounce+0@simulator.amazonses.com`] : []),
    `  curl ${endpointUrl}/_local/messages                what SES received`,
    `  curl ${endpointUrl}/_local/                        what else can be seen and moved (docs/local.md)`,
    'Any AWS SDK, and the AWS CLI, after:',
    `  export AWS_ENDPOINT_URL=${endpointUrl} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=LOCAL AWS_SECRET_ACCESS_KEY=LOCAL`,
    `  aws sqs list-queues --endpoint-url ${endpointUrl}`,
  ].join('\n');
}

const look = { width: 100, colour: false } as const;

function describeReport(report: RunReport): string {
  const outcomes = Object.entries(report.outcomes)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => [outcome, String(count), meanings[outcome] ?? '']);
  const reasons = Object.entries(report.reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => [reason, String(count), explainReason(reason) ?? '']);
  return [
    `${counted(report.requests, 'request')} for ${counted(report.recipients, 'recipient')} in ${report.seconds} s: ${report.lost} lost, ${report.doubleSent} sent twice, ${report.duplicates} repeated and sent once`,
    '',
    ...(outcomes.length > 0
      ? [formatTable(['outcome', 'recipients', 'meaning'], outcomes, look), '']
      : []),
    ...(reasons.length > 0 ? [formatTable(['why', 'recipients', ''], reasons, look), ''] : []),
    ...Object.entries(report.queueRefusals).map(
      ([said, count]) => `${counted(count, 'request')} refused by the queue: ${said}\n`,
    ),
  ].join('\n');
}

/** Functions write metrics and decisions; a person is shown what went wrong. */
function problemIn(line: string): string | undefined {
  try {
    const told: unknown = JSON.parse(line);
    const code =
      typeof told === 'object' && told !== null && 'code' in told ? String(told.code) : '';
    return /failed|warning|unknown/.test(code) ? line : undefined;
  } catch {
    return line;
  }
}
