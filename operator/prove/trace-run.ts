/** Traces in a large made ledger: what a process of its own measures, because the ledger fills its heap. */
import * as z from 'zod';
import { localTarget } from '../../adapters/clients.ts';
import { writeDecision } from '../../contract/decision-record.ts';
import { assignmentKeys, evidenceKeys } from '../../contract/table-keys.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { dayMs, epochMs, minuteMs } from '../../domain/time.ts';
import type { JsonObject } from '../../local/aws.ts';
import { type Backend, createBackend } from '../actions/backend.ts';
import { traceMail } from '../actions/trace.ts';
import type { TraceQuestion } from '../actions/trace-question.ts';
import { synthesize } from './assembly.ts';
import { withRuntime } from './run-local.ts';
import { number } from './section.ts';
import {
  asStored,
  type MadeLedger,
  type MadeMail,
  madeItems,
  madeMail,
  madeStream,
} from './trace-ledger.ts';

/** Traces of each kind that are measured. */
export const samples = 200;
export const madeDecisions = 500;

/** Traces of one kind. */
export const traceRow = z.object({
  title: z.string(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  maxMs: z.number(),
  itemsMean: z.number(),
  itemsMax: z.number(),
  /** Calls of DynamoDB, of the answer that took most. */
  calls: z.number(),
  /** Answers that told of the mail that was asked for. */
  found: z.number(),
});
export type TraceRow = z.output<typeof traceRow>;

export const traceRun = z.object({ fillSeconds: z.number(), rows: z.array(traceRow) });
export type TraceRun = z.output<typeof traceRun>;

/** Fills a ledger in a runtime of its own, and measures traces of every kind. */
export async function runTraces(
  messages: number,
  onProgress: (text: string) => void,
): Promise<TraceRun> {
  const made = await synthesize();
  try {
    return await withRuntime(made, async ({ runtime }) => {
      const backend = createBackend(localTarget(runtime.endpointUrl), made.config.deployment);
      const ledger: MadeLedger = {
        messages,
        until: epochMs(Date.now() - 5 * minuteMs),
        secret: await backend.recipientSecret(),
      };
      try {
        onProgress(`a ledger of ${number(messages)} messages is filled`);
        const startedAt = performance.now();
        await runtime.fillTable(backend.tables.ledger.name, madeItems(ledger));
        await runtime.fillTable(backend.tables.evidence.name, decisionItems(ledger));
        await runtime.fillTable(backend.tables.assignments.name, [assignment(ledger)]);
        const fillSeconds = (performance.now() - startedAt) / 1000;
        const rows: TraceRow[] = [];
        for (const question of questions) {
          onProgress(`${samples} traces ${question.title}`);
          rows.push(await measure(backend, ledger, question));
        }
        return { fillSeconds, rows };
      } finally {
        backend.close();
      }
    });
  } finally {
    made.remove();
  }
}

type Question = {
  readonly title: string;
  readonly ask: (mail: MadeMail) => TraceQuestion;
};

const questions: readonly Question[] = [
  { title: "by the app's id", ask: ({ id, tenant }) => ({ ask: 'id', id, tenant }) },
  { title: 'by our message id', ask: ({ messageId }) => ({ ask: 'id', id: messageId }) },
  {
    title: 'by SES’s message id',
    ask: ({ sesMessageId }) => ({ ask: 'ses-message-id', sesMessageId }),
  },
  { title: 'by recipient', ask: ({ address }) => ({ ask: 'recipient', address }) },
  {
    title: 'by tenant and time, with its index',
    ask: ({ tenant, at }) => ({
      ...{ ask: 'tenant', tenant },
      ...{ since: epochMs(at - 30 * minuteMs), until: epochMs(at + 1) },
    }),
  },
  {
    title: 'by tenant and time, without it',
    ask: ({ tenant, at }) => ({
      ...{ ask: 'tenant', tenant },
      ...{ since: epochMs(at - minuteMs), until: epochMs(at + 1) },
      // The cursor of a search in the journal, as the answer before gives it.
      from: `journal-${Math.floor(at / 10_000)}`,
    }),
  },
];

async function measure(
  backend: Backend,
  ledger: MadeLedger,
  { title, ask }: Question,
): Promise<TraceRow> {
  const times: number[] = [];
  const items: number[] = [];
  let found = 0;
  let calls = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    const mail = madeMail(ledger, Math.floor(((sample + 0.5) / samples) * ledger.messages));
    const startedAt = performance.now();
    const answer = await traceMail(backend, ask(mail));
    times.push(performance.now() - startedAt);
    items.push(answer.itemsRead);
    calls = Math.max(calls, answer.calls);
    const told = [answer.trace, ...answer.mails];
    if (told.some((one) => one?.messageId === mail.messageId)) found += 1;
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return {
    ...{ title, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1), calls, found },
    itemsMean: items.reduce((sum, count) => sum + count, 0) / items.length,
    itemsMax: Math.max(...items),
  };
}

/** Decisions all day long, one of which gave the assignment that stands. */
function* decisionItems({ until }: MadeLedger): Generator<JsonObject> {
  for (let index = 0; index < madeDecisions; index += 1) {
    const at = epochMs(Math.floor(until - dayMs + (index / madeDecisions) * dayMs));
    const decision: Decision = {
      ...{ id: decisionId(index), at, autonomy: 'act', done: true },
      actions: [
        {
          ...{ kind: 'move', stream: madeStream, provider: 'gmail' },
          before: [{ pool: 'leased', weight: 1 }],
          pools: [{ pool: 'shared', weight: 1 }],
        },
      ],
      ...{ evidence: ['since 08:40 UTC: 9 of 31 mails blocked'], counterEvidence: [] },
    };
    const iso = new Date(at).toISOString();
    yield asStored({
      ...evidenceKeys.decision(iso.slice(0, 7), iso, decision.id),
      ...{ id: decision.id, at, decision: writeDecision(decision), ttl: 2_000_000_000 },
    });
  }
}

function assignment({ until }: MadeLedger): JsonObject {
  return asStored({
    ...assignmentKeys.provider(madeStream, 'gmail'),
    ...{ pools: [{ pool: 'shared', weight: 1 }], version: madeDecisions, why: 'blocked' },
    ...{ at: until - dayMs, by: `rotation ${decisionId(0)}` },
  });
}

function decisionId(index: number): string {
  return index.toString(16).padStart(12, '0');
}
