/** What the configuration's errors say, so that whoever typed it can mend it without reading code. */
import type * as z from 'zod';
import { quarantinePool } from './names.ts';
import type { PipelineConfig } from './pipeline-config.ts';

/**
 * Ours: the account function's environment names every stream, and Lambda's holds 4 KB.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export const streamsMax = 20;

/** Returns what is wrong with a configuration whose every field is right by itself. */
export function contradictions(config: PipelineConfig): readonly string[] {
  return [
    ...countProblems(config),
    ...Object.keys(config.streams).flatMap((stream) => poolProblems(config, stream)),
    ...Object.keys(config.streams).flatMap((stream) => failoverProblems(config, stream)),
    ...repeatedSets(config),
    ...zoneProblems(config),
    ...reputationProblems(config),
  ];
}

function countProblems({ sendingDomains, sendingAddresses, streams }: PipelineConfig): string[] {
  const domains = sendingDomains.map(({ domain }) => domain);
  const problems = [...repeated(domains), ...repeated(sendingAddresses)].map(
    (twice) => `sendingDomains, sendingAddresses: got ${twice} twice; allowed: once; remove one`,
  );
  if (domains.length + sendingAddresses.length === 0)
    problems.push(
      'sendingDomains: got none; allowed: at least one domain, or one address in sendingAddresses; name one you own',
    );
  if (Object.keys(streams).length === 0)
    problems.push('streams: got none; allowed: at least one; define one such as transactional');
  const streamCount = Object.keys(streams).length;
  if (streamCount > streamsMax)
    problems.push(
      `streams: got ${streamCount}; allowed: at most ${streamsMax}; split them over two deployments`,
    );
  return problems;
}

function poolProblems({ streams, pools }: PipelineConfig, stream: string): readonly string[] {
  const path = `streams.${stream}.pools`;
  const { pools: open = [], retiringPools = [] } = streams[stream] ?? {};
  const wanted = [...open, ...retiringPools];
  const unknown = wanted.filter((pool) => !Object.hasOwn(pools, pool));
  if (unknown.length > 0)
    return [
      `${path}: got ${unknown.join(', ')}; allowed: ${Object.keys(pools).join(', ') || 'none, pools is empty'}; add the pool under pools or correct the name`,
    ];
  if (open.every((pool) => pools[pool]?.retiring))
    return [
      `${path}: got only retiring pools (${open.join(', ')}); allowed: at least one that takes mail; add one first`,
    ];
  return repeated(wanted).map((pool) => `${path}: got ${pool} twice; allowed: once; remove one`);
}

/** A failover list is for the day on which nothing else is left, so it must not surprise anybody then. */
function failoverProblems({ streams, pools }: PipelineConfig, stream: string): readonly string[] {
  const settings = streams[stream];
  if (!settings) return [];
  const { failover, lane } = settings;
  const path = `streams.${stream}`;
  const own = new Set([...settings.pools, ...settings.retiringPools]);
  const transactional = Object.values(streams)
    .filter((other) => other.lane === 'transactional')
    .flatMap((other) => other.pools);
  const reasons = (pool: string): readonly string[] => [
    ...(Object.hasOwn(pools, pool)
      ? []
      : [
          `${pool}; allowed: ${Object.keys(pools).join(', ')}; add the pool under pools or correct the name`,
        ]),
    ...(own.has(pool)
      ? [`${pool}, which is among its pools; allowed: others; take it from one of the lists`]
      : []),
    ...(pools[pool]?.retiring
      ? [`${pool}, which is retiring; allowed: pools that take mail; take it from the list`]
      : []),
    ...(lane === 'marketing' && transactional.includes(pool)
      ? [
          `${pool}, which carries transactional mail; allowed: pools without; marketing never spills there`,
        ]
      : []),
  ];
  const lists = [
    ...failover.flatMap(reasons),
    ...repeated(failover).map((pool) => `${pool} twice; allowed: once; remove one`),
  ];
  return [
    ...lists.map((reason) => `${path}.failover: got ${reason}`),
    ...lastResortProblems(path, settings, pools),
  ];
}

function lastResortProblems(
  path: string,
  settings: PipelineConfig['streams'][string],
  pools: PipelineConfig['pools'],
): readonly string[] {
  const { lane, whenNothingIsWarm, rescue, storeRequests } = settings;
  const spills = whenNothingIsWarm === 'spill';
  const reachesShared = [...settings.pools, ...settings.failover].some(
    (pool) => pools[pool]?.kind === 'shared',
  );
  return [
    ...(spills && lane === 'marketing'
      ? [
          `${path}.whenNothingIsWarm: got spill in the marketing lane; allowed: hold; marketing can wait, and unwanted mail spoils what everybody shares`,
        ]
      : []),
    ...(spills && !reachesShared
      ? [
          `${path}.whenNothingIsWarm: got spill without a shared pool; allowed: with one among pools or failover; add one or choose hold`,
        ]
      : []),
    ...(rescue && !storeRequests
      ? [
          `${path}.rescue: got true without storeRequests; allowed: with it, as only what is stored can be sent again; set storeRequests: true or remove rescue`,
        ]
      : []),
  ];
}

function reputationProblems({ pools, reputation }: PipelineConfig): readonly string[] {
  return [
    ...(Object.hasOwn(pools, quarantinePool)
      ? [
          `pools.${quarantinePool}: got a pool of this name; allowed: another; it is kept for addresses that are taken out of use`,
        ]
      : []),
    ...Object.entries(pools).flatMap(([pool, { kind, warmUp }]) =>
      warmUp === 'ours' && kind !== 'standard'
        ? [
            `pools.${pool}.warmUp: got ours for a ${kind} pool; allowed: ses, which decides there itself; remove it`,
          ]
        : [],
    ),
    ...(reputation.blocklists.spamhausDqsKey && !reputation.blocklists.keepers.includes('spamhaus')
      ? [
          'reputation.blocklists.spamhausDqsKey: got a key although spamhaus is not asked; allowed: with spamhaus among keepers; add it or remove the key',
        ]
      : []),
    ...(reputation.changeWindows ?? []).flatMap(({ from, to }, index) =>
      from < to
        ? []
        : [
            `reputation.changeWindows.${index}: got ${from} to ${to}; allowed: from before to, within one day; split a window that spans midnight in two`,
          ],
    ),
  ];
}

/** SES names a configuration set after stream and pool, so a-b with c would meet a with b-c. */
function repeatedSets({ streams }: PipelineConfig): readonly string[] {
  const sets = Object.entries(streams).flatMap(([stream, { pools, retiringPools, failover }]) =>
    [...new Set([...pools, ...retiringPools, ...failover])].map((pool) => `${stream}-${pool}`),
  );
  return repeated(sets).map(
    (set) =>
      `streams, pools: got two pairs that make the configuration set …-${set}; allowed: one; rename a stream or a pool`,
  );
}

function zoneProblems({ sendingDomains }: PipelineConfig): readonly string[] {
  return sendingDomains.flatMap(({ domain, zone }, index) =>
    zone && domain !== zone.name && !domain.endsWith(`.${zone.name}`)
      ? [
          `sendingDomains.${index}.zone: got ${zone.name} for ${domain}; allowed: a zone that holds the domain; give that one or leave zone out`,
        ]
      : [],
  );
}

function repeated(values: readonly string[]): readonly string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** Returns what is wrong with one field: what was got, what is allowed, what to do. */
export function issueText(issue: z.core.$ZodIssue, fields: string): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `got the unknown field ${issue.keys.join(', ')}; allowed: ${fields}; correct the name or remove it`;
    case 'invalid_key':
      return `got ${shown(issue.path.at(-1))}; ${issue.issues[0]?.message ?? issue.message}; choose another name`;
    case 'invalid_value':
      return `got ${shown(issue.input)}; allowed: ${issue.values.join(', ')}; choose one of these`;
    case 'invalid_type':
      return `got ${shown(issue.input)}; allowed: ${issue.expected}; ${issue.input === undefined ? 'add the field' : 'correct the value'}`;
    case 'too_small':
      return `got ${shown(issue.input)}; allowed: at least ${issue.minimum}${units(issue.origin)}; correct the value`;
    case 'too_big':
      return `got ${shown(issue.input)}; allowed: at most ${issue.maximum}${units(issue.origin)}; correct the value`;
    default:
      return `got ${shown('input' in issue ? issue.input : undefined)}; ${issue.message}; correct the value`;
  }
}

function units(origin: string): string {
  return origin === 'array' ? ' in the list' : '';
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  return (JSON.stringify(value) ?? String(value)).slice(0, 120);
}
