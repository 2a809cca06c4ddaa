/** What the configuration's errors say, so that whoever typed it can mend it without reading code. */
import type * as z from 'zod';
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
    ...repeatedSets(config),
    ...zoneProblems(config),
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

/** SES names a configuration set after stream and pool, so a-b with c would meet a with b-c. */
function repeatedSets({ streams }: PipelineConfig): readonly string[] {
  const sets = Object.entries(streams).flatMap(([stream, { pools, retiringPools }]) =>
    [...new Set([...pools, ...retiringPools])].map((pool) => `${stream}-${pool}`),
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
