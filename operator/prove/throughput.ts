import * as z from 'zod';
import type { RunReport } from '../start/run-requests.ts';
import type { Synthesized } from './assembly.ts';
import { type CallsPerMail, callsPerMail, callsSection } from './calls.ts';
import { type LocalRun, withRuntime } from './run-local.ts';
import { number, type Section, table } from './section.ts';

const mails = 10_000;
const recipientsPerBatch = 50;
const perSecondMin = 400;
const raisedRate = 5_000;

type Load = {
  readonly title: string;
  readonly stream: 'single' | 'bulk';
  readonly kind: 'message' | 'batch';
  /** SES's rate for the account, recipients per second; the emulator's own where absent. */
  readonly rate?: number;
};

const loads: readonly Load[] = [
  { title: 'messages, Delivery events on', stream: 'single', kind: 'message' },
  { title: 'messages, Delivery events off', stream: 'bulk', kind: 'message' },
  { title: 'batches of 50, Delivery events off', stream: 'bulk', kind: 'batch' },
  {
    title: 'messages, Delivery events on',
    stream: 'single',
    kind: 'message',
    rate: raisedRate,
  },
  {
    title: 'batches of 50, Delivery events off',
    stream: 'bulk',
    kind: 'batch',
    rate: raisedRate,
  },
];

type Measured = {
  readonly load: Load;
  readonly report: RunReport;
  readonly sesRate: number;
  /** Mails per second from the first enqueue to the last outcome. */
  readonly perSecond: number;
  /** Mails per second between SES's first and last yes. */
  readonly pacedPerSecond: number;
  readonly calls: CallsPerMail;
};

/** Measures 10,000 mails through the local pipeline, and the AWS calls they take. */
export async function measureThroughput(
  made: Synthesized,
  onProgress: (text: string) => void,
): Promise<readonly Section[]> {
  const all: Measured[] = [];
  for (const load of loads) {
    onProgress(`${number(mails)} mails: ${load.title}${load.rate ? ` at ${load.rate}/s` : ''}`);
    all.push(await withRuntime(made, (run) => measure(load, made, run)));
  }
  return [throughputSection(all, made), callsSection(all.filter(({ load }) => !load.rate))];
}

async function measure(load: Load, made: Synthesized, run: LocalRun): Promise<Measured> {
  if (load.rate) {
    await run.local('/ses/account', { method: 'PUT', body: { maxSendRate: load.rate } });
    await run.fireSchedules();
  }
  const account = accountView.parse(await run.local('/ses/account'));
  const before = run.runtime.calls();
  const report = await run.send(bodiesOf(load, made));
  const times = sentView
    .parse(await run.local('/messages'))
    .map(({ at }) => Date.parse(at))
    .sort((a, b) => a - b);
  const spanSeconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  return {
    load,
    report,
    sesRate: account.maxSendRate,
    perSecond: mails / report.seconds,
    pacedPerSecond: (times.length - 1) / spanSeconds,
    calls: callsPerMail(load.title, { before, after: run.runtime.calls(), mails }),
  };
}

const accountView = z.looseObject({ maxSendRate: z.number() });
const sentView = z.array(z.looseObject({ at: z.string() }));

/** The simulator's `success` mailbox: every mail arrives, and none counts against the daily quota. */
function bodiesOf(load: Load, { config }: Synthesized): readonly string[] {
  const [single = '', bulk = single] = Object.keys(config.streams);
  const common = {
    version: 1,
    kind: load.kind,
    stream: load.stream === 'single' ? single : bulk,
    from: `hello@${config.sendingDomains[0]?.domain}`,
  };
  const to = (index: number) => `success+${index}@simulator.amazonses.com`;
  if (load.kind === 'message')
    return each(mails, (index) =>
      JSON.stringify({
        ...common,
        id: `m-${index}`,
        to: to(index),
        content: { subject: `Receipt ${index}`, text: 'Thank you.', html: '<p>Thank you.</p>' },
      }),
    );
  return each(mails / recipientsPerBatch, (index) =>
    JSON.stringify({
      ...common,
      id: `b-${index}`,
      content: { subject: 'News for {{name}}', text: 'Dear {{name}}', html: '<p>{{name}}</p>' },
      recipients: each(recipientsPerBatch, (position) => ({
        to: to(index * recipientsPerBatch + position),
        data: { name: `Reader ${position}` },
      })),
    }),
  );
}

function throughputSection(all: readonly Measured[], { config }: Synthesized): Section {
  const { sendRateHeadroom, dispatchConcurrency } = config.limits;
  const [first] = all;
  const lost = all.reduce((sum, { report }) => sum + report.lost, 0);
  const doubled = all.reduce((sum, { report }) => sum + report.doubleSent, 0);
  return {
    title: 'Throughput of the local pipeline',
    method: `${number(mails)} mails to the mailbox simulator, from the first enqueue until the last recipient has an outcome in the ledger, cold starts included; each row on a fresh runtime with limits.dispatchConcurrency ${dispatchConcurrency}. Dispatch paces at ${sendRateHeadroom} of SES’s rate, so at the emulator’s own 500/s no row can exceed ${number(500 * sendRateHeadroom)}/s; the last rows raise SES’s rate to ${number(raisedRate)}/s, where this machine is the limit. “Paced” is the rate between SES’s first and last yes.`,
    promises: [
      {
        promise: '10,000 messages at 400/s or better',
        measured: `${number(first?.perSecond ?? 0)}/s`,
        kept: (first?.perSecond ?? 0) >= perSecondMin,
      },
      { promise: 'nothing lost', measured: `${lost} lost`, kept: lost === 0 },
      { promise: 'nothing sent twice', measured: `${doubled} sent twice`, kept: doubled === 0 },
    ],
    body: table(
      ['mails', 'SES’s rate', 'seconds', 'mails/s', 'paced mails/s', 'lost', 'sent twice'],
      all.map(({ load, report, sesRate, perSecond, pacedPerSecond }) => [
        load.title,
        `${number(sesRate)}/s`,
        number(report.seconds, 1),
        number(perSecond),
        number(pacedPerSecond),
        report.lost,
        report.doubleSent,
      ]),
    ),
    data: {
      mails,
      rows: all.map(({ load, report, sesRate, perSecond, pacedPerSecond }) => ({
        ...load,
        sesRate,
        seconds: report.seconds,
        perSecond,
        pacedPerSecond,
        lost: report.lost,
        sentTwice: report.doubleSent,
      })),
    },
  };
}

function each<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
