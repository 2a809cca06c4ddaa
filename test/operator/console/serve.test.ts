import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disarmHtml } from '../../../operator/console/mail-preview.ts';
import type { DecisionPage } from '../../../operator/console/model.ts';
import { newRow, newSource, openTestConsole, readJson } from './console-source.ts';
import { hearEvents } from './hear-events.ts';

const hostile =
  '<script>alert(1)</script><img src="https://tracker.example/p.gif"><link rel="preconnect" href="https://tracker.example">';

/** Ten thousand decisions, one a minute, as a log of weeks has them. */
const all = Array.from({ length: 10_000 }, (_, index) =>
  newRow({ id: `d${index}`, at: 1_767_225_600_000 - index * 60_000 }),
);

const source = newSource({
  decisions: {
    page: async ({ before, limit }) => {
      const from = before === undefined ? 0 : Number(before);
      const rows = all.slice(from, from + limit);
      return { rows, ...(from + limit < all.length ? { next: String(from + limit) } : {}) };
    },
    find: async () => undefined,
    news: async () => [],
    everyMs: 10_000,
  },
  preview: async () => ({
    found: true,
    subject: 'Hello',
    headers: [],
    attachments: [],
    html: disarmHtml(hostile, new Map()),
  }),
  suppression: async () => {
    throw new Error('the table does not answer');
  },
});

let open: Awaited<ReturnType<typeof openTestConsole>>;
beforeAll(async () => {
  open = await openTestConsole(source);
});
afterAll(() => open.close());

/** Asks with headers that fetch does not let anybody set. */
function askRaw(path: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: open.port, path, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('only the page that the console served may ask it', () => {
  test('nobody without the token reads anything', async () => {
    for (const path of ['/api/stream', '/api/decisions', '/api/scenarios']) {
      expect((await open.get(path, {})).status).toBe(401);
      expect((await open.get(path, { 'x-console-token': 'guessed' })).status).toBe(401);
    }
  });

  test('a foreign name that points to this machine is refused', async () => {
    const own = { 'x-console-token': open.token };
    expect(await askRaw('/', { host: 'evil.example' })).toBe(403);
    expect(await askRaw('/api/decisions', { ...own, host: `evil.example:${open.port}` })).toBe(403);
    expect(await askRaw('/api/decisions', { ...own, host: `localhost:${open.port}` })).toBe(200);
  });

  test('what is no address is not there, and a foreign name learns not even that', async () => {
    expect(await askRaw('//', { host: `127.0.0.1:${open.port}` })).toBe(404);
    expect(await askRaw('//', { host: 'evil.example' })).toBe(403);
  });

  test('a page of another origin is refused, also of another port of this machine', async () => {
    const own = { 'x-console-token': open.token, host: `127.0.0.1:${open.port}` };
    expect(await askRaw('/api/decisions', { ...own, origin: 'https://evil.example' })).toBe(403);
    expect(await askRaw('/api/decisions', { ...own, origin: 'http://127.0.0.1:1' })).toBe(403);
    expect(await askRaw('/api/decisions', { ...own, 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await askRaw('/', { host: own.host, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await askRaw('/', { host: own.host, 'sec-fetch-site': 'none' })).toBe(200);
    const sibling = { host: own.host, 'sec-fetch-site': 'same-site' };
    expect(await askRaw('/', { ...sibling, 'sec-fetch-mode': 'navigate' })).toBe(200);
    expect(await askRaw('/', { ...sibling, 'sec-fetch-mode': 'no-cors' })).toBe(403);
    expect(
      await askRaw('/api/decisions', { ...own, ...sibling, 'sec-fetch-mode': 'navigate' }),
    ).toBe(403);
  });

  test('a question that is no JSON, or says too much, is refused with what is allowed', async () => {
    const own = { 'x-console-token': open.token };
    const form = await open.post('/api/trace', {}, { ...own, 'content-type': 'text/plain' });
    expect(form.status).toBe(400);
    const long = await open.post('/api/trace', { id: 'x'.repeat(70_000) });
    expect(long.status).toBe(400);
    const strange = await open.post('/api/trace', { shell: 'rm' });
    expect(await strange.json()).toEqual({ error: expect.stringContaining('shell') });
  });
});

describe('what is served may do nothing but what the page needs', () => {
  test('the page has a strict policy, and no answer is guessed at, kept or framed', async () => {
    const { headers } = await open.get('/');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test("a mail's HTML is a document of its own that runs and loads nothing", async () => {
    const preview = await readJson(await open.post('/api/preview', { messageId: 'm' }));
    expect(preview).not.toHaveProperty('html');
    const framed = await open.get(preview.htmlPath, {});
    const policy = framed.headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'self'",
      'sandbox',
    ]);
    expect(framed.headers.get('x-dns-prefetch-control')).toBe('off');
    expect(await framed.text()).not.toContain('<link');
  });

  test('an address of a mail that nobody was given shows nothing', async () => {
    expect((await open.get('/preview/guessed', {})).status).toBe(404);
  });
});

test('ten thousand decisions come page by page, each once and in order', async () => {
  const ids: string[] = [];
  let path: string | undefined = '/api/decisions?limit=3000';
  while (path !== undefined) {
    const page: DecisionPage = await readJson(await open.get(path));
    ids.push(...page.rows.map(({ id }) => id));
    path = page.next === undefined ? undefined : `/api/decisions?limit=3000&before=${page.next}`;
  }
  expect(ids).toEqual(all.map(({ id }) => id));
  expect((await open.get('/api/decisions?limit=10001')).status).toBe(400);
});

test('a console that only looks has no address at which anything is done', async () => {
  for (const deed of ['quarantine', 'undo', 'automation', 'suppress-remove', 'ack']) {
    const answer = await open.post(`/api/operate/${deed}`, { why: 'to see', decision: 'd1' });
    expect(answer.status).toBe(404);
    expect((await readJson(answer)).error).toContain('--operate');
  }
});

test('a failure is told in one sentence', async () => {
  const answer = await open.post('/api/suppression', { address: 'ada@example.com' });
  expect(answer.status).toBe(500);
  expect(await answer.json()).toEqual({ error: 'the table does not answer' });
});

describe('the stream', () => {
  const isWhole = (heard: readonly { event: string }[]) => heard.length >= 9;

  test('tells a new page who it talks to and every part', async () => {
    const heard = await hearEvents(await open.get('/api/stream'), isWhole);
    expect(heard[0]).toMatchObject({
      event: 'hello',
      data: { operate: false, deployment: 'test' },
    });
    expect(heard.map(({ event }) => event).sort()).toEqual(
      [
        ...['flow', 'hello', 'incidents', 'live', 'orders', 'overview', 'pools', 'rehearsal'],
        'tenants',
      ].sort(),
    );
  });

  test('tells one that comes back only what it has not heard', async () => {
    const first = await hearEvents(await open.get('/api/stream'), isWhole);
    const last =
      first
        .map(({ id }) => id)
        .filter((id) => id !== undefined)
        .at(-2) ?? '';
    const again = await open.get('/api/stream', {
      'x-console-token': open.token,
      'last-event-id': last,
    });
    const heard = await hearEvents(again, (events) => events.length >= 2);
    expect(heard.map(({ id }) => id)).toEqual([undefined, first.at(-1)?.id]);
  });

  test('tells one that knew an earlier console everything, and to load its decisions again', async () => {
    const again = await open.get('/api/stream', {
      'x-console-token': open.token,
      'last-event-id': 'deadbeef-7',
    });
    const heard = await hearEvents(again, (events) => events.length >= 10);
    expect(heard.map(({ event }) => event)).toContain('decisions-reload');
    expect(heard.map(({ event }) => event)).toContain('overview');
  });
});
