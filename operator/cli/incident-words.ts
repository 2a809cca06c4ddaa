/** Incidents in words, for the terminal. */
import { alarmKinds } from '../../contract/alarm-kinds.ts';
import { isAlarmKind, runbookOf } from '../../contract/alarm-names.ts';
import type { Incident, Telling } from '../../domain/incidents/model.ts';
import { lengthOf } from '../../domain/rotation/words.ts';
import { type EpochMs, epochMs } from '../../domain/time.ts';
import { firstSentence } from '../actions/first-sentence.ts';
import { formatInstant } from './words.ts';

/** Returns the cells of an incident's row: id, how it stands, when people were told, its cause. */
export function incidentCells(incident: Incident): readonly string[] {
  const { id, kind, tellings, findings, testedBy } = incident;
  const told = tellings.find(({ toldAt }) => toldAt !== undefined)?.toldAt;
  return [
    id,
    standingOf(incident),
    told === undefined ? 'nobody' : formatInstant(told).slice(11, 16),
    testedBy === undefined
      ? firstSentence(findings?.cause ?? titleOf(kind))
      : `test by ${testedBy}`,
  ];
}

/** Returns an incident in lines for people. */
export function describeIncident(incident: Incident, now: EpochMs): string {
  const { id, kind, openedAt, closedAt, parts, findings, acked, tellings } = incident;
  const lastsMs = (closedAt ?? now) - openedAt;
  return [
    `incident  ${id}: ${titleOf(kind)}`,
    `status    ${standingOf(incident)}, since ${formatInstant(openedAt)} (${lengthOf(lastsMs)})`,
    ...(findings ? [`cause     ${findings.cause}`] : []),
    ...parts.slice(1).map((part) => `causes    ${titleOf(part.kind)}`),
    ...(findings?.rings ?? []).map(({ alarm, reason }) => `rings     ${alarm}: ${reason}`),
    ...(findings?.evidence ?? []).map((line) => `evidence  ${line}`),
    ...(findings?.did ?? []).map((line) => `done      ${line}`),
    ...(findings?.undo ?? []).map((line) => `undo      ${line}`),
    ...(findings?.decisions ?? []).map((one) => `decision  goodstanding decisions show ${one}`),
    ...tellings.map((telling) => `told      ${tellingOf(telling)}`),
    ...(acked ? [`in hand   ${acked.by}, ${formatInstant(acked.at)}: ${acked.why}`] : []),
    ...(isAlarmKind(kind)
      ? [`look      ${alarmKinds[kind].look}`, `runbook   ${runbookOf(kind)}`]
      : []),
  ].join('\n');
}

const statusWords: Readonly<Record<Incident['status'], string>> = {
  settling: 'rings; its cause may follow',
  open: 'open',
  ending: 'silent, not yet over',
  closed: 'closed',
};

function standingOf({ status, partOf, testedBy }: Incident): string {
  const test = testedBy === undefined ? '' : 'test, ';
  return `${test}${partOf === undefined ? statusWords[status] : `part of ${partOf}`}`;
}

const whyWords: Readonly<Record<Telling['why'], string>> = {
  opened: 'that it began',
  more: 'that more of it rings',
  again: 'that it goes on',
  over: 'that it is over',
};

function tellingOf({ why, toldAt, claimedAt, notice, byDecision }: Telling): string {
  const words = whyWords[why];
  if (toldAt === undefined) return `${words}: not yet, begun ${formatInstant(claimedAt)}`;
  const by =
    byDecision === undefined ? ` (notice ${notice ?? 'unknown'})` : ` by decision ${byDecision}`;
  return `${words}, ${formatInstant(epochMs(toldAt))}${by}`;
}

function titleOf(kind: string): string {
  return isAlarmKind(kind) ? alarmKinds[kind].title : kind;
}
