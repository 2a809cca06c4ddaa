/**
 * Goal: each function may do what it does, and nothing else. Method: the local runtime recorded every AWS
 * call of every journey with what the function's role says of it; all of them are looked at together.
 */
import { readdirSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { isAllowed } from '../../local/iam/evaluate.ts';
import { matchesWildcard } from '../../local/iam/wildcard.ts';
import { type JourneyRecord, readRecords } from './support/records.ts';

/** Those that run `npm start` in a process of its own, or no deployment of the journeys', leave no record. */
const withoutRecord = ['bundles', 'least-privilege', 'price', 'start'];

const everyFunction = [
  'dispatch-STREAM',
  'feedback',
  'rotation',
  'suppression',
  'account',
  'due',
  'responder',
  'seed',
];
const writesLog = 'the Lambda service writes the log in the name of the function';
const polls = 'the Lambda service polls the queue in the name of the function';
const polled = [
  'dispatch-STREAM STREAM-intake',
  'dispatch-STREAM STREAM-overflow',
  'feedback feedback',
  'feedback delivery',
  'rotation rotation.fifo',
];

/** Granted and never seen, with the reason why it must be granted all the same. */
const unseen: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    everyFunction.flatMap((name) => [
      [`${name} logs:CreateLogStream log-group`, writesLog],
      [`${name} logs:PutLogEvents log-group`, writesLog],
    ]),
  ),
  ...Object.fromEntries(
    polled.flatMap((mapping) => {
      const [name, queue] = mapping.split(' ');
      return ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((action) => [
        `${name} sqs:${action} ${queue}`,
        polls,
      ]);
    }),
  ),
  'dispatch-STREAM s3:ListBucket content':
    'without it S3 answers 403 for an object that is absent, and we must tell absent from forbidden',
  ...Object.fromEntries(
    ['Decrypt', 'GenerateDataKey'].flatMap((action) =>
      ['responder', 'rotation'].map((name) => [
        `${name} kms:${action} key`,
        'SNS takes the key of the alarm topic in the name of the function that tells people',
      ]),
    ),
  ),
  'responder sqs:SendMessage responder-dead':
    'Lambda puts there in the name of the function what it failed on; in no journey it fails',
  'rotation dynamodb:DeleteItem table/pacing':
    'caps go when a deploy gives a pool’s warm-up to SES; no journey deploys twice',
};

/** Needed or not by how fast the machine is, with the reason. */
const sometimes: Readonly<Record<string, string>> = {
  'rotation sqs:ChangeMessageVisibility rotation.fifo':
    'what failed comes again soon, and it fails if it runs in the moment in which a table is gone',
  'rotation sqs:SendMessage rotation.fifo':
    'it asks itself for another look where a few failures could not decide yet',
  'rotation dynamodb:DeleteItem table/assignments':
    'holds that end within the journey are cleared away by the minute’s schedule',
};

let records: ReadonlyMap<string, JourneyRecord>;

beforeAll(() => {
  records = readRecords();
});

test('every journey has told what its functions did; run them all together', () => {
  const journeys = readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => file.replace('.test.ts', ''))
    // They run by `npm run test:alarms`, where a starved machine rings what nobody induced.
    .filter((name) => !name.startsWith('alarms-'));
  const told = [...records.keys()].filter((name) => !name.startsWith('alarms-'));
  expect([...told, ...withoutRecord].sort()).toEqual(journeys.sort());
});

test('every call of every function was allowed by its role', () => {
  const all = [...records.values()];
  const calls = all.flatMap((record) => record.calls);
  expect(calls.length).toBeGreaterThan(50);
  expect(calls.filter(({ decision }) => decision !== 'allowed')).toEqual([]);
  for (const { grants, calls } of all)
    for (const { principal, action, resource } of calls) {
      // The record holds no request, so what a statement asks of it was seen when the call was decided.
      const statements = (grants[principal] ?? []).map((one) => ({ ...one, conditions: [] }));
      expect(isAllowed(statements, { action, resource })).toBe(true);
    }
});

test('every action that a role grants was used, or is explained', () => {
  // What the responder needs only the journeys of `npm run test:alarms` show.
  const hasAlarms = [...records.keys()].some((name) => name.startsWith('alarms-'));
  const isLookedAt = (name: string) =>
    !(name in sometimes) && (hasAlarms || !name.startsWith('responder '));
  expect(unusedGrants().filter(isLookedAt)).toEqual(Object.keys(unseen).filter(isLookedAt).sort());
});

test('no line of any log holds an address', () => {
  const lines = [...records.values()].flatMap(({ logs }) => logs);
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.filter((line) => /[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]/.test(line))).toEqual(
    [],
  );
});

/** Returns `function action resource` of every grant that no call in any journey needed. */
function unusedGrants(): readonly string[] {
  const granted = new Set<string>();
  const used = new Set<string>();
  for (const { stack, grants, calls } of records.values())
    for (const [principal, statements] of Object.entries(grants))
      for (const { actions, resources } of statements)
        for (const action of actions)
          for (const resource of resources) {
            const name = nameOf(stack, { principal, action, resource });
            granted.add(name);
            const isUsed = calls.some(
              (call) =>
                call.principal === principal &&
                call.action === action &&
                matchesWildcard(resource, call.resource),
            );
            if (isUsed) used.add(name);
          }
  return [...granted].filter((name) => !used.has(name)).sort();
}

/** One name for the same grant in all deployments, streams and pools. */
function nameOf(
  stack: string,
  grant: { readonly principal: string; readonly action: string; readonly resource: string },
): string {
  const { principal, action, resource } = grant;
  const short = resource
    .split(':')
    .slice(5)
    .join(':')
    .replace(/^log-group:.*/, 'log-group')
    .replace(/^secret:.*/, 'secret')
    .replace(/^key\/.*/, 'key')
    .replace(/^dedicated-ip-pool\/.*(?<!quarantine)$/, 'dedicated-ip-pool/POOL')
    .replace(/^event-source-mapping:.*/, 'event-source-mapping')
    .replace(/-\d{12}-.*/, '')
    .replace(/^configuration-set\/.*/, 'configuration-set')
    .replace(/^identity\/.*/, 'identity');
  return `${principal} ${action} ${short || '*'}`
    .replaceAll(new RegExp(`\\b${stack}-`, 'g'), '')
    .replaceAll(/transactional|marketing|newsletter/g, 'STREAM');
}
