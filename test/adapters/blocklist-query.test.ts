import { Resolver } from 'node:dns/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createBlocklistQuery } from '../../adapters/blocklist-query.ts';
import {
  type BlocklistKeeper,
  blocklistKeepers,
  blocklistZones,
} from '../../domain/blocklist-zones.ts';
import { epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { openNameServer } from '../../local/emulators/dns/name-server.ts';
import { createWorldNames } from '../../local/emulators/dns/world-names.ts';

const ip = '192.0.2.10';
const css = '10.2.0.192.zen.spamhaus.org';
const psbl = '10.2.0.192.psbl.surriel.com';

const failing = (code: string) => Object.assign(new Error(`queryA ${code} a name`), { code });

/** Lists that answer their test entries, and whatever else a test enters. */
function createBench(keepers: readonly BlocklistKeeper[] = ['spamhaus']) {
  const entries = new Map<string, readonly string[] | Error>([
    ['2.0.0.127.zen.spamhaus.org', ['127.0.0.2', '127.0.0.4', '127.0.0.10']],
    ['2.0.0.127.psbl.surriel.com', ['127.0.0.2']],
  ]);
  let now = Date.UTC(2026, 0, 1);
  const asked: string[] = [];
  const failures: string[] = [];
  let open = 0;
  let openMax = 0;
  const read = createBlocklistQuery({
    zones: blocklistZones({ keepers }),
    clock: () => epochMs(now),
    failure: (error) => failures.push(String(error)),
    resolve4: async (name) => {
      asked.push(name);
      open += 1;
      openMax = Math.max(openMax, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      const found = entries.get(name) ?? failing('ENOTFOUND');
      if (found instanceof Error) throw found;
      return found;
    },
  });
  return {
    ...{ asked, entries, failures, read },
    listed: async (ageMaxMs?: number) => (await read([ip], ageMaxMs)).get(ip),
    timesAsked: (name: string) => asked.filter((one) => one === name).length,
    openMax: () => openMax,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe('our own query of blocklists', () => {
  test('names the lists of an address, and none where it is on none', async () => {
    const bench = createBench();
    bench.entries.set(css, ['127.0.0.3']);
    expect(await bench.read([ip, '192.0.2.11'])).toEqual(
      new Map([
        [ip, ['spamhaus-css']],
        ['192.0.2.11', []],
      ]),
    );
    expect(bench.failures).toEqual([]);
  });

  test('asks nobody where there are no addresses', async () => {
    const bench = createBench();
    expect(await bench.read([])).toEqual(new Map());
    expect(bench.asked).toEqual([]);
  });

  test('is answered from memory for five minutes at least, longer where its caller likes', async () => {
    const bench = createBench();
    await bench.listed();
    bench.pass(5 * minuteMs - 1);
    await bench.listed(0);
    expect(bench.timesAsked(css)).toBe(1);
    bench.pass(1);
    await bench.listed(15 * minuteMs);
    expect(bench.timesAsked(css)).toBe(1);
    await bench.listed();
    expect(bench.timesAsked(css)).toBe(2);
  });

  test('believes a lesser list when it has named the address for a quarter of an hour', async () => {
    const bench = createBench(['psbl']);
    bench.entries.set(psbl, ['127.0.0.2']);
    expect(await bench.listed()).toEqual([]);
    bench.pass(15 * minuteMs);
    expect(await bench.listed()).toEqual(['psbl']);
    bench.entries.delete(psbl);
    bench.pass(5 * minuteMs);
    expect(await bench.listed()).toEqual([]);
  });

  test('keeps few questions under way, and asks about each address once', async () => {
    const bench = createBench();
    const ips = Array.from({ length: 100 }, (_, index) => `198.51.100.${index}`);
    expect((await bench.read([...ips, ...ips])).size).toBe(100);
    expect(bench.asked).toHaveLength(102);
    expect(bench.openMax()).toBe(8);
  });
});

describe('a list that breaks its rules', () => {
  test.each([
    ['does not know its test entry', '2.0.0.127.zen.spamhaus.org', failing('ENOTFOUND')],
    ['lists everything', '1.0.0.127.zen.spamhaus.org', ['127.0.0.2']],
    ['refuses shared resolvers', '2.0.0.127.zen.spamhaus.org', ['127.255.255.254']],
    ['answers with addresses of its own', css, ['198.51.100.1']],
    ['refuses in the middle', css, ['127.0.0.3', '127.255.255.255']],
    ['cannot be reached', css, failing('ESERVFAIL')],
  ])('says nothing about an address when it %s', async (_, name, answer) => {
    const bench = createBench();
    bench.entries.set(css, ['127.0.0.3']);
    bench.entries.set(name, answer);
    expect(await bench.read([ip])).toEqual(new Map());
    expect(bench.failures).toHaveLength(1);
  });

  test('is told once, without the name that has a key in it, and is tried again every five minutes', async () => {
    const bench = createBench();
    bench.entries.set(css, failing('ETIMEOUT'));
    await bench.listed();
    await bench.listed();
    expect(bench.timesAsked(css)).toBe(1);
    bench.pass(5 * minuteMs);
    await bench.listed();
    expect(bench.timesAsked(css)).toBe(2);
    expect(bench.failures).toEqual([
      'Error: the blocklists of spamhaus say nothing: it gave ETIMEOUT',
    ]);
  });

  test('keeps nobody waiting for more than a second', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const failures: string[] = [];
    const reading = createBlocklistQuery({
      zones: blocklistZones({ keepers: ['spamhaus', 'psbl'] }),
      clock: () => epochMs(Date.UTC(2026, 0, 1)),
      failure: (error) => failures.push(String(error)),
      resolve4: () => new Promise(() => undefined),
    })([ip]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await reading).toEqual(new Map());
    expect(failures).toEqual([
      'Error: the blocklists of spamhaus say nothing: it gave no answer in time',
      'Error: the blocklists of psbl say nothing: it gave no answer in time',
    ]);
  });

  test('is trusted in what it said for an hour, and leaves the other lists alone', async () => {
    const bench = createBench(['spamhaus', 'psbl']);
    bench.entries.set(css, ['127.0.0.3']);
    expect(await bench.listed()).toEqual(['spamhaus-css']);
    bench.entries.set('2.0.0.127.zen.spamhaus.org', ['127.255.255.254']);
    bench.pass(hourMs);
    expect(await bench.listed()).toEqual(['spamhaus-css']);
    bench.pass(10 * minuteMs);
    expect(await bench.listed()).toEqual([]);
    bench.entries.set('2.0.0.127.psbl.surriel.com', failing('ENOTFOUND'));
    bench.pass(hourMs + minuteMs);
    expect(await bench.listed()).toBeUndefined();
  });
});

test('every list that we know is understood over real DNS, as the box answers for the world', async () => {
  const listings = new Map([[ip, ['spamhaus-sbl', 'barracuda', 'spamcop', 'psbl', 'surbl']]]);
  const names = createWorldNames({
    listingsOf: (name) => listings.get(name) ?? [],
    providerOf: () => undefined,
  });
  const server = await openNameServer(names);
  onTestFinished(server.close);
  const resolver = new Resolver();
  resolver.setServers([server.address]);
  let now = epochMs(Date.UTC(2026, 0, 1));
  const failures: unknown[] = [];
  const read = createBlocklistQuery({
    zones: blocklistZones({ keepers: blocklistKeepers, spamhausDqsKey: 'a1b2c3' }),
    clock: () => now,
    failure: (error) => failures.push(error),
    resolve4: (name) => resolver.resolve4(name),
  });
  expect((await read([ip])).get(ip)).toEqual(['spamhaus-sbl']);
  now = epochMs(now + 15 * minuteMs);
  expect(await read([ip, '192.0.2.11'])).toEqual(
    new Map([
      [ip, ['spamhaus-sbl', 'barracuda', 'spamcop', 'psbl']],
      ['192.0.2.11', []],
    ]),
  );
  expect(failures).toEqual([]);
});
