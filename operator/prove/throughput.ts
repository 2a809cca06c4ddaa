import * as z from 'zod';
import { config as settings } from '../../goodstanding.config.ts';
import type { RunReport } from '../start/run-requests.ts';
import { type Synthesized, synthesize } from './assembly.ts';
import { type LocalRun, withRuntime } from './run-local.ts';
import { number, type Section, table } from './section.ts';

const mails = 10_000;
const recipientsPerBatch = 50;
const raisedRate = 5_000;
/** Mails per second at the raised rate, where this machine is the limit. */
const perSecondMin = { message: 600, batch: 1_500 } as const;

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
};

/** More dispatch environments than this only wait for each other on two cores. */
const dispatchConcurrency = 3;

/** Measures 10,000 mails through the local pipeline. */
export async function measureThroughput(onProgress: (text: string) => void): Promise<Section> {
  const made = await synthesize({
    ...settings,
    limits: { ...settings.limits, dispatchConcurrency },
  });
  try {
    const all: Measured[] = [];
    for (const load of loads) {
      onProgress(`${number(mails)} mails: ${load.title}${load.rate ? ` at ${load.rate}/s` : ''}`);
      all.push(await withRuntime(made, (run) => measure(load, made, run)));
    }
    return throughputSection(all, made);
  } finally {
    made.remove();
  }
}

async function measure(load: Load, made: Synthesized, run: LocalRun): Promise<Measured> {
  if (load.rate) {
    await run.local('/ses/account', { method: 'PUT', body: { maxSendRate: load.rate } });
    await run.fireSchedules();
  }
  const account = accountView.parse(await run.local('/ses/account'));
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
  const { sendRateHeadroom } = config.limits;
  const fastest = (kind: Load['kind']) =>
    all.find(({ load }) => load.rate !== undefined && load.kind === kind)?.perSecond ?? 0;
  const lost = all.reduce((sum, { report }) => sum + report.lost, 0);
  const doubled = all.reduce((sum, { report }) => sum + report.doubleSent, 0);
  return {
    title: 'Throughput of the local pipeline',
    method: `${number(mails)} mails to the mailbox simulator, from the first enqueue until the last recipient has an outcome in the ledger, cold starts included; each row on a fresh runtime with ${dispatchConcurrency} dispatch environments a stream. Dispatch paces at ${sendRateHeadroom} of SES’s rate, so at the emulator’s own 500/s no row can exceed ${number(500 * sendRateHeadroom)}/s; the last rows raise SES’s rate to ${number(raisedRate)}/s, where this machine is the limit. “Paced” is the rate between SES’s first and last yes.`,
    promises: [
      {
        promise: `10,000 messages with Delivery events at ${perSecondMin.message}/s or better`,
        measured: `${number(fastest('message'))}/s`,
        kept: fastest('message') >= perSecondMin.message,
      },
      {
        promise: `10,000 mails in batches of 50 at ${number(perSecondMin.batch)}/s or better`,
        measured: `${number(fastest('batch'))}/s`,
        kept: fastest('batch') >= perSecondMin.batch,
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
