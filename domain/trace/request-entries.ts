import { explainReason } from '../explain-reason.ts';
import { gateChecks } from '../gate.ts';
import type { OutcomeName } from '../reasons.ts';
import type { DecidedWord, TraceEntry, TraceMaterial } from './model.ts';

/** Returns the beginning of a time line: when the mail was enqueued, and what the gate said of it. */
export function requestEntries(material: TraceMaterial): readonly TraceEntry[] {
  return [enqueued(material), ...admitted(material), ...refused(material)];
}

function enqueued({ request }: TraceMaterial): TraceEntry {
  const { enqueuedAt, stream, recipientCount, id, tenant } = request;
  return {
    at: enqueuedAt,
    stage: 'enqueued',
    text: `enqueued for stream ${stream}, ${recipientCount} ${recipientCount === 1 ? 'recipient' : 'recipients'}`,
    details: id === undefined ? [] : [`the app calls it ${id}, of tenant ${tenant ?? 'default'}`],
    decisions: [],
  };
}

/** What SES was asked to send was admitted before; its first attempt says when at the latest. */
function admitted({ attempts }: TraceMaterial): readonly TraceEntry[] {
  const first = attempts
    .filter(({ kind }) => kind !== 'rescue')
    .reduce<number>((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
  const attempt = attempts.find(({ at }) => at === first);
  if (!attempt) return [];
  const names = gateChecks.map(([name]) => name);
  return [
    {
      at: attempt.at,
      stage: 'gate',
      text: `the gate admitted it: ${names.length} checks passed`,
      details: [`passed: ${names.join(', ')}`, 'its recipients were not suppressed at that moment'],
      decisions: [],
    },
  ];
}

/** Words that end a mail before SES; what waits is told elsewhere. */
const ends: ReadonlySet<OutcomeName> = new Set(['rejected', 'suppressed', 'expired']);

/** What an attempt led to stands in the request too; the attempt tells it better. */
function refused({ request, attempts }: TraceMaterial): readonly TraceEntry[] {
  return Object.entries(request.decided).flatMap(([index, word]) => {
    const isOfAttempt = attempts.some(
      ({ result }) => result && 'outcome' in result && result.reason === word.reason,
    );
    if (!ends.has(word.outcome) || isOfAttempt) return [];
    return [
      {
        at: request.claimedAt,
        stage: 'gate' as const,
        ...(index === '*' ? {} : { recipientIndex: Number(index) }),
        text: `${word.outcome} before SES: ${word.reason}`,
        details: [...meaningOf(word), ...checksAround(word.reason)],
        decisions: [],
        reason: word.reason,
      },
    ];
  });
}

function meaningOf({ reason, detail }: DecidedWord): readonly string[] {
  const meaning = explainReason(reason);
  return [...(detail ? [detail] : []), ...(meaning && meaning !== detail ? [meaning] : [])];
}

/** Which check of the gate a reason comes from; other reasons come from reading the request, or from SES. */
const checkOfReason: Readonly<Record<string, string>> = {
  'stream-unknown': 'stream known',
  'stream-mismatch': 'stream of this queue',
  'pool-unknown': 'pool',
  'tenant-unknown': 'tenant known',
  'tenant-suspended': 'tenant known',
  'tenant-stream-forbidden': 'tenant stream',
  'from-domain-foreign': 'from owned',
  expired: 'expiry',
  'expires-before-send': 'schedule before expiry',
  'send-at-too-far': 'schedule limit',
  'tenant-held': 'tenant status',
  'send-at': 'schedule',
};

/** Returns which checks of the gate a mail passed before one stopped it, and which nobody looked at. */
export function checksAround(reason: string): readonly string[] {
  const names = gateChecks.map(([name]) => name);
  const at = names.indexOf(checkOfReason[reason] ?? '');
  if (at < 0) return [];
  const [before, after] = [names.slice(0, at), names.slice(at + 1)];
  return [
    ...(before.length > 0 ? [`passed: ${before.join(', ')}`] : []),
    `stopped by: ${names[at]}`,
    ...(after.length > 0 ? [`not looked at: ${after.join(', ')}`] : []),
  ];
}
