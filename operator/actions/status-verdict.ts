/** What the parts of a status come to: whether mail leaves, and what needs a look. */
import type { SesAccount } from '../../adapters/ses-account.ts';
import { sesHoldReasons } from '../../domain/reasons.ts';
import { firstSentence } from './first-sentence.ts';
import type { Status } from './status.ts';
import { partValue } from './status-part.ts';

export type StatusLevel = 'ok' | 'look' | 'stopped';

/** One thing that is not as it should be, and the next step. */
export type StatusReason = {
  readonly level: Exclude<StatusLevel, 'ok'>;
  readonly what: string;
  readonly next: string;
};

export type StatusVerdict = {
  readonly level: StatusLevel;
  /** What stops mail comes first. */
  readonly reasons: readonly StatusReason[];
};

/** Share of SES's quota from which on somebody should know, 0..1. */
const quotaHigh = 0.8;

/** The loop looks every minute; where nothing is sent it notes so every ten. */
const loopLateMs = 20 * 60_000;

/** Incidents that mean that mail does not leave. */
const stopping: ReadonlySet<string> = new Set(['ses-stopped', 'mail-stuck']);

/** Causes by which a whole queue stands still. */
const standstill: ReadonlySet<string> = new Set([
  'quota-spent',
  'sending-paused',
  'account-suspended',
  'switched-off-by-hand',
  'function-fails',
  'nobody-reads',
]);

/** Returns the verdict: `stopped` where mail of any stream does not leave, `look` where anything needs one. */
export function judgeStatus(status: Status): StatusVerdict {
  const all = checks.flatMap((check) => check(status));
  const reasons = [
    ...all.filter(({ level }) => level === 'stopped'),
    ...all.filter(({ level }) => level === 'look'),
  ];
  return { level: reasons[0]?.level ?? 'ok', reasons };
}

type Check = (status: Status) => readonly StatusReason[];

const checks: readonly Check[] = [
  ({ ses }) => sesReasons(partValue(ses)),
  switchReasons,
  ({ incidents }) =>
    (partValue(incidents) ?? [])
      .filter(({ testedBy }) => testedBy === undefined)
      .map(({ id, kind, title, cause, look }) => ({
        level: stopping.has(kind) ? 'stopped' : 'look',
        what: cause === undefined ? title : firstSentence(cause),
        next: `${look}; goodstanding alarms show ${id}`,
      })),
  ({ stuck }) =>
    (partValue(stuck) ?? [])
      .filter(({ whose }) => whose === 'ours')
      .map(({ stage, stream, tenant, cause, means, next }) => ({
        level: stage === 'intake' && standstill.has(cause) ? 'stopped' : 'look',
        what: `${[stage, stream, tenant].filter((one) => one !== undefined).join(', ')}: ${means}`,
        next,
      })),
  ({ pools }) =>
    (partValue(pools) ?? [])
      .filter(({ state }) => state === 'quarantined')
      .map(({ pool, provider }) => ({
        level: 'look',
        what: `pool ${pool} is quarantined${provider === '*' ? '' : ` at ${provider}`}`,
        next: `goodstanding pools explain ${pool}`,
      })),
  ({ loop, at }) => {
    const { state = 'on', lookedUntil } = partValue(loop) ?? {};
    if (state !== 'on')
      return [
        {
          level: 'look',
          what: state === 'off' ? 'the reputation loop is off' : 'the reputation loop is frozen',
          next: 'goodstanding automation; then: goodstanding automation on',
        },
      ];
    return lookedUntil !== undefined && at - lookedUntil > loopLateMs
      ? [
          {
            level: 'look',
            what: 'the reputation loop runs behind',
            next: 'goodstanding queue list',
          },
        ]
      : [];
  },
  ({ subscription, target }) => {
    const { problem, subscriptions = [] } = partValue(subscription) ?? {};
    if (problem === undefined || (target === 'box' && subscriptions.length === 0)) return [];
    return [{ level: 'look', what: problem, next: 'mend that, then: goodstanding alarms test' }];
  },
  unreadReasons,
];

/** Streams that are off for one reason are one thing. */
function switchReasons({ switches }: Status): readonly StatusReason[] {
  const off = (partValue(switches) ?? []).filter(
    ({ state: { on, drainUntil } }) => !on || drainUntil !== undefined,
  );
  return [...Map.groupBy(off, ({ state }) => state.reason)].map(([reason, group]) => {
    const names = group.map(({ stream }) => stream).join(', ');
    return {
      level: 'stopped',
      what:
        group.length === 1
          ? `stream ${names} is switched off`
          : `streams ${names} are switched off`,
      next: reason === undefined ? 'goodstanding queue stuck' : sesHoldReasons[reason],
    };
  });
}

function sesReasons(ses: SesAccount | undefined): readonly StatusReason[] {
  if (ses === undefined) return [];
  const { shutDown, sendingEnabled, dailyQuota, sentLast24Hours, inReview } = ses;
  if (shutDown)
    return [stoppedBy('AWS has suspended SES sending', sesHoldReasons['account-suspended'])];
  if (!sendingEnabled)
    return [stoppedBy('SES sending is paused', sesHoldReasons['sending-paused'])];
  const used = dailyQuota > 0 ? sentLast24Hours / dailyQuota : 0;
  if (used >= 1) return [stoppedBy("SES's quota is spent", sesHoldReasons['quota-spent'])];
  return [
    ...(used >= quotaHigh
      ? [
          {
            level: 'look',
            what: `${Math.round(used * 100)} % of SES's quota is used`,
            next: 'ask AWS for a higher quota, or send less today',
          } as const,
        ]
      : []),
    ...(inReview
      ? [
          {
            level: 'look',
            what: 'AWS has the account under review',
            next: 'read the mail from AWS and answer it; goodstanding tenants risk',
          } as const,
        ]
      : []),
  ];
}

function stoppedBy(what: string, next: string): StatusReason {
  return { level: 'stopped', what, next };
}

/** Parts whose names say too little. */
const partNames: Readonly<Record<string, string>> = {
  ses: 'what SES says',
  ringing: 'which alarms ring',
  subscription: 'who is told of alarms',
  feedback: 'news of SES',
  stuck: 'what is stuck',
  risk: 'tenants at risk',
  stages: 'the queues',
};

/** What nobody could read may hide anything; one cause is one reason. */
function unreadReasons({
  at: _at,
  deployment: _name,
  target: _target,
  ...parts
}: Status): readonly StatusReason[] {
  const unread = Object.entries(parts).flatMap(([name, part]) =>
    part.kind === 'unread' ? [{ name, why: part.why }] : [],
  );
  return [...Map.groupBy(unread, ({ why }) => why)].map(([why, group]) => ({
    level: 'look',
    what: `not known: ${group.map(({ name }) => partNames[name] ?? name).join(', ')} (${why})`,
    next: 'try again; then see what this profile may read',
  }));
}
