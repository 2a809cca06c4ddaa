import { describe, expect, test } from 'vitest';
import { createProviderResolver, type ResolveMx } from '../../adapters/provider-resolver.ts';
import { epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { dynamoOfFile } from '../support/dynamo.ts';

const dynamo = await dynamoOfFile();
const { ledger } = await dynamo.createTables(dynamo.connect());

function createBench(resolveMx: ResolveMx) {
  let now = Date.UTC(2026, 0, 1);
  const asked: string[] = [];
  const failures: unknown[] = [];
  const create = () =>
    createProviderResolver(ledger, {
      clock: () => epochMs(now),
      failure: (error) => failures.push(error),
      resolveMx: async (domain) => {
        asked.push(domain);
        return resolveMx(domain);
      },
    });
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { asked, create, failures, pass };
}

const google = async () => [{ exchange: 'aspmx.l.google.com', priority: 1 }];
const failing = (code: string) => async () => {
  throw Object.assign(new Error(code), { code });
};

describe('the provider of a recipient’s domain', () => {
  test('of a large consumer domain needs no look-up', async () => {
    const bench = createBench(google);
    expect(await bench.create()('hotmail.com')).toBe('microsoft');
    expect(bench.asked).toEqual([]);
  });

  test('is asked of DNS once, by all environments together', async () => {
    const bench = createBench(google);
    const [first, second] = [bench.create(), bench.create()];
    expect(await Promise.all([first('once.example'), first('once.example')])).toEqual([
      'gmail',
      'gmail',
    ]);
    expect(await second('once.example')).toBe('gmail');
    expect(bench.asked).toEqual(['once.example']);
  });

  test('is the domain itself where it has no mail servers of its own name', async () => {
    const bench = createBench(failing('ENODATA'));
    expect(await bench.create()('mail.implicit.example')).toBe('implicit.example');
  });

  test('that does not exist is remembered for an hour', async () => {
    const bench = createBench(failing('ENOTFOUND'));
    expect(await bench.create()('nowhere.example')).toBe('other');
    expect(await bench.create()('nowhere.example')).toBe('other');
    expect(bench.asked).toHaveLength(1);
    bench.pass(hourMs + 1);
    await bench.create()('nowhere.example');
    expect(bench.asked).toHaveLength(2);
  });

  test('is `other` while DNS says nothing, and is asked again a minute later', async () => {
    const bench = createBench(failing('ETIMEOUT'));
    const resolve = bench.create();
    expect(await resolve('silent.example')).toBe('other');
    expect(await resolve('silent.example')).toBe('other');
    expect(bench.asked).toHaveLength(1);
    bench.pass(minuteMs + 1);
    await resolve('silent.example');
    expect(bench.asked).toHaveLength(2);
  });

  test('is found without the table too', async () => {
    const bench = createBench(google);
    const broken = createProviderResolver(
      { ...ledger, name: 'missing' },
      {
        clock: () => epochMs(0),
        failure: (error) => bench.failures.push(error),
        resolveMx: google,
      },
    );
    expect(await broken('untabled.example')).toBe('gmail');
    expect(bench.failures).toHaveLength(2);
  });
});
