import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { classify } from '../../domain/classification/classify.ts';
import type { BounceReason, Classified } from '../../domain/classification/reasons.ts';
import { repositoryRoot } from '../../lib/repository-root.ts';
import { number, type Promised, type Section, table } from './section.ts';

/** Reasons that are acted on alike are right for one another: blame hangs on these, not on the single reason. */
const classes: Readonly<Record<BounceReason, string>> = {
  'invalid-recipient': 'bad recipient',
  'invalid-domain': 'bad recipient',
  inactive: 'bad recipient',
  suppressed: 'bad recipient',
  'mailbox-full': 'full',
  'block-ip-reputation': 'reputation',
  'blocklist-dnsbl': 'reputation',
  'block-domain-reputation': 'reputation',
  'auth-failure': 'authentication',
  'spam-content': 'content',
  'recipient-refused': 'policy',
  policy: 'policy',
  'sender-rejected': 'policy',
  'relay-denied': 'policy',
  'rate-limited': 'throttle',
  greylisted: 'throttle',
  'server-error': 'transient',
  network: 'transient',
  dns: 'transient',
  expired: 'transient',
  'too-large': 'message',
  protocol: 'message',
  undetermined: 'unknown',
  'not-a-failure': 'none',
};

const labelled = z.looseObject({
  diagnostic: z.string(),
  status: z.string().optional(),
  expected_reason: z
    .string()
    .refine((name): name is BounceReason => Object.hasOwn(classes, name), 'is no reason of ours'),
  tier: z.string().optional(),
  smtp_like: z.boolean().optional(),
  conflict: z.boolean().optional(),
});
type Labelled = z.output<typeof labelled>;

type Score = {
  readonly rows: number;
  readonly classRatio: number;
  readonly reasonRatio: number;
  readonly blocksFoundRatio: number;
  readonly mistakenRatio: number;
  readonly blocksThatSuppress: number;
  readonly millisecondsEach: number;
};

/** Measures the classifier on our own replies, and on a labelled file of others' if one is given. */
export function measureClassification(diagnosticsFile?: string): Section {
  const own = score(readRows(join(repositoryRoot, 'test', 'fixtures', 'replies.jsonl')));
  const others = diagnosticsFile === undefined ? undefined : score(readRows(diagnosticsFile));
  const scores = [
    { name: 'written after providers’ documentation', ...own },
    ...(others ? [{ name: 'labelled by others', ...others }] : []),
  ];
  return {
    title: 'What a reply means',
    method: `Replies that are labelled with their reason are classified by text and status alone. Ours (test/fixtures/replies.jsonl) were written together with the rules, so they show that the rules hold, not that they generalise. Others’ are read from the file given with \`--diagnostics\` (${others ? 'given to this run' : 'not given to this run'}); only those that are whole replies with one certain label count. Right is a reason of the same class as the label.`,
    promises: others ? promisesOf(others) : [],
    body: table(
      ['replies', 'count', 'right', 'exact', 'blocks found', 'taken for a block', 'ms each'],
      scores.map((one) => [
        one.name,
        one.rows,
        percent(one.classRatio),
        percent(one.reasonRatio),
        percent(one.blocksFoundRatio),
        percent(one.mistakenRatio),
        number(one.millisecondsEach, 3),
      ]),
    ),
    data: { own, ...(others ? { others } : {}) },
  };
}

function promisesOf(found: Score): readonly Promised[] {
  return [
    {
      promise: 'replies classified right ≥ 90 %',
      measured: percent(found.classRatio),
      kept: found.classRatio >= 0.9,
    },
    {
      promise: 'reputation blocks found ≥ 90 %',
      measured: percent(found.blocksFoundRatio),
      kept: found.blocksFoundRatio >= 0.9,
    },
    {
      promise: 'other replies taken for a block ≤ 2 %',
      measured: percent(found.mistakenRatio),
      kept: found.mistakenRatio <= 0.02,
    },
    {
      promise: 'blocks that suppress: 0',
      measured: String(found.blocksThatSuppress),
      kept: found.blocksThatSuppress === 0,
    },
  ];
}

function readRows(file: string): readonly Labelled[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => labelled.parse(JSON.parse(line)))
    .filter(
      ({ tier = 'A', smtp_like = true, conflict = false, expected_reason }) =>
        tier === 'A' && smtp_like && !conflict && expected_reason !== 'not-a-failure',
    );
}

function score(rows: readonly Labelled[]): Score {
  const judged = rows.map((row) => ({ row, found: classifyRow(row) }));
  const wants = ({ row }: (typeof judged)[number]) => classes[row.expected_reason];
  const gets = ({ found }: (typeof judged)[number]) => classes[found.reason];
  const blocks = judged.filter((one) => wants(one) === 'reputation');
  const others = judged.filter((one) => wants(one) !== 'reputation');
  // The first pass warmed the code up.
  const startedAt = performance.now();
  for (const row of rows) classifyRow(row);
  const millisecondsEach = (performance.now() - startedAt) / rows.length;
  return {
    rows: rows.length,
    classRatio: shareOf(judged, (one) => wants(one) === gets(one)),
    reasonRatio: shareOf(judged, ({ row, found }) => row.expected_reason === found.reason),
    blocksFoundRatio: shareOf(blocks, (one) => gets(one) === 'reputation'),
    mistakenRatio: shareOf(others, (one) => gets(one) === 'reputation'),
    blocksThatSuppress: blocks.filter(({ found }) => found.suppress).length,
    millisecondsEach,
  };
}

function classifyRow({ diagnostic, status }: Labelled): Classified {
  return classify({ diagnostic, ...(status ? { status } : {}) });
}

function shareOf<T>(all: readonly T[], holds: (one: T) => boolean): number {
  return all.length === 0 ? 1 : all.filter(holds).length / all.length;
}

function percent(ratio: number): string {
  return `${number(100 * ratio, 1)} %`;
}
