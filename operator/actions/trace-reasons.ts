import type { CountedReads, PartFound } from '../../adapters/counted-reads.ts';
import type { Table } from '../../adapters/items.ts';
import { readDecision } from '../../contract/decision-record.ts';
import { assignmentItem, auditItem, suppressionItem } from '../../contract/items.ts';
import { decisionItem, orderItem } from '../../contract/rotation-items.ts';
import {
  assignmentKeys,
  evidenceKeys,
  suppressionKeys,
  suppressionScope,
} from '../../contract/table-keys.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { type EpochMs, epochMs, secondMs } from '../../domain/time.ts';
import type { TracedAssignment, TraceMaterial } from '../../domain/trace/model.ts';
import type { TraceHand } from './trace-question.ts';

/** What a mail met, and who did it: everything that is not of the mail itself. */
type Reasons = Pick<
  TraceMaterial,
  'suppressions' | 'assignments' | 'orders' | 'decisions' | 'acts' | 'unread'
>;

type Mail = Omit<TraceMaterial, keyof Reasons>;

/** How much of each kind is read at most. */
const most = { providers: 2, recipients: 2, orders: 3, decisions: 3, acts: 3 } as const;

/** Sorts behind every id that follows an instant. */
const afterAll = '~';

/** Returns what stood and who acted when a mail went its way. Reads the likeliest to matter first. */
export async function gatherReasons(hand: TraceHand, mail: Mail): Promise<Reasons> {
  const [suppressions, assignments, orders, acts] = await Promise.all([
    readSuppressions(hand, mail),
    readAssignments(hand, mail),
    readOrders(hand, mail),
    readActs(hand, mail),
  ]);
  const decisions = await readDecisions(hand, mail, assignments);
  return {
    suppressions,
    assignments,
    orders: orders.found,
    acts: acts.found,
    decisions: decisions.found,
    unread: [
      ...(orders.isCut ? ['not all orders of its stream were read: goodstanding orders list'] : []),
      ...(acts.isCut && acts.found.length === 0
        ? ['the audit log of that day is long: who acted may stand further back']
        : []),
      ...(decisions.isCut
        ? ['only the decisions nearest to its attempt were read: goodstanding decisions list']
        : []),
    ],
  };
}

async function readSuppressions({ backend, reads }: TraceHand, { recipients, request }: Mail) {
  const asked = recipients
    .flatMap(({ index, recipientKey }) => (recipientKey ? [{ index, recipientKey }] : []))
    .slice(0, most.recipients);
  const scopes = [
    suppressionScope.global,
    ...(request.tenant === undefined ? [] : [suppressionScope.tenant(request.tenant)]),
  ];
  const keys = asked.flatMap(({ recipientKey }) =>
    scopes.map((scope) => suppressionKeys.entry(recipientKey, scope)),
  );
  if (keys.length === 0) return [];
  const { items } = await reads.getMany(backend.tables.suppression, keys);
  return items.flatMap((raw) => {
    const { pk, sk, at, expiresAt, reason, source, messageId } = suppressionItem.parse(raw);
    return asked
      .filter(({ recipientKey }) => recipientKey === pk)
      .map(({ index }) => ({
        ...{ recipientIndex: index, scope: sk, reason, source, messageId, at: epochMs(at) },
        expiresAt: expiresAt === undefined ? undefined : epochMs(expiresAt),
      }));
  });
}

async function readAssignments(
  { backend, reads }: TraceHand,
  { attempts, request }: Mail,
): Promise<readonly TracedAssignment[]> {
  if (attempts.length === 0) return [];
  const providers = [...new Set(attempts.map(({ provider }) => provider))]
    .filter((provider) => provider !== '')
    .slice(0, most.providers);
  const keys = ['*', ...providers].map((provider) =>
    assignmentKeys.provider(request.stream, provider),
  );
  const { items } = await reads.getMany(backend.tables.assignments, keys);
  return items.map((raw) => {
    const { sk, pools, version, at, by, why } = assignmentItem.parse(raw);
    const provider = sk.slice(assignmentKeys.provider('', '').sk.length);
    return { provider, pools, version, at: epochMs(at), by, why };
  });
}

async function readOrders({ backend, reads }: TraceHand, { request }: Mail) {
  const first = assignmentKeys.order('', '').sk;
  const { items, isCut } = await reads.query(backend.tables.assignments, {
    pk: assignmentKeys.ofStream(request.stream),
    between: { first, last: `${first}${afterAll}` },
    countMax: most.orders,
  });
  return { found: items.map((raw) => orderItem.parse(raw)), isCut };
}

/** Only a person ends these: who, and why, stands in the audit log of that day. */
async function readActs({ backend, reads }: TraceHand, { request }: Mail) {
  const instants = [
    ...request.waits
      .filter(({ outcome, reason }) => outcome === 'parked' || reason === 'tenant-held')
      .map(({ until }) => until),
    ...(request.redrivenAt === undefined ? [] : [request.redrivenAt]),
    ...(request.decided['*']?.reason === 'tenant-held' ? [request.claimedAt] : []),
  ];
  const latest = instants.toSorted((a, b) => b - a)[0];
  if (latest === undefined) return { found: [], isCut: false };
  const until = new Date(latest + 5 * secondMs).toISOString();
  const day = until.slice(0, 10);
  const { items, isCut } = await reads.query(backend.tables.evidence, {
    pk: evidenceKeys.audit(day, '', '').pk,
    between: { first: day, last: `${until}${afterAll}` },
    descending: true,
    countMax: most.acts,
  });
  const found = items
    .map((raw) => auditItem.parse(raw))
    .map(({ at, action, subject, by, why }) => ({ at: epochMs(at), action, subject, by, why }));
  return { found, isCut };
}

/** The decisions before the latest attempt, and those that changed its assignment before or since. */
async function readDecisions(
  { backend, reads }: TraceHand,
  { attempts, request }: Mail,
  assignments: readonly TracedAssignment[],
): Promise<{ readonly found: readonly Decision[]; readonly isCut: boolean }> {
  const { evidence } = backend.tables;
  const last = epochMs(Math.max(...attempts.map(({ at }) => at), request.claimedAt));
  const set = assignments.filter(({ by }) => by.startsWith('rotation '));
  const parts = await Promise.all([
    ...set.map(({ at }) => readAround(reads, evidence, at)),
    readBefore(reads, evidence, last),
    ...(assignments.some(({ at }) => at > last) ? [readAfter(reads, evidence, last)] : []),
  ]);
  return {
    found: parts.flatMap(({ items }) => items.map(decisionOf)),
    isCut: parts.slice(set.length).some(({ isCut }) => isCut),
  };
}

/** A decision is carried out at the instant that it is made at. */
function readAround(reads: CountedReads, evidence: Table, at: EpochMs): Promise<PartFound> {
  const iso = new Date(at).toISOString();
  return reads.query(evidence, {
    pk: evidenceKeys.decisionsOf(iso.slice(0, 7)),
    between: { first: iso, last: `${iso}${afterAll}` },
    countMax: 1,
  });
}

function readBefore(reads: CountedReads, evidence: Table, at: EpochMs): Promise<PartFound> {
  const iso = new Date(at).toISOString();
  return reads.query(evidence, {
    pk: evidenceKeys.decisionsOf(iso.slice(0, 7)),
    between: { first: iso.slice(0, 7), last: `${iso}${afterAll}` },
    descending: true,
    countMax: most.decisions,
  });
}

function readAfter(reads: CountedReads, evidence: Table, at: EpochMs): Promise<PartFound> {
  const iso = new Date(at).toISOString();
  return reads.query(evidence, {
    pk: evidenceKeys.decisionsOf(iso.slice(0, 7)),
    between: { first: `${iso}${afterAll}`, last: afterAll },
    countMax: most.decisions,
  });
}

function decisionOf(raw: Readonly<Record<string, unknown>>): Decision {
  return readDecision(decisionItem.parse(raw).decision);
}
