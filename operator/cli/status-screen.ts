/** The status as one screen of text. */
import type { SesAccount } from '../../adapters/ses-account.ts';
import { grouped, percent } from '../../domain/rotation/words.ts';
import type { SubscriptionState } from '../actions/alarm-subscription.ts';
import type { PoolRow } from '../actions/pool-row.ts';
import type { Stages } from '../actions/queue-stages.ts';
import type { LoopStanding, OpenIncident, Status, StreamSwitch } from '../actions/status.ts';
import { type Part, partValue } from '../actions/status-part.ts';
import type { StatusLevel, StatusReason, StatusVerdict } from '../actions/status-verdict.ts';
import type { StuckRow } from '../actions/stuck-row.ts';
import type { TenantRisk } from '../actions/tenants-at-risk.ts';
import { amountOf, placeOf, stepLines } from './stuck-words.ts';
import type { Terminal } from './terminal.ts';
import { counted, formatAge, formatInstant } from './words.ts';

const headlines: Readonly<Record<StatusLevel, string>> = {
  ok: 'ok: mail leaves and nothing needs a look',
  look: 'needs a look',
  stopped: 'mail is not leaving',
};

/** Reasons, stuck rows and pools that are named on the screen; `--json` has all. */
const reasonsShown = 5;
const rowsShown = 4;

/** Returns the screen: the verdict and what to do first, then every part in a line or a few. */
export function describeStatus(status: Status, verdict: StatusVerdict, terminal: Terminal): string {
  const { at } = status;
  const texts: readonly (readonly [string, string])[] = [
    ['SES', lineOf(status.ses, sesLine)],
    ['pools', lineOf(status.pools, poolsLine)],
    ['loop', lineOf(status.loop, (loop) => loopLine(loop, at))],
    ['news', lineOf(status.feedback, ({ newestAt }) => newsLine(newestAt, at))],
    ['alarms', lineOf(status.ringing, ringingLine)],
    ['told', lineOf(status.subscription, toldLine)],
    ['incidents', lineOf(status.incidents, (all) => incidentsLine(all, at))],
    ['tenants', lineOf(status.risk, ({ tenants }) => risksLine(tenants))],
    ['waiting', lineOf(status.stuck, stuckLine)],
  ];
  return [
    terminal.strong(headlineOf(verdict)),
    ...verdict.reasons.slice(0, reasonsShown).flatMap((reason) => reasonLines(reason, terminal)),
    ...moreOf(verdict.reasons.length - reasonsShown),
    '',
    ...texts.map(([name, text]) => hang(name, text, terminal)),
    '',
    streamsTable(status, terminal),
  ].join('\n');
}

function headlineOf({ level, reasons }: StatusVerdict): string {
  if (level === 'ok') return headlines.ok;
  return `${headlines[level]}: ${counted(reasons.length, 'thing')}, the first first`;
}

function reasonLines({ what, next }: StatusReason, terminal: Terminal): readonly string[] {
  return [terminal.wrap(`  ${what}`), ...stepLines(next, '    ').map(terminal.wrap)];
}

function moreOf(count: number): readonly string[] {
  return count > 0 ? [`  and ${count} more: goodstanding queue stuck, or status --json`] : [];
}

function lineOf<T>(part: Part<T>, words: (value: T) => string): string {
  return part.kind === 'read' ? words(part.value) : `not known: ${part.why}`;
}

const nameWidth = 11;

function hang(name: string, text: string, terminal: Terminal): string {
  const indent = ' '.repeat(nameWidth);
  return terminal
    .wrap(indent + text.replaceAll('\n', `\n${indent}`))
    .replace(indent, name.padEnd(nameWidth));
}

function sesLine(account: SesAccount): string {
  const { sendingEnabled, shutDown, inReview, productionAccess, dailyQuota } = account;
  const { sentLast24Hours, sendRatePerSecond } = account;
  const standing = shutDown ? 'suspended by AWS' : sendingEnabled ? 'sends' : 'paused';
  const quota =
    dailyQuota < 0
      ? `${grouped(sentLast24Hours)} in 24 h, no quota`
      : `${grouped(sentLast24Hours)} of ${grouped(dailyQuota)} in 24 h (${shareOf(sentLast24Hours, dailyQuota)})`;
  return [
    `${standing}${inReview ? ', under review' : ''}`,
    productionAccess ? 'production' : 'sandbox: verified recipients only',
    quota,
    ...(sendRatePerSecond === undefined ? [] : [`${grouped(sendRatePerSecond)}/s at most`]),
  ].join('; ');
}

function shareOf(part: number, whole: number): string {
  const share = part / Math.max(1, whole);
  return share > 0 && share < 0.001 ? 'under 0.1 %' : percent(share);
}

/** What is not simply active is named; warm caps where most of one is used. */
function poolsLine(rows: readonly PoolRow[]): string {
  const pools = new Set(rows.map(({ pool }) => pool));
  const odd = rows.filter(({ state }) => state !== 'active' && state !== 'warming');
  const caps = rows
    .flatMap(({ pool, provider, dayCap, dayLeft }) =>
      dayCap === undefined || dayCap === 0
        ? []
        : [{ pool, provider, dayCap, used: 1 - Math.max(0, dayLeft ?? dayCap) / dayCap }],
    )
    .toSorted((one, other) => other.used - one.used);
  const [fullest] = caps;
  return [
    `${counted(pools.size, 'pool')}${odd.length === 0 ? ', none in trouble' : ''}`,
    ...odd.slice(0, rowsShown).map(oddPool),
    ...(odd.length > rowsShown ? [`and ${odd.length - rowsShown} more: pools list`] : []),
    ...(fullest === undefined
      ? []
      : [
          `warm caps: most used is ${fullest.pool} to ${fullest.provider}, ${percent(fullest.used)} of ${grouped(fullest.dayCap)} today`,
        ]),
  ].join('; ');
}

function oddPool({ pool, provider, state, until }: PoolRow): string {
  const where = provider === '*' ? '' : ` at ${provider}`;
  const end = until === undefined ? '' : ` until ${formatInstant(until).slice(0, 16)}`;
  return `${pool} ${state}${where}${end}`;
}

const states = { on: 'on', freeze: 'frozen', off: 'off' } as const;

function loopLine({ state, autonomy, lookedUntil, orders }: LoopStanding, at: number): string {
  const levels = Object.entries(autonomy).map(([kind, level]) => `${kind} ${level}`);
  return [
    states[state],
    lookedUntil === undefined
      ? 'has not looked yet'
      : `counted until ${formatAge(at - lookedUntil)} ago`,
    `${counted(orders, 'open order')}`,
    ...(levels.length === 0
      ? ['autonomy as configured']
      : [`autonomy changed: ${levels.join(', ')}`]),
  ].join('; ');
}

function newsLine(newestAt: number | undefined, at: number): string {
  return newestAt === undefined
    ? 'no bounce, delay or complaint of mail of the last 3 hours'
    : `newest bounce, delay or complaint heard ${formatAge(at - newestAt)} ago`;
}

function ringingLine(kinds: readonly string[]): string {
  return kinds.length === 0 ? 'none rings' : `${kinds.join(', ')}; see goodstanding alarms list`;
}

function toldLine({ subscriptions, problem }: SubscriptionState): string {
  if (problem !== undefined) return problem;
  return `${counted(subscriptions.length, 'confirmed subscription')} of the alarm topic`;
}

function incidentsLine(incidents: readonly OpenIncident[], at: number): string {
  if (incidents.length === 0) return 'none open';
  const lines = incidents.slice(0, rowsShown).map(({ id, kind, since, acked, testedBy }) => {
    const hand = acked === undefined ? '' : `, in hand of ${acked}`;
    const test = testedBy === undefined ? '' : `, a test by ${testedBy}`;
    return `${kind} for ${formatAge(at - since)}${hand}${test}: alarms show ${id}`;
  });
  const more = incidents.length - rowsShown;
  return [...lines, ...(more > 0 ? [`and ${more} more: alarms list`] : [])].join('\n');
}

function risksLine(tenants: readonly TenantRisk[]): string {
  if (tenants.length === 0) return 'none fails more than is tolerated (last hour)';
  return tenants
    .map(({ tenant, signal, rate, tolerated, level, order }) => {
      const hold = order === undefined ? '' : `, order ${order}`;
      return `${tenant}: ${signal} ${percent(rate)} (${percent(tolerated)} tolerated), ${level}${hold}`;
    })
    .join('\n');
}

function stuckLine(rows: readonly StuckRow[]): string {
  if (rows.length === 0) return 'nothing is stuck';
  const lines = rows
    .slice(0, rowsShown)
    .map((row) => `${placeOf(row)}: ${amountOf(row)}; ${row.whose}: ${row.means}`);
  const more = rows.length - rowsShown;
  return [...lines, ...(more > 0 ? [`and ${more} more: goodstanding queue stuck`] : [])].join('\n');
}

function streamsTable({ switches, stages }: Status, terminal: Terminal): string {
  const read = partValue(stages);
  if (read === undefined)
    return hang(
      'streams',
      lineOf(stages, () => ''),
      terminal,
    );
  const names = [...new Set(read.rows.flatMap(({ stream }) => stream ?? []))];
  const head = ['stream', 'switch', 'queued', 'hidden', 'oldest', 'parked'];
  const known = partValue(switches);
  return terminal.table(
    head,
    names.map((stream) => streamCells(stream, read, known)),
  );
}

function streamCells(
  stream: string,
  { rows }: Stages,
  switches: readonly StreamSwitch[] | undefined,
): readonly string[] {
  const own = rows.filter((row) => row.stream === stream);
  const lanes = own.filter(({ dead }) => dead === undefined);
  const sum = (of: typeof own, pick: (row: (typeof own)[number]) => number) =>
    of.reduce((total, row) => total + pick(row), 0);
  const oldest = Math.max(-1, ...lanes.map(({ ageMs = -1 }) => ageMs));
  const parked = own.filter(({ dead }) => dead === true);
  return [
    stream,
    switchWord(switches?.find((one) => one.stream === stream)),
    grouped(sum(lanes, ({ waiting }) => waiting)),
    grouped(sum(lanes, ({ hidden }) => hidden)),
    oldest < 0 ? '' : formatAge(oldest),
    grouped(sum(parked, ({ waiting, hidden }) => waiting + hidden)),
  ];
}

function switchWord(known: StreamSwitch | undefined): string {
  if (known === undefined) return 'not known';
  const { on, drainUntil, reason = '' } = known.state;
  if (drainUntil !== undefined) return `drains: ${reason}`;
  return on ? 'on' : `off: ${reason}`;
}
