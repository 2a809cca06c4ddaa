import { fork } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import { repositoryRoot } from '../../lib/repository-root.ts';
import { traceItemsMax } from '../actions/trace-question.ts';
import { number, type Section, table } from './section.ts';
import { madeDecisions, samples, type TraceRow, type TraceRun, traceRun } from './trace-run.ts';

const messagesDefault = 1_000_000;
const secondsMax = 1;

/** A million messages with their indexes are six gigabytes of heap, more than Node allows itself. */
const heapMegabytes = 12_288;

/** Measures how soon a mail is traced in a ledger of a million messages, and how many items that reads. */
export async function measureTrace(
  onProgress: (text: string) => void,
  messages: number = messagesDefault,
): Promise<Section> {
  const { fillSeconds, rows } = await runApart(messages, onProgress);
  return traceSection(rows, { messages, fillSeconds });
}

const said = z.union([z.object({ progress: z.string() }), z.object({ run: traceRun })]);

function runApart(messages: number, onProgress: (text: string) => void): Promise<TraceRun> {
  const file = join(repositoryRoot, 'operator', 'prove', 'trace-child.ts');
  const child = fork(file, [String(messages)], {
    execArgv: [`--max-old-space-size=${heapMegabytes}`],
  });
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const heard = said.parse(message);
      if ('run' in heard) resolve(heard.run);
      else onProgress(heard.progress);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the traces ended with code ${code}`)));
  });
}

function traceSection(
  measured: readonly TraceRow[],
  { messages, fillSeconds }: { readonly messages: number; readonly fillSeconds: number },
): Section {
  const slowest = Math.max(...measured.map(({ maxMs }) => maxMs)) / 1000;
  const usual = Math.max(...measured.map(({ p95Ms }) => p95Ms)) / 1000;
  const most = Math.max(...measured.map(({ itemsMax }) => itemsMax));
  const byItself = measured.filter(({ title }) => title !== measured.at(-1)?.title);
  const foundAll = byItself.every(({ found }) => found === samples);
  return {
    title: 'Trace in a large ledger',
    method: `A local ledger of ${number(messages)} messages of a day (requests, attempts of ten, events, the three indexes) and ${madeDecisions} decisions, filled in ${number(fillSeconds)} s without sending; then ${samples} traces of each kind over HTTP, spread over the day, one after the other. Items are those that DynamoDB returned. Without its index a tenant's mail is told from the journal of everybody's attempts, page by page: "found" says how often the first page held it.`,
    promises: [
      {
        promise: `a trace in ${secondsMax} s, 95 of 100 of every kind`,
        measured: `${number(usual, 2)} s; ${number(slowest, 2)} s the slowest of ${samples * measured.length}`,
        kept: usual <= secondsMax,
      },
      {
        promise: `a trace reads at most ${traceItemsMax} items`,
        measured: `${most} at most`,
        kept: most <= traceItemsMax,
      },
      {
        promise: 'every mail that was asked for by an id or an index is found',
        measured: byItself.map(({ found }) => found).join(', '),
        kept: foundAll,
      },
    ],
    body: table(
      ['trace', 'p50 ms', 'p95 ms', 'max ms', 'items, mean', 'items, most', 'calls, most', 'found'],
      measured.map((row) => [
        row.title,
        ...[number(row.p50Ms, 1), number(row.p95Ms, 1), number(row.maxMs, 1)],
        ...[number(row.itemsMean, 1), row.itemsMax, row.calls, `${row.found} of ${samples}`],
      ]),
    ),
    data: { messages, fillSeconds, rows: measured },
  };
}
