/** What people read of an incident, in a mail and in a chat. */
import { clockOf, lengthOf } from '../rotation/words.ts';
import type { EpochMs } from '../time.ts';
import type { Incident, TellingReason } from './model.ts';

/** What the table of alarm kinds says of one. */
export type KindWords = {
  readonly severity: 'page' | 'ticket';
  readonly title: string;
  readonly means: string;
  readonly bySystem: string;
  readonly look: string;
};

export type IncidentNotice = {
  readonly subject: string;
  readonly text: string;
  readonly chat: {
    readonly description: string;
    readonly nextSteps: readonly string[];
    readonly keywords: readonly string[];
    readonly thread: string;
  };
};

/** What a notice is made from besides its incident. */
export type NoticeWords = {
  readonly why: TellingReason;
  readonly words: KindWords;
  /** Where the kind's runbook stands. */
  readonly runbook: string;
  readonly titleOf: (kind: string) => string;
  readonly now: EpochMs;
};

/** Before the title, so that a mail's list of subjects tells what is new. */
const prefixes: Readonly<Record<TellingReason, string>> = {
  opened: '',
  more: 'more: ',
  again: 'still: ',
  over: 'over: ',
};

/** Returns the notice of an incident: what happened, what was done, what to do, in this order. */
export function noticeOf(incident: Incident, notice: NoticeWords): IncidentNotice {
  const { why, words } = notice;
  const test = incident.testedBy === undefined ? '' : '[test] ';
  return {
    subject: `${test}Goodstanding ${words.severity}: ${prefixes[why]}${words.title}`,
    text: (why === 'over' ? endText(incident, notice) : fullText(incident, notice)).join('\n'),
    chat: {
      description: why === 'over' ? endText(incident, notice).join('\n') : causeOf(incident, words),
      nextSteps:
        why === 'over'
          ? []
          : [
              `Look: \`npx ${words.look}\``,
              `Runbook: ${notice.runbook}`,
              ...undoOf(incident).map((line) => `Undo: ${line}`),
              `In hand: \`npx ${ackCommand(incident)}\``,
            ],
      keywords: [incident.kind, words.severity],
      thread: incident.id,
    },
  };
}

function fullText(incident: Incident, notice: NoticeWords): readonly string[] {
  const { words, runbook, now, titleOf } = notice;
  const { openedAt, findings, parts, testedBy, id } = incident;
  const consequences = parts.slice(1).map(({ kind }) => titleOf(kind));
  const did = findings && findings.did.length > 0 ? findings.did : [words.bySystem];
  return [
    ...(testedBy === undefined ? [] : [`This is a test by ${testedBy}. Nothing is wrong.`, '']),
    `${words.title}, since ${clockOf(openedAt, now)} (${lengthOf(now - openedAt)}).`,
    '',
    `What happened: ${causeOf(incident, words)}`,
    ...(consequences.length > 0 ? [`It also causes: ${consequences.join('; ')}.`] : []),
    '',
    ...headed('What the system did', did),
    ...headed(
      'Alarms that ring',
      (findings?.rings ?? []).map(({ alarm, reason }) => `${alarm}: ${reason}`),
    ),
    ...headed('Evidence', findings?.evidence ?? []),
    `Look:     npx ${words.look}`,
    `Runbook:  ${runbook}`,
    ...undoOf(incident).map((line) => `Undo:     ${line}`),
    ...(findings?.decisions ?? []).map((one) => `Decision: npx goodstanding decisions show ${one}`),
    `Incident: npx goodstanding alarms show ${id}`,
    `In hand:  npx ${ackCommand(incident)}`,
  ];
}

function endText(incident: Incident, { words, now }: NoticeWords): readonly string[] {
  const { openedAt, closedAt = now, id } = incident;
  return [
    `${words.title}: it is over. It lasted from ${clockOf(openedAt, now)} to ${clockOf(closedAt, now)} (${lengthOf(closedAt - openedAt)}).`,
    `It was: ${causeOf(incident, words)}`,
    `Incident: npx goodstanding alarms show ${id}`,
  ];
}

function causeOf({ findings }: Incident, { means }: KindWords): string {
  return findings && findings.cause !== '' ? findings.cause : means;
}

function undoOf({ findings }: Incident): readonly string[] {
  return findings?.undo ?? [];
}

function ackCommand({ id }: Incident): string {
  return `goodstanding alarms ack ${id} --why "…"`;
}

function headed(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `- ${line}`), ''];
}
