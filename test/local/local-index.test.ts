import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AwsRequest } from '../../local/aws.ts';
import { localCalls, localIndex } from '../../local/local-index.ts';

const request = (method: string, url: string): AwsRequest => ({
  ...{ service: '', principal: '', headers: {}, body: Buffer.alloc(0) },
  ...{ method, url },
});

test.each(['/_local', '/_local/', '/_local/?x=1'])('%s lists every local call', async (url) => {
  const { status, body = '' } = await localIndex(request('GET', url));
  expect(status).toBe(200);
  expect(JSON.parse(body.toString())).toEqual({ calls: localCalls });
});

test('a call that is not there is told those that are', async () => {
  const { status, body = '' } = await localIndex(request('GET', '/_local/nope'));
  expect(status).toBe(404);
  expect(JSON.parse(body.toString())).toEqual({
    message: 'no local call GET /_local/nope, there are those of calls',
    calls: localCalls,
  });
});

test('docs/local.md has each of them', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/local.md'), 'utf8');
  const missing = localCalls.filter(({ method, path }) => !page.includes(`\`${method} ${path}\``));
  expect(missing).toEqual([]);
});
