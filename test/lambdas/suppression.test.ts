/** Our list and SES's account list in step, at one call a second, ended in time and resumed. */
import { beforeEach, describe, expect, test } from 'vitest';
import { readImportCursor, writeImportCursor } from '../../adapters/import-cursor.ts';
import type { Table } from '../../adapters/items.ts';
import { forgetRemoval, readRemovals, requestSesRemoval } from '../../adapters/ses-removals.ts';
import type { SesSuppressed } from '../../adapters/ses-suppression.ts';
import { readAllSuppressions } from '../../adapters/suppression-lookup.ts';
import {
  noteBlock,
  putSuppression,
  putSuppressionIfAbsent,
  readBlocked,
} from '../../adapters/suppression-store.ts';
import { epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import { type SyncPorts, syncSuppressions } from '../../lambdas/suppression/sync.ts';
import { keyOf } from '../support/dispatch-world.ts';
import { dynamoOfFile } from '../support/dynamo.ts';
import { createVirtualTime, type VirtualTime } from '../support/virtual-time.ts';

const dynamo = await dynamoOfFile();
let table: Table;
let time: VirtualTime;
/** SES's account list: what stands on it, and when each call came. */
let list: Map<string, SesSuppressed>;
let calls: number[];

beforeEach(async () => {
  table = (await dynamo.createTables(dynamo.connectDirectly())).suppression;
  time = createVirtualTime();
  list = new Map();
  calls = [];
});

const pageSize = 5;

function onSes(
  address: string,
  reason: 'BOUNCE' | 'COMPLAINT' = 'BOUNCE',
  at: number = time.clock(),
): void {
  list.set(address, { address, reason, at: epochMs(at) });
}

function ports(over: Partial<SyncPorts> = {}): SyncPorts {
  return {
    clock: time.clock,
    pause: time.pause,
    deadline: epochMs(time.clock() + hourMs),
    recipientSecret: 'a secret of the test',
    readRemovals: () => readRemovals(table),
    forgetRemoval: (removal) => forgetRemoval(table, removal),
    readSesReason: async (address) => {
      calls.push(time.clock());
      return list.get(address)?.reason;
    },
    removeFromSes: async (address) => {
      calls.push(time.clock());
      return list.delete(address);
    },
    readCursor: () => readImportCursor(table),
    writeCursor: (cursor) => writeImportCursor(table, cursor),
    listSes: async ({ since, token }) => {
      calls.push(time.clock());
      const from = Number(token ?? 0);
      const all = [...list.values()].filter(({ at }) => at >= since);
      const entries = all.slice(from, from + pageSize);
      return from + pageSize < all.length
        ? { entries, token: String(from + pageSize) }
        : { entries };
    },
    readBlocked: (keys) => readBlocked(table, keys),
    addSuppression: (entry) => putSuppressionIfAbsent(table, entry),
    ...over,
  };
}

const reasons = async (address: string) =>
  (await readAllSuppressions(table, keyOf(address), time.clock())).map(
    ({ scope, reason, source }) => `${scope} ${reason} ${source}`,
  );

const blockOf = (address: string) =>
  noteBlock(table, { recipientKey: keyOf(address), address, at: time.clock() });

describe('the list of SES', () => {
  test('is imported page by page with its origin, and a second run finds nothing new', async () => {
    for (let index = 0; index < 12; index += 1) onSes(`b${index}@recipient.example`);
    onSes('c@recipient.example', 'COMPLAINT');
    expect(await syncSuppressions(ports())).toEqual({
      removed: 0,
      imported: 13,
      blocksUndone: 0,
      complete: true,
    });
    expect(await reasons('b11@recipient.example')).toEqual(['global ses-bounce ses-account']);
    expect(await reasons('c@recipient.example')).toEqual(['global ses-complaint ses-account']);
    expect(await syncSuppressions(ports())).toMatchObject({ imported: 0, complete: true });
  });

  test('never replaces a fact of our own', async () => {
    await putSuppression(table, {
      recipientKey: keyOf('own@recipient.example'),
      scope: 'global',
      reason: 'manual',
      source: 'operator',
      at: 1,
    });
    onSes('own@recipient.example');
    await syncSuppressions(ports());
    expect(await reasons('own@recipient.example')).toEqual(['global manual operator']);
  });

  test('is read again from an hour before where it was left, for entries that show late', async () => {
    onSes('early@recipient.example');
    await syncSuppressions(ports());
    onSes('late@recipient.example', 'BOUNCE', time.clock() - 50 * minuteMs);
    await syncSuppressions(ports());
    expect(await reasons('late@recipient.example')).toHaveLength(1);
  });

  test('may hold addresses that we could not send to; they are passed over', async () => {
    onSes('"odd one"@recipient.example');
    onSes('fine@recipient.example');
    expect(await syncSuppressions(ports())).toMatchObject({ imported: 1, complete: true });
  });
});

describe('an entry that a block caused', () => {
  test('comes off the list of SES and is not imported, block first', async () => {
    await blockOf('blocked@recipient.example');
    onSes('blocked@recipient.example');
    const report = await syncSuppressions(ports());
    expect(report).toMatchObject({ removed: 1, imported: 0 });
    expect(list.size).toBe(0);
    expect(await reasons('blocked@recipient.example')).toEqual([]);
  });

  test('comes off both lists when the import was first', async () => {
    onSes('blocked@recipient.example');
    await syncSuppressions(ports());
    await blockOf('blocked@recipient.example');
    expect(await reasons('blocked@recipient.example')).toEqual([]);
    await syncSuppressions(ports());
    expect(list.size).toBe(0);
    expect(await reasons('blocked@recipient.example')).toEqual([]);
  });

  test('comes off again when SES lists it anew', async () => {
    await blockOf('blocked@recipient.example');
    await syncSuppressions(ports());
    onSes('blocked@recipient.example');
    expect(await syncSuppressions(ports())).toMatchObject({ imported: 0, blocksUndone: 1 });
    expect(list.size).toBe(0);
  });

  test('does not undo a complaint, nor a bounce that we saw ourselves', async () => {
    await putSuppression(table, {
      recipientKey: keyOf('dead@recipient.example'),
      scope: 'global',
      reason: 'hard-bounce',
      source: 'feedback',
      at: 1,
    });
    for (const address of ['dead@recipient.example', 'angry@recipient.example']) {
      await blockOf(address);
    }
    onSes('angry@recipient.example', 'COMPLAINT');
    await syncSuppressions(ports());
    expect(list.has('angry@recipient.example')).toBe(true);
    expect(await reasons('dead@recipient.example')).toEqual(['global hard-bounce feedback']);
    expect(await reasons('angry@recipient.example')).toEqual(['global ses-complaint ses-account']);
    await blockOf('angry@recipient.example');
    expect(await reasons('angry@recipient.example')).toEqual(['global ses-complaint ses-account']);
  });

  test("does not narrow an operator's wish, which takes off whatever SES has, in either order", async () => {
    for (const order of ['operator first', 'block first'] as const) {
      const address = `${order.replace(' ', '-')}@recipient.example`;
      const removal = { recipientKey: keyOf(address), address, at: time.clock() };
      onSes(address, 'COMPLAINT');
      if (order === 'operator first') await requestSesRemoval(table, removal);
      await blockOf(address);
      if (order === 'block first') await requestSesRemoval(table, removal);
      await syncSuppressions(ports());
      expect(list.has(address), order).toBe(false);
    }
  });

  test('of which an operator asks anew while it is worked off is not forgotten', async () => {
    const address = 'anew@recipient.example';
    await blockOf(address);
    onSes(address, 'COMPLAINT');
    const asking = ports({
      readSesReason: async () => {
        time.advance(1);
        await requestSesRemoval(table, { recipientKey: keyOf(address), address, at: time.clock() });
        return 'COMPLAINT';
      },
    });
    await syncSuppressions(asking);
    expect(list.has(address)).toBe(true);
    await syncSuppressions(ports());
    expect(list.has(address)).toBe(false);
  });
});

describe('the pace and the end of a run', () => {
  test('calls to SES are more than a second apart', async () => {
    for (let index = 0; index < 8; index += 1) await blockOf(`b${index}@recipient.example`);
    for (let index = 0; index < 12; index += 1) onSes(`d${index}@recipient.example`);
    await syncSuppressions(ports());
    const gaps = calls.slice(1).map((at, index) => at - (calls[index] ?? 0));
    expect(calls.length).toBeGreaterThan(10);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(secondMs);
  });

  test('a run ends at its deadline, says what it did, and the next goes on', async () => {
    for (let index = 0; index < 8; index += 1) {
      await blockOf(`b${index}@recipient.example`);
      onSes(`b${index}@recipient.example`);
    }
    const first = await syncSuppressions(ports({ deadline: epochMs(time.clock() + 9 * secondMs) }));
    expect(first.complete).toBe(false);
    expect(first.removed + first.blocksUndone).toBe(8 - list.size);
    expect(first.removed).toBeGreaterThan(0);
    const second = await syncSuppressions(ports());
    expect(second.complete).toBe(true);
    expect(list.size).toBe(0);
  });

  test('removals take at most half of a run, and the import goes on in the other half', async () => {
    for (let index = 0; index < 20; index += 1) await blockOf(`b${index}@recipient.example`);
    onSes('new@recipient.example');
    const deadline = epochMs(time.clock() + 20 * secondMs);
    expect(await syncSuppressions(ports({ deadline }))).toMatchObject({
      imported: 1,
      complete: false,
    });
    expect(await reasons('new@recipient.example')).toHaveLength(1);
  });

  test('a page full of blocks does not outlast the deadline', async () => {
    for (let index = 0; index < 5; index += 1) {
      await blockOf(`b${index}@recipient.example`);
      for await (const removal of readRemovals(table)) await forgetRemoval(table, removal);
      onSes(`b${index}@recipient.example`);
    }
    const deadline = epochMs(time.clock() + 3 * secondMs);
    expect(await syncSuppressions(ports({ deadline }))).toMatchObject({ complete: false });
    expect(time.clock()).toBeLessThan(deadline + 2 * secondMs);
    expect(await syncSuppressions(ports())).toMatchObject({ complete: true });
    expect(list.size).toBe(0);
  });

  test('a removal that SES refuses is not forgotten', async () => {
    await blockOf('blocked@recipient.example');
    onSes('blocked@recipient.example');
    const refusing = ports({
      removeFromSes: async () => {
        throw new Error('TooManyRequestsException');
      },
    });
    await expect(syncSuppressions(refusing)).rejects.toThrow('TooManyRequests');
    await syncSuppressions(ports());
    expect(list.size).toBe(0);
  });
});
