import { afterAll, beforeAll, expect, test } from 'vitest';
import { noteBlock } from '../../adapters/suppression-store.ts';
import { namesOf } from '../../contract/names.ts';
import { epochMs } from '../../domain/time.ts';
import { cliOn } from './cli.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';

let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());

const list = (...args: string[]) => cliOn(aws, ['suppress', 'list', ...args]);
const add = (...args: string[]) => cliOn(aws, ['suppress', 'add', '--why', 'test', ...args]);

type Page = {
  readonly entries: readonly { readonly recipientKey: string; readonly scope: string }[];
  readonly next?: string;
};

test('an empty list is no failure', async () => {
  expect(await list()).toMatchObject({ code: 0, stdout: 'no entry found\n' });
});

test('entries are shown without addresses, by scope and reason, within 80 columns', async () => {
  await add('a@example.com', 'b@example.com', '--tenant', 'a'.repeat(40));
  await add('c@example.com', '--expires', '30');
  await add('d@example.com', '--reason', 'complaint');
  const table = { dynamo: aws.dynamo, name: namesOf('test').tables.suppression };
  await noteBlock(table, { recipientKey: 'k', address: 'e@example.com', at: epochMs(1) });
  const all = await list();
  expect(all.code).toBe(0);
  expect(all.stdout).not.toContain('@');
  expect(all.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect((await list('--json')).json<Page>().entries).toHaveLength(4);
  const own = (await list('--tenant', 'a'.repeat(40), '--json')).json<Page>();
  expect(own.entries.map(({ scope }) => scope)).toEqual(Array(2).fill(`tenant#${'a'.repeat(40)}`));
  expect((await list('--global', '--json')).json<Page>().entries).toHaveLength(2);
  expect((await list('--reason', 'complaint', '--json')).json<Page>().entries).toHaveLength(1);
});

test('pages together hold every entry once', async () => {
  await add(...Array.from({ length: 9 }, (_, index) => `p${index}@example.com`));
  const seen: string[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Page = (
      await list('--limit', '4', '--json', ...(after === '' ? [] : ['--after', after]))
    ).json();
    seen.push(...page.entries.map(({ recipientKey, scope }) => `${recipientKey} ${scope}`));
    after = page.next;
  }
  expect(seen).toHaveLength(13);
  expect(new Set(seen).size).toBe(13);
});

test.each([
  [['--tenant', 'a', '--global'], /exclude each other/],
  [['--reason', 'bored'], /--reason: got bored; allowed are hard-bounce/],
  [['--after', 'x'], /--after: got x; allowed is what an answer before ended with/],
])('%j is wrong usage', async (args, words) => {
  const ran = await list(...args);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(words);
});
