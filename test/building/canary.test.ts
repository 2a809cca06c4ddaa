/** Canaries leave where SES reports failures alone, with a permission for exactly that. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { checkConfig } from '../../contract/pipeline-config.ts';
import { canaryPlanOf } from '../../lib/canary-plan.ts';
import { plain, rich } from './support/configs.ts';
import { permissionsOf } from './support/permissions.ts';
import { build } from './support/template.ts';

const sends = (built: Awaited<ReturnType<typeof build>>, name: string) =>
  permissionsOf(built, name)
    .filter(({ action }) => action.startsWith('ses:Send'))
    .map(({ action, resource }) => `${action} ${resource.replace(/^.*:/, '')}`);

test('a stream that hears of no Delivery has one through each of its pools, the others have none', () => {
  expect(canaryPlanOf(checkConfig(rich))).toEqual({
    from: 'goodstanding-canary@example.com',
    streams: { marketing: ['managed', 'old'] },
  });
});

test('a deployment that may send from a single address alone sends its canaries from it', () => {
  const only = { ...plain, sendingDomains: [], sendingAddresses: ['me@example.edu'] };
  expect(canaryPlanOf(checkConfig(only))?.from).toBe('me@example.edu');
});

test('the account function may send as that identity, through those configuration sets, and nothing else', async () => {
  expect(sends(await build(rich), 'acme-mail-account').sort()).toEqual(
    [
      'ses:SendEmail identity/example.com',
      'ses:SendEmail configuration-set/acme-mail-marketing-managed',
      'ses:SendEmail configuration-set/acme-mail-marketing-old',
    ].sort(),
  );
});

test('what it may send goes from its own address to SES’s bouncing mailbox alone', async () => {
  const built = await build(rich);
  const conditions = built.ofType('AWS::IAM::Policy').flatMap(([, { Properties }]) =>
    documents
      .parse(Properties)
      .PolicyDocument.Statement.filter(({ Condition }) =>
        JSON.stringify(Condition ?? {}).includes('ses:Recipients'),
      )
      .map(({ Action, Condition }) => ({ Action, Condition })),
  );
  expect(conditions).toEqual([
    {
      Action: 'ses:SendEmail',
      Condition: {
        StringEquals: { 'ses:FromAddress': ['goodstanding-canary@example.com'] },
        'ForAllValues:StringEquals': { 'ses:Recipients': ['bounce@simulator.amazonses.com'] },
      },
    },
  ]);
});

const documents = z.object({
  PolicyDocument: z.object({
    Statement: z.array(z.object({ Action: z.unknown(), Condition: z.exactOptional(z.unknown()) })),
  }),
});

test('without canaries it may send nothing', async () => {
  expect(sends(await build({ ...plain, canary: false }), 'goodstanding-account')).toEqual([]);
  const all = { ...plain.streams.transactional };
  expect(canaryPlanOf(checkConfig({ ...plain, streams: { all } }))).toBeUndefined();
});
