/** Mail that has left its queue to wait, or that an order or a cap keeps in it, and why. */
import { listAllowances } from '../../adapters/allowance-store.ts';
import { getItems } from '../../adapters/items.ts';
import { readableItem } from '../../adapters/readable-item.ts';
import type { HeldKey, LaterKey } from '../../adapters/waiting-objects.ts';
import { type AllowanceItem, type RequestItem, requestItem } from '../../contract/items.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { isStuckCause, type StuckCause } from '../../domain/stuck-causes.ts';
import { type EpochMs, minuteMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';
import type { StageRow, Stages } from './queue-stages.ts';
import { listOrders, type OrderRow } from './standing-orders.ts';
import type { FoundStuck } from './stuck-row.ts';

/** Requests whose reason is read: those that fall due first. */
const reasonsMax = 100;

/** The due function runs every minute; what is later than this was forgotten. */
const lateMax = 5 * minuteMs;

/** Returns what waits outside of its queue or by an order or a cap, by reason. */
export async function listWaiting(
  backend: Backend,
  stages: Stages,
  now: EpochMs,
): Promise<readonly FoundStuck[]> {
  const { later, held, rows } = stages;
  const [requests, orders, allowances] = await Promise.all([
    readRequests(backend, later.entries.slice(0, reasonsMax)),
    listOrders(backend, { now }),
    listAllowances(backend.tables.pacing),
  ]);
  const waits = later.entries
    .slice(0, reasonsMax)
    .flatMap((mail) => waitOf(mail, requests.get(mail.messageId), now));
  const cut = later.more || later.entries.length > reasonsMax;
  return [
    ...byReason(waits, { orders, now }).map((row) => (cut ? { ...row, more: true as const } : row)),
    ...heldRows(held.entries, now),
    ...keptInQueue(rows, { orders, allowances, now }),
  ];
}

type Wait = { readonly stream: string; readonly cause: StuckCause; readonly since: number };

async function readRequests(
  { tables }: Backend,
  mails: readonly LaterKey[],
): Promise<ReadonlyMap<string, RequestItem>> {
  const ids = [...new Set(mails.map(({ messageId }) => messageId))];
  const items = await getItems(tables.ledger, ids.map(ledgerKeys.request));
  return new Map(
    items.flatMap((raw) => {
      const item = readableItem(requestItem, raw);
      return item ? [[item.pk, item] as const] : [];
    }),
  );
}

/** Mail for a time to come is not stuck; whatever is overdue is. */
function waitOf(
  { stream, dueMinute }: LaterKey,
  request: RequestItem | undefined,
  now: EpochMs,
): readonly Wait[] {
  if (now - dueMinute > lateMax) return [{ stream, cause: 'due-late', since: dueMinute }];
  const held = Object.values(request?.decided ?? {}).find(({ outcome }) => outcome === 'held');
  if (held?.reason === 'send-at' || request === undefined) return [];
  const reason = held?.reason ?? 'tried-again';
  const cause = isStuckCause(reason) ? reason : 'tried-again';
  return [{ stream, cause, since: request.enqueuedAt }];
}

type Known = { readonly orders: readonly OrderRow[]; readonly now: EpochMs };

function byReason(waits: readonly Wait[], { orders, now }: Known): readonly FoundStuck[] {
  const groups = Map.groupBy(waits, ({ stream, cause }) => `${stream}\n${cause}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { stream, cause } = first;
    const about = orders.find(({ streams }) => streams.includes(stream))?.order;
    const since = Math.min(...group.map((one) => one.since));
    return [
      {
        ...{ stage: 'later', cause, stream, count: group.length, ageMs: now - since },
        ...(cause === 'reputation-hold' && about
          ? { order: about.id, decision: about.decision }
          : {}),
      } as const,
    ];
  });
}

function heldRows(entries: readonly HeldKey[], now: EpochMs): readonly FoundStuck[] {
  const tenants = Map.groupBy(entries, ({ tenant }) => tenant);
  return [...tenants].map(([tenant, group]) => {
    const since = group.reduce((least, one) => Math.min(least, one.since), Number(now));
    return { stage: 'held', cause: 'tenant-held', tenant, count: group.length, ageMs: now - since };
  });
}

/**
 * Mail that an order or a spent cap concerns stays in its queue, hidden for up to an hour at a time, and can
 * only be counted by taking it: so there is a row for each while its queue hides anything.
 */
function keptInQueue(
  rows: readonly StageRow[],
  { orders, allowances, now }: Known & { readonly allowances: readonly AllowanceItem[] },
): readonly FoundStuck[] {
  const hiding = rows
    .filter(({ stage, hidden }) => stage === 'intake' && hidden > 0)
    .flatMap(({ stream }) => stream ?? []);
  if (hiding.length === 0) return [];
  return [
    ...orders.flatMap(({ order, streams }): readonly FoundStuck[] => {
      const stream = streams.find((one) => hiding.includes(one));
      if (stream === undefined) return [];
      const { tenant, provider } = order.region;
      return [
        {
          ...{ stage: 'intake', cause: 'reputation-hold', order: order.id },
          ...{ decision: order.decision, ageMs: now - order.since },
          ...(streams.length === 1 ? { stream } : {}),
          ...(tenant === undefined ? {} : { tenant }),
          ...(provider === undefined ? {} : { provider }),
        },
      ];
    }),
    ...allowances
      .filter((one) => isSpent(one, now))
      .map(({ provider }): FoundStuck => ({ stage: 'intake', cause: 'allowance-spent', provider })),
  ];
}

function isSpent({ left, resetsAt, dayLeft, dayResetsAt }: AllowanceItem, now: EpochMs): boolean {
  const isDaySpent = dayLeft !== undefined && dayLeft <= 0 && (dayResetsAt ?? 0) > now;
  return isDaySpent || (left <= 0 && resetsAt > now);
}
