/** A deployment as the console's page meets it: ordinary or hostile names, mail, traces and rehearsals. */

import { epochMs } from '../../domain/time.ts';
import type { TracedMail } from '../../domain/trace/model.ts';
import type { TraceAnswer } from '../../operator/console/lookup-model.ts';
import { disarmHtml } from '../../operator/console/mail-preview.ts';
import type { LiveRehearsal, Rehearsal } from '../../operator/console/rehearsal-model.ts';
import type { ConsoleSource, Stage } from '../../operator/console/source.ts';
import { type Names, plainNames } from '../../operator/prove/console-data.ts';
import { type MadeUp, madeUpSource } from '../../operator/prove/console-source.ts';

/** Whoever runs what a tenant wrote sets this on the window, or asks this host. */
export const trap = { property: 'trapped', host: 'tracker.example' } as const;

const attack = `"><img src=x onerror="window.${trap.property}=1"><svg onload="window.${trap.property}=2"><script>window.${trap.property}=3</script>`;

/** Names that are attacks; whole, because a page may cut and join them. */
export const hostileNames: Names = {
  tenant: (index) => `t${index}${attack}\${alert(1)}javascript:alert(2)`,
  mail: `Subject ${attack}`,
};

/** Every way that a mail's HTML may try to run, ask, leave or redraw the page. */
export const hostileHtml = `<html><head><base href="https://${trap.host}/">
<meta http-equiv="refresh" content="0;url=https://${trap.host}/refresh">
<link rel="stylesheet" href="https://${trap.host}/style.css"><link rel="dns-prefetch" href="//${trap.host}">
<style>@import url(https://${trap.host}/import.css); body { background: url(https://${trap.host}/pixel.gif) }</style></head>
<body onload="parent.${trap.property}=4"><h1>Your order</h1>${attack}
<script>parent.${trap.property}=5; top.location='https://${trap.host}/top'</script>
<img src="https://${trap.host}/open.gif" width="1" height="1"><img srcset="https://${trap.host}/set.gif 1x">
<svg><image href="https://${trap.host}/svg.png"/><use href="https://${trap.host}/use.svg#a"/></svg>
<iframe src="https://${trap.host}/frame"></iframe><object data="https://${trap.host}/object"></object>
<video src="https://${trap.host}/video.mp4" autoplay></video><audio src="https://${trap.host}/a.mp3" autoplay></audio>
<form action="https://${trap.host}/form" id="f"><input name="q" autofocus></form>
<a href="javascript:parent.${trap.property}=6">open</a>
<a href="https://${trap.host}/click" ping="https://${trap.host}/ping">read more</a>
<a href="https://${trap.host}/window" target="_blank">in a window</a><a href="https://${trap.host}/top" target="_top">over all</a>
<link rel="preconnect" href="https://${trap.host}"><link rel="prerender" href="https://${trap.host}/next">
</body></html>`;

const minuteMs = 60_000;

/** Returns a source with everything that a page can ask for. */
export function consoleSource(
  { names = plainNames, ...madeUp }: Partial<MadeUp> = {},
  now: number = Date.now(),
): ConsoleSource {
  const source = madeUpSource(
    { decisions: 200, tenants: 100, html: disarmHtml(hostileHtml, new Map()), names, ...madeUp },
    now,
  );
  return {
    ...source,
    trace: async () => tracedAt(now, names),
    suppression: async ({ address }) => ({
      address,
      entries: address.startsWith('gone')
        ? [
            {
              scope: names.tenant(1),
              reason: 'hard-bounce',
              since: now - 1_440 * minuteMs,
              note: names.mail,
            },
          ]
        : [],
    }),
    scenarios: async () => [
      {
        name: 's3150-one-of-four',
        about:
          "Microsoft blocks one of four addresses for six hours; everybody's mail on it is refused there.",
        class: 'pool-fault',
        hours: 14,
      },
      {
        name: 'bad-list',
        about: 'A tenant sends to a bought list.',
        class: 'tenant-fault',
        hours: 8,
      },
    ],
    rehearsal: stage<{ readonly scenario: string; readonly seed?: number }, Rehearsal>(
      { state: 'idle', progress: 0, simulatedMs: 0, acts: [] },
      ({ scenario, seed = 1 }) => rehearsed(scenario, seed),
    ),
    live: stage<Record<string, never>, LiveRehearsal>(
      { phase: 'idle', steps: [], taken: [], refused: [], explanation: [] },
      () => livedAt(now),
    ),
  };
}

/** A stage whose whole run is over as soon as it is started. */
function stage<Start, State>(idle: State, run: (start: Start) => State): Stage<Start, State> {
  let state = idle;
  const watchers = new Set<(state: State) => void>();
  const show = (next: State) => {
    state = next;
    for (const told of watchers) told(next);
    return Promise.resolve(next);
  };
  return {
    state: () => state,
    watch: (told) => {
      watchers.add(told);
      return () => watchers.delete(told);
    },
    start: (given) => show(run(given)),
    stop: () => show(idle),
  };
}

function tracedAt(now: number, names: Names): TraceAnswer {
  const at = (minutes: number) => epochMs(now - minutes * minuteMs);
  const entry = { details: [], decisions: [], recipientIndex: 0 } as const;
  return {
    mails: [
      {
        messageId: 'Vx3kQ0aT9mZcR2wLb7NyEd',
        id: 'order-1',
        tenant: names.tenant(7),
        stream: 'transactional',
        enqueuedAt: at(12),
        recipientCount: 1,
        recipients: [{ index: 0, outcome: 'delivered', sesMessageIds: ['0100018f-000000'] }],
        entries: [
          {
            at: at(12),
            stage: 'enqueued',
            text: 'the app put it into the queue of transactional',
            details: [],
            decisions: [],
          },
          { ...entry, at: at(12), stage: 'gate', text: 'admitted by every check' },
          {
            ...entry,
            at: at(12),
            stage: 'assignment',
            text: 'pool lease-a was chosen',
            details: ['lease-b is quarantined at microsoft, so lease-a has 70 % and lease-c 30 %.'],
            decisions: ['d-999998'],
            pool: 'lease-a',
          },
          {
            ...entry,
            at: at(11.9),
            stage: 'answer',
            text: 'SES accepted it',
            sesMessageId: '0100018f-000000',
          },
          { ...entry, at: at(11.5), stage: 'event', text: `delivered: 250 ${names.mail}` },
        ],
        decisions: [],
        next: ['goodstanding suppress check ADDRESS'],
        unknown: ['Opens and clicks are not kept.'],
      },
    ],
    others: [otherMail(at(40), names)],
    remarks: [],
    itemsRead: 11,
  };
}

function otherMail(at: number, names: Names): TracedMail {
  return {
    messageId: 'Aa1kQ0aT9mZcR2wLb7NyEd',
    recipientIndex: 0,
    at: epochMs(at),
    tenant: names.tenant(7),
    stream: 'marketing',
    pool: 'lease-c',
    provider: 'gmail',
    outcome: 'accepted',
  };
}

const bins = 84;

function rehearsed(scenario: string, seed: number): Rehearsal {
  const binMs = 10 * minuteMs;
  const isBlocked = (bin: number) => bin >= 24 && bin < 60;
  const wave = (bin: number) => 50 + 20 * Math.sin(bin / 9);
  const cells = ['lease-a', 'lease-b', 'lease-c'].map((pool, index) => ({
    pool,
    provider: 'microsoft',
    handed: Array.from({ length: bins }, (_, bin) =>
      Math.round(
        index === 0 ? (isBlocked(bin) ? 3 : wave(bin)) : wave(bin) * (isBlocked(bin) ? 1.5 : 1),
      ),
    ),
    failed: Array.from({ length: bins }, (_, bin) => (index === 0 && bin === 24 ? 34 : 0)),
  }));
  return {
    state: 'done',
    scenario,
    seed,
    progress: 1,
    simulatedMs: bins * binMs,
    series: {
      binMs,
      cells,
      waiting: cells[0]?.handed.map((_, bin) => (isBlocked(bin) ? 12 : 0)) ?? [],
    },
    acts: [
      { atMs: 24.4 * binMs, what: 'quarantine pool lease-a for microsoft', right: true },
      { atMs: 60.6 * binMs, what: 'release pool lease-a for microsoft', right: true },
    ],
    result: {
      mails: 24_180,
      harm: 61,
      oracleHarm: 22,
      regret: 39,
      inboxInHour: 0.994,
      wrongActs: 0,
      secondsToRight: 41,
    },
  };
}

function livedAt(now: number): LiveRehearsal {
  const startedAt = now - 40_000;
  const flow = (share: (second: number) => number) =>
    Array.from({ length: 40 }, (_, second) => Math.round(60 * share(second)));
  return {
    phase: 'done',
    startedAt,
    provider: 'microsoft',
    from: 'lease-a',
    to: 'lease-b',
    blockedAt: startedAt + 12_000,
    rotatedAt: startedAt + 15_000,
    taken: [
      { pool: 'lease-a', perSecond: flow((second) => (second < 15 ? 0.5 : 0)) },
      { pool: 'lease-b', perSecond: flow((second) => (second < 15 ? 0.5 : 1)) },
    ],
    refused: flow((second) => (second >= 12 && second < 15 ? 0.5 : 0)),
    steps: [
      { at: startedAt, text: 'microsoft takes mail from both pools' },
      { at: startedAt + 12_000, text: 'microsoft refuses lease-a (S3150)' },
      { at: startedAt + 15_000, text: 'the loop moves its mail to lease-b' },
    ],
    decision: 'd-999998',
    explanation: [
      '96 of 96 mails to microsoft through pool lease-a were blocked since 14:02 UTC: 100 %, tolerated is 0.5 %.',
      'Through lease-b microsoft blocks none of 104.',
    ],
  };
}
