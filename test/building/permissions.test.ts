import { expect, test } from 'vitest';
import * as z from 'zod';
import type { wildcards } from '../../lib/acknowledge.ts';
import { plain, rich } from './support/configs.ts';
import { everyPermission, functionNames, permissionsOf } from './support/permissions.ts';
import { build } from './support/template.ts';

const built = await build(rich);

/** Every resource that may end in a wildcard, with what may be done to it. */
const allowedWildcards: Readonly<
  Record<keyof typeof wildcards, { readonly resource: RegExp; readonly actions: readonly string[] }>
> = {
  contentFolder: {
    resource: /^<Content.*\.Arn>\/(requests|attachments|held|later|attempts)\/\*$/,
    actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
  },
  sesRecipients: { resource: /:identity\/\*$/, actions: ['ses:SendEmail', 'ses:SendRawEmail'] },
  sesTemplates: { resource: /:template\/\*$/, actions: ['ses:SendEmail'] },
  sesAccount: {
    resource: /^\*$/,
    actions: [
      'ses:DeleteSuppressedDestination',
      'ses:GetAccount',
      'ses:GetDedicatedIps',
      'ses:GetSuppressedDestination',
      'ses:ListSuppressedDestinations',
    ],
  },
  alarms: { resource: /^\*$/, actions: ['cloudwatch:DescribeAlarms'] },
};

/** What writes to a table; reading is left out. */
const writeActions = ['BatchWriteItem', 'DeleteItem', 'PutItem', 'UpdateItem'].map(
  (action) => `dynamodb:${action}`,
);

test('no permission names all actions of a service', () => {
  for (const { action } of everyPermission(built)) expect(action).not.toContain('*');
});

test('a wildcard resource is one of the listed ones, for the listed actions', () => {
  const wide = everyPermission(built).filter(({ resource }) => resource.includes('*'));
  expect(wide.length).toBeGreaterThan(0);
  for (const { action, resource } of wide) {
    const reasons = Object.values(allowedWildcards).filter(
      (listed) => listed.resource.test(resource) && listed.actions.includes(action),
    );
    expect(reasons, `${action} on ${resource}`).toHaveLength(1);
  }
});

test.each([
  ['Assignments', ['acme-mail-rotation', 'acme-mail-seed']],
  ['Directory', ['acme-mail-seed']],
  ['Suppression', ['acme-mail-feedback', 'acme-mail-suppression']],
  ['Ledger', [...dispatchers(), 'acme-mail-feedback']],
  ['Pacing', [...dispatchers(), 'acme-mail-account', 'acme-mail-rotation', 'acme-mail-seed']],
  ['Evidence', ['acme-mail-feedback', 'acme-mail-responder', 'acme-mail-rotation']],
])('only its writers write to the table %s', (table, writers) => {
  const found = functionNames(built).filter((name) =>
    permissionsOf(built, name).some(
      ({ action, resource }) =>
        writeActions.includes(action) && resource.startsWith(`<State${table}`),
    ),
  );
  expect(found.sort()).toEqual([...writers].sort());
});

test('a dispatch function reaches its own queues and no other stream', () => {
  const own = [
    ...new Set(
      permissionsOf(built, 'acme-mail-dispatch-marketing').map(({ resource }) => resource),
    ),
  ];
  expect(own.filter((resource) => resource.startsWith('<Send'))).toSatisfy(
    (resources: readonly string[]) =>
      resources.length > 0 && resources.every((found) => found.startsWith('<Sendmarketing')),
  );
  expect(own.filter((resource) => resource.includes('configuration-set/'))).toEqual(
    ['managed', 'old'].map((pool) => expect.stringContaining(`/acme-mail-marketing-${pool}`)),
  );
});

test('account may switch every queue that feeds dispatch, and no other', () => {
  const feeding = built
    .ofType('AWS::Lambda::EventSourceMapping')
    .flatMap(([id]) => (id.startsWith('Send') ? [`event-source-mapping:<${id}>`] : []));
  expect(feeding.length).toBeGreaterThan(0);
  for (const wanted of ['lambda:GetEventSourceMapping', 'lambda:UpdateEventSourceMapping']) {
    const switchable = permissionsOf(built, 'acme-mail-account')
      .filter(({ action }) => action === wanted)
      .map(({ resource }) => resource.replace(/^arn:.*:(?=event-source-mapping:)/, ''));
    expect(switchable.sort()).toEqual(feeding.sort());
  }
});

test('rotation moves addresses into standard pools and the quarantine, and nobody else moves any', () => {
  const moves = (name: string) =>
    permissionsOf(built, name).filter(({ action }) => action === 'ses:PutDedicatedIpInPool');
  expect(
    moves('acme-mail-rotation').map(({ resource }) =>
      resource.replace(/^.*:dedicated-ip-pool/, ''),
    ),
  ).toEqual(['leased', 'old', 'quarantine', 'spare'].map((pool) => `/acme-mail-${pool}`));
  const others = functionNames(built).filter((name) => name !== 'acme-mail-rotation');
  expect(others.flatMap(moves)).toEqual([]);
});

test('a deployment without addresses of its own may not move any', async () => {
  const actions = permissionsOf(await build(plain), 'goodstanding-rotation').map(
    ({ action }) => action,
  );
  expect(actions.filter((action) => action.startsWith('ses:'))).toEqual([]);
});

test('whoever asks the reputation loop can only put into its queue; it alone decides', () => {
  const asking = functionNames(built).filter((name) =>
    permissionsOf(built, name).some(
      ({ action, resource }) =>
        action === 'sqs:SendMessage' && resource.startsWith('<RotationLaneQueue'),
    ),
  );
  expect(asking.sort()).toEqual([
    'acme-mail-feedback',
    'acme-mail-responder',
    'acme-mail-rotation',
  ]);
});

test('a dispatch function sends as the configured identities, existing ones included', () => {
  const identities = permissionsOf(built, 'acme-mail-dispatch-transactional')
    .filter(({ action, resource }) => action === 'ses:SendEmail' && resource.includes(':identity/'))
    .map(({ resource }) => resource.replace(/^.*:identity\//, ''))
    .filter((identity) => identity !== '*');
  expect(identities.sort()).toEqual(
    ['example.com', 'example.net', 'example.org', 'me@example.edu', 'news.example.com'].sort(),
  );
});

test('any identity may stand in a permission only for mail from our own senders', () => {
  const statements = built
    .ofType('AWS::IAM::Policy')
    .flatMap(([, { Properties }]) =>
      documents
        .parse(Properties)
        .PolicyDocument.Statement.filter(({ Resource }) =>
          JSON.stringify(Resource).includes(':identity/*'),
        ),
    );
  expect(statements).toHaveLength(Object.keys(rich.streams).length);
  for (const { Condition } of statements)
    expect(Condition).toEqual({
      StringLike: {
        'ses:FromAddress': [
          ...['example.com', 'news.example.com', 'example.org', 'example.net'].flatMap((domain) => [
            `*@${domain}`,
            `*@*.${domain}`,
          ]),
          'me@example.edu',
        ],
      },
    });
});

test('an app with the sender policy enqueues, offloads and looks up, on these resources alone', () => {
  const policy = {
    ...built,
    ofType: (type: string) => (type.endsWith('ManagedPolicy') ? built.ofType(type) : []),
  };
  const permissions = everyPermission(policy).map(
    ({ action, resource }) => `${action} ${resource.replace(/[0-9A-F]{8}(?=[.>])/, '')}`,
  );
  expect(permissions.sort()).toEqual(
    [
      ...['transactional', 'lifecycle', 'marketing'].flatMap((stream) => [
        `sqs:GetQueueUrl <Send${stream}IntakeQueue.Arn>`,
        `sqs:SendMessage <Send${stream}IntakeQueue.Arn>`,
      ]),
      's3:PutObject <ContentBucket.Arn>/attachments/*',
      's3:PutObject <ContentBucket.Arn>/requests/*',
      'dynamodb:BatchGetItem <StateLedger.Arn>',
      'dynamodb:GetItem <StateLedger.Arn>',
      'dynamodb:Query <StateLedger.Arn>',
    ].sort(),
  );
});

const documents = z.object({
  PolicyDocument: z.object({
    Statement: z.array(
      z.object({ Resource: z.unknown(), Condition: z.exactOptional(z.unknown()) }),
    ),
  }),
});

function dispatchers(): readonly string[] {
  return Object.keys(rich.streams).map((stream) => `acme-mail-dispatch-${stream}`);
}
