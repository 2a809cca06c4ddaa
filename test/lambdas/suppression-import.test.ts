/** SES's list may be longer than a run: its import goes on from page to page, over as many runs as it takes. */
import { beforeEach, expect, test } from 'vitest';
import type { ImportCursor } from '../../adapters/import-cursor.ts';
import type { SesSuppressed } from '../../adapters/ses-suppression.ts';
import { epochMs, hourMs, secondMs } from '../../domain/time.ts';
import { type SyncPorts, syncSuppressions } from '../../lambdas/suppression/sync.ts';
import { createVirtualTime, type VirtualTime } from '../support/virtual-time.ts';

const pageSize = 5;
let time: VirtualTime;
let list: SesSuppressed[];
let ours: Set<string>;
let cursor: ImportCursor;

beforeEach(() => {
  time = createVirtualTime();
  list = [];
  ours = new Set();
  cursor = { until: 0 };
});

function onSes(address: string): void {
  list.push({ address, reason: 'BOUNCE', at: time.clock() });
}

function ports(over: Partial<SyncPorts> = {}): SyncPorts {
  return {
    clock: time.clock,
    pause: time.pause,
    deadline: epochMs(time.clock() + hourMs),
    recipientSecret: 'a secret of the test',
    readRemovals: async function* () {},
    forgetRemoval: async () => {},
    readSesReason: async () => undefined,
    removeFromSes: async () => false,
    readCursor: async () => cursor,
    writeCursor: async (next) => {
      cursor = next;
    },
    listSes: async ({ token }) => {
      const from = Number(token ?? 0);
      const entries = list.slice(from, from + pageSize);
      const next = from + pageSize;
      return next < list.length ? { entries, token: String(next) } : { entries };
    },
    readBlocked: async () => new Set<string>(),
    addSuppression: async ({ recipientKey }) => {
      const isNew = !ours.has(recipientKey);
      ours.add(recipientKey);
      return isNew;
    },
    ...over,
  };
}

test('a list longer than a run is imported by the next ones, each going on from its page', async () => {
  for (let index = 0; index < 40; index += 1) onSes(`d${index}@recipient.example`);
  const tokens: (string | undefined)[] = [];
  const run = () => {
    const all = ports({ deadline: epochMs(time.clock() + 2 * secondMs) });
    return syncSuppressions({
      ...all,
      listSes: (page) => {
        tokens.push(page.token);
        return all.listSes(page);
      },
    });
  };
  const reports = [];
  for (let index = 0; index < 10 && reports.at(-1)?.complete !== true; index += 1)
    reports.push(await run());
  expect(reports.length).toBeGreaterThan(2);
  expect(reports.reduce((sum, { imported }) => sum + imported, 0)).toBe(40);
  expect(tokens).toEqual([undefined, '5', '10', '15', '20', '25', '30', '35']);
  expect(cursor).not.toHaveProperty('pass');
});

test('a page token that SES no longer knows starts the list anew', async () => {
  for (let index = 0; index < 12; index += 1) onSes(`d${index}@recipient.example`);
  await syncSuppressions(ports({ deadline: epochMs(time.clock() + secondMs) }));
  expect(cursor).toMatchObject({ until: 0, pass: { token: '10' } });
  const all = ports();
  const forgetful: SyncPorts = {
    ...all,
    listSes: async (page) => (page.token === '10' && stale() ? 'stale-token' : all.listSes(page)),
  };
  let asked = 0;
  const stale = () => {
    asked += 1;
    return asked === 1;
  };
  expect(await syncSuppressions(forgetful)).toMatchObject({ imported: 2, complete: true });
});

test('entries of a page are written side by side, at most 25 at a time', async () => {
  const entries = Array.from({ length: 60 }, (_, index) => ({
    address: `d${index}@recipient.example`,
    reason: 'BOUNCE' as const,
    at: time.clock(),
  }));
  let running = 0;
  let most = 0;
  const report = await syncSuppressions(
    ports({
      listSes: async () => ({ entries }),
      addSuppression: async () => {
        running += 1;
        most = Math.max(most, running);
        await Promise.resolve();
        running -= 1;
        return true;
      },
    }),
  );
  expect(report.imported).toBe(60);
  expect(most).toBe(25);
});
