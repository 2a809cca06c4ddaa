/** A deployment's day as the console tells it, made up from whole numbers alone, the same at every run. */
import { alarmKinds } from '../../contract/alarm-kinds.ts';
import type {
  DecisionRow,
  DecisionState,
  DecisionView,
  Flow,
  Incidents,
  OrderRow,
  Overview,
  Pools,
  TenantsAtRisk,
} from '../console/model.ts';

const minuteMs = 60_000;
const pools = ['lease-a', 'lease-b', 'lease-c', 'managed', 'shared'];
const providers = ['gmail', 'microsoft', 'yahoo', 'apple', '*'];
const states: readonly DecisionState[] = [
  'done',
  'not-done',
  'done',
  'returned',
  'done',
  'waits',
  'undone',
];

/** What is in the names that senders choose; a page that is safe shows it and does no more. */
export type Names = { readonly tenant: (index: number) => string; readonly mail: string };

/** Names that nobody would look at twice. */
export const plainNames: Names = {
  tenant: (index) => `tenant-${String(index).padStart(4, '0')}`,
  mail: 'Your order has left',
};

/** Returns an hour of mail, with a block at Microsoft in its last third. */
export function flowAt(now: number): Flow {
  const end = now - (now % minuteMs);
  const minutes = Array.from({ length: 60 }, (_, index) => end - (59 - index) * minuteMs);
  const rows = ['transactional', 'marketing'].flatMap((stream, place) =>
    ['gmail', 'microsoft', 'yahoo'].map((provider, which) => {
      const size = (place === 0 ? 240 : 700) / (which + 1);
      const accepted = minutes.map((_, minute) =>
        Math.round(size * (1 + 0.25 * Math.sin(minute / 7 + which) + 0.1 * Math.sin(minute * 2.1))),
      );
      const worse = (minute: number) => (provider === 'microsoft' && minute > 40 ? 1 : 0);
      const share = (calm: number, bad: number) =>
        accepted.map((count, minute) =>
          Math.round(count * (calm + bad * worse(minute)) * (1 + 0.4 * Math.sin(minute * 1.7))),
        );
      const bounced = share(0.004, 0.06);
      const deferred = share(0.02, 0.12);
      return {
        stream,
        provider,
        accepted,
        delivered: accepted.map((count, minute) => count - (bounced[minute] ?? 0)),
        deferred,
        bounced,
        complained: share(0.0006, 0),
      };
    }),
  );
  return { minutes, rows, remarks: [] };
}

/** Returns how it goes: one finding that wants a look. */
export function overviewAt(): Overview {
  return {
    verdict: 'look',
    findings: [
      {
        verdict: 'look',
        text: 'Pool lease-b is quarantined at microsoft: 412 of 6,180 mails were blocked (6.7 %, tolerated 0.5 %).',
        next: 'goodstanding pools explain lease-b',
      },
      {
        verdict: 'look',
        text: 'Nobody confirmed the alarm subscription of ops@example.com: alarms reach nobody there.',
        next: 'confirm it by the link in its mail',
      },
    ],
    streams: [
      { stream: 'transactional', sending: 'on', waiting: 12, oldestMs: 4_000, parked: 0 },
      { stream: 'marketing', sending: 'on', waiting: 48_210, oldestMs: 1_260_000, parked: 3 },
      { stream: 'lifecycle', sending: 'on', waiting: 0, parked: 0 },
    ],
    ses: {
      sendingEnabled: true,
      shutDown: false,
      productionAccess: true,
      ratePerSecond: 140,
      dailyQuota: 500_000,
      sentLast24Hours: 387_214,
    },
    automation: { state: 'on', words: 'It looks with each deciding failure and each minute.' },
  };
}

/** Returns one open and one closed incident, and every kind of alarm. */
export function incidentsAt(now: number): Incidents {
  return {
    rows: [
      {
        id: 'i-2',
        kind: 'pool-quarantined',
        severity: 'page',
        title: 'A pool is quarantined',
        state: 'open',
        openedAt: now - 18 * minuteMs,
        isTest: false,
        text: [
          'Microsoft blocks pool lease-b since 14:02 UTC: S3150, 412 of 6,180 mails.',
          'Its mail was moved to lease-a and lease-c as far as they are warm; 1,930 mails wait.',
        ],
        consequences: ['no-warm-capacity'],
        look: 'goodstanding pools explain lease-b',
      },
      {
        id: 'i-1',
        kind: 'mail-late',
        severity: 'page',
        title: 'Mail leaves too slowly',
        state: 'closed',
        openedAt: now - 300 * minuteMs,
        closedAt: now - 262 * minuteMs,
        ackedBy: 'ada',
        isTest: false,
        text: ['The oldest marketing mail waited for 41 min.'],
        consequences: [],
        look: 'goodstanding queue',
      },
    ],
    alarms: Object.entries(alarmKinds).map(([kind, words]) => ({
      kind,
      ...words,
      state: kind === 'pool-quarantined' ? ('alarm' as const) : ('ok' as const),
      since: now - 18 * minuteMs,
    })),
  };
}

/** Returns five pools at five providers, one of them out and one on its ladder. */
export function poolsAt(now: number): Pools {
  const stateOf = (pool: string, provider: string) => {
    if (pool === 'lease-b') return provider === 'microsoft' ? 'quarantined' : 'active';
    if (pool === 'lease-c') return provider === 'yahoo' ? 'cold' : 'warming';
    return pool === 'lease-a' && provider === 'yahoo' ? 'degraded' : 'active';
  };
  return {
    providers,
    pools: pools.map((pool, index) => ({
      pool,
      kind: index < 3 ? 'standard' : pool,
      ...(index < 3 ? { addresses: [`192.0.2.${10 + index}`] } : {}),
      standings: (index < 3 ? providers : ['*']).map((provider, place) => {
        const state = stateOf(pool, provider);
        const dayCap = (place + 1) * 12_000 * (index === 2 ? 0.2 : 1);
        return {
          provider,
          state,
          ...(index < 3 ? { dayCap, dayLeft: dayCap * (0.2 + 0.15 * place), step: 9 } : {}),
          ...(state === 'quarantined'
            ? {
                until: now + 340 * minuteMs,
                why: 'Microsoft blocks 192.0.2.11 (S3150): 412 of 6,180 mails since 14:02 UTC.',
              }
            : {}),
        };
      }),
    })),
    shares: ['transactional', 'marketing'].flatMap((stream) =>
      providers.slice(0, 3).map((provider) => ({
        stream,
        provider,
        shares:
          provider === 'microsoft'
            ? [
                { pool: 'lease-a', share: 0.7 },
                { pool: 'lease-c', share: 0.3 },
              ]
            : [
                { pool: 'lease-a', share: 0.4 },
                { pool: 'lease-b', share: 0.4 },
                { pool: 'lease-c', share: 0.2 },
              ],
        by: provider === 'microsoft' ? 'rotation' : 'deploy',
        why: provider === 'microsoft' ? 'lease-b is quarantined there' : 'as declared',
      })),
    ),
  };
}

/** Returns a hold and a slowing of two tenants. */
export function ordersAt(now: number, names: Names): readonly OrderRow[] {
  return ['hold' as const, 'slow' as const].map((kind, index) => ({
    id: `o-${index}`,
    kind,
    what: `mails of tenant ${names.tenant(index + 3)} to microsoft`,
    streams: ['marketing'],
    share: index * 0.1,
    since: now - 20 * minuteMs,
    until: now + 220 * minuteMs,
    decision: decisionId(index),
  }));
}

/** Returns tenants at risk, worst first. */
export function tenantsAt(count: number, names: Names): TenantsAtRisk {
  const signals = ['complaint', 'hard-bounce', 'block', 'content'];
  return {
    windowMs: 3_600_000,
    remarks: [],
    rows: Array.from({ length: count }, (_, index) => {
      const sent = 400 + ((index * 7919) % 20_000);
      const tolerated = index % 4 === 0 ? 0.001 : 0.02;
      const failed = Math.round(sent * tolerated * (1 + ((count - index) / count) * 8));
      return {
        tenant: names.tenant(index),
        status: index % 17 === 0 ? 'held' : 'active',
        signal: signals[index % 4] ?? 'block',
        sent,
        failed,
        rate: failed / sent,
        tolerated,
        lnEvidence: ((count - index) / count) * 24,
        ...(index % 17 === 0 ? { order: 'o-0' } : {}),
      };
    }),
  };
}

/** Returns a decision of a long past, by its place: 0 is the newest. */
export function decisionAt(place: number, now: number, names: Names): DecisionView {
  const tenant = names.tenant(place % 900);
  const pool = pools[place % 3] ?? 'lease-a';
  const provider = providers[place % 4] ?? 'gmail';
  const isTenant = place % 3 === 0;
  // Some hours have more of them than others, as days in which something is wrong.
  const at = now - 4 * minuteMs - Math.round((place + 600 * Math.sin(place / 700)) * 97_000);
  const row: DecisionRow = {
    id: decisionId(place),
    at,
    what: isTenant
      ? `hold mails of tenant ${tenant} to ${provider} for 6 h`
      : `quarantine pool ${pool} for ${provider}; move 40 % of marketing mail to ${provider} from ${pool}`,
    kinds: isTenant ? ['hold-tenant'] : ['quarantine', 'move'],
    state: states[place % states.length] ?? 'done',
    autonomy: 'act',
    cause: isTenant ? 'tenant' : 'pool×provider',
    causeWords: isTenant
      ? `mails of tenant ${tenant}`
      : `mails to ${provider} through pool ${pool}`,
    until: at + 360 * minuteMs,
    paged: place % 11 === 0,
  };
  return {
    ...row,
    deeds: row.what.split('; '),
    evidence: [
      `412 of 6,180 mails to ${provider} through pool ${pool} were blocked since 14:02 UTC: 6.7 %, tolerated is 0.5 %.`,
      'That is more than 1,000,000,000,000 : 1 against chance.',
    ],
    counterEvidence: [
      `Without tenant ${tenant} it is 6.6 %: the tenant is not the cause.`,
      `Through the other pools ${provider} blocks 0.1 %.`,
    ],
    page: `Pool ${pool} is quarantined at ${provider}. Its mail goes through the others.`,
    undo: `goodstanding decisions undo ${row.id} --why "…"`,
    whole: { id: row.id, at: row.at },
  };
}

function decisionId(place: number): string {
  return `d-${String(1_000_000 - place)}`;
}
