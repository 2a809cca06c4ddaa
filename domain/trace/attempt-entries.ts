import type { MailKind } from '../evidence/model.ts';
import { explainReason } from '../explain-reason.ts';
import type { TracedAttempt, TraceEntry, TraceMaterial } from './model.ts';
import { whyPool } from './why-pool.ts';

/** Returns what each attempt says: its pool and why that one, the hand-over, SES's answer, and rescues. */
export function attemptEntries(material: TraceMaterial): readonly TraceEntry[] {
  return [
    ...material.attempts.flatMap((attempt) => [
      assigned(attempt, material),
      handedOver(attempt),
      answered(attempt),
    ]),
    ...rescued(material),
  ];
}

const kinds: Readonly<Record<MailKind, readonly string[]>> = {
  normal: [],
  canary: ['it went as a canary: its pool was on trial'],
  probe: ['it went as a probe: an order held this part of the mail and let a few through to learn'],
  rescue: ['it was sent once more, because its first pool had lost it to a block'],
};

function assigned(attempt: TracedAttempt, material: TraceMaterial): TraceEntry {
  const { at, recipientIndex, pool, provider } = attempt;
  return {
    at,
    stage: 'assignment',
    recipientIndex,
    text: `pool ${pool} for ${provider === '' ? 'a provider that was not known' : `mail to ${provider}`}`,
    ...whyPool(attempt, material),
    pool,
  };
}

function handedOver({
  at,
  recipientIndex,
  pool,
  configurationSet,
  attemptId,
  kind,
}: TracedAttempt): TraceEntry {
  return {
    at,
    stage: 'attempt',
    recipientIndex,
    text: `handed to SES with configuration set ${configurationSet}`,
    details: [...kinds[kind], `attempt ${attemptId}`],
    decisions: [],
    pool,
  };
}

function answered(attempt: TracedAttempt): TraceEntry {
  const { at, completedAt, recipientIndex, pool, result } = attempt;
  const common = {
    at: completedAt ?? at,
    stage: 'answer' as const,
    recipientIndex,
    decisions: [],
    pool,
  };
  if (!result)
    return {
      ...common,
      text: 'no answer of SES is recorded',
      details: ['it was sent or not: an SES event will tell'],
      reason: 'no-answer',
    };
  if ('ses' in result)
    return {
      ...common,
      text: 'SES took it',
      details: [`SES message id ${result.ses}`],
      sesMessageId: result.ses,
    };
  const { outcome, reason, detail } = result;
  const meaning = explainReason(reason);
  return {
    ...common,
    text: `SES did not take it: ${reason} (${outcome})`,
    details: [...(detail ? [detail] : []), ...(meaning ? [meaning] : [])],
    reason,
  };
}

function rescued({ rescues }: TraceMaterial): readonly TraceEntry[] {
  return rescues.map(({ claimedAt, recipientIndex, rescue, attemptId }) => ({
    at: claimedAt,
    stage: 'rescue',
    recipientIndex,
    text: 'rescued: to be sent once more through another pool',
    details: [`decision ${rescue} asked for it, attempt ${attemptId} is it`],
    decisions: [rescue],
  }));
}
