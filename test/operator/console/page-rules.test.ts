/** What the page reckons without a browser. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DecisionRow, TenantRow } from '../../../operator/console/model.ts';
import { applyEvent, mergeDecisions } from '../../../operator/console/page/apply-event.ts';
import { chooseDecisions } from '../../../operator/console/page/decision-list.ts';
import { createEventReader } from '../../../operator/console/page/event-stream.ts';
import { sumFlow } from '../../../operator/console/page/flow-sums.ts';
import { plotRows } from '../../../operator/console/page/plot-rows.ts';
import { readRoute, viewNames, writeRoute } from '../../../operator/console/page/route.ts';
import { firstRowAt, rowAfterKey, windowFrom } from '../../../operator/console/page/row-window.ts';
import { firstState } from '../../../operator/console/page/state.ts';
import { chooseTenants, sortByColumn } from '../../../operator/console/page/tenant-list.ts';
import { questionOf } from '../../../operator/console/page/trace-form.ts';
import {
  grouped,
  instant,
  length,
  shellWord,
  short,
} from '../../../operator/console/page/words.ts';

describe('the event stream', () => {
  const told = [
    { id: '1', event: 'hello', data: '{"a":1}' },
    { event: 'beat', data: '{"at":2}' },
    { id: '3', event: 'flow', data: '{\n"b":2}' },
  ];
  const text = told
    .map(
      ({ id, event, data }) =>
        `${id ? `id: ${id}\n` : ''}event: ${event}\n${data
          .split('\n')
          .map((line) => `data: ${line}`)
          .join('\n')}\n\n`,
    )
    .join(': a comment\n\n');

  test('is the same however it is cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        const read = createEventReader();
        const places = [0, ...cuts.sort((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
        expect(pieces.flatMap((piece) => read(piece))).toEqual(told);
      }),
    );
  });
});

describe('a long table', () => {
  const rowHeightPx = 40;
  const heightPx = 900;

  test('always draws the rows in sight, and never many more', () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.double({ min: 0, max: 1, noNaN: true }), (count, share) => {
        const scrollTopPx = share * Math.max(0, count * rowHeightPx - heightPx);
        const first = firstRowAt(scrollTopPx, rowHeightPx);
        const drawn = windowFrom(first, { count, rowHeightPx, heightPx });
        const topRow = Math.floor(scrollTopPx / rowHeightPx);
        const bottomRow = Math.min(count, Math.ceil((scrollTopPx + heightPx) / rowHeightPx));
        expect(drawn.first).toBeLessThanOrEqual(topRow);
        expect(drawn.end).toBeGreaterThanOrEqual(bottomRow);
        expect(drawn.end - drawn.first).toBeLessThan(60);
      }),
    );
  });

  test('keys move within it and never out of it', () => {
    const at = (key: string, from: number) => rowAfterKey(key, { from, count: 100, perScreen: 20 });
    expect([at('ArrowDown', 5), at('ArrowUp', 0), at('PageDown', 90), at('End', 3)]).toEqual([
      6, 0, 99, 99,
    ]);
    expect(at('a', 5)).toBeUndefined();
    expect(rowAfterKey('End', { from: 0, count: 0, perScreen: 20 })).toBeUndefined();
  });
});

const decision = (id: string, at: number): DecisionRow => ({
  id,
  at,
  what: `move mail of ${id}`,
  kinds: ['move'],
  state: 'done',
  autonomy: 'act',
  paged: false,
});

describe('the list of decisions', () => {
  test('holds each once, newest first, whatever order they come in', () => {
    const rows = fc.array(fc.tuple(fc.nat(20), fc.nat(1_000)));
    fc.assert(
      fc.property(rows, rows, (before, added) => {
        const make = (all: readonly (readonly [number, number])[]) =>
          all.map(([id, at]) => decision(`d-${id}`, at));
        const merged = mergeDecisions(mergeDecisions([], make(before)), make(added));
        expect(new Set(merged.map(({ id }) => id)).size).toBe(merged.length);
        expect(merged.map(({ at }) => at)).toEqual(
          merged.map(({ at }) => at).sort((a, b) => b - a),
        );
        for (const [id] of added) expect(merged.some((row) => row.id === `d-${id}`)).toBe(true);
      }),
    );
  });

  test('is searched by all words, in any case', () => {
    const rows = [decision('Acme', 2), decision('other', 1)];
    expect(chooseDecisions(rows, { kind: '', state: '', words: 'MAIL acme' })).toEqual([rows[0]]);
    expect(chooseDecisions(rows, { kind: 'slow', state: '', words: '' })).toEqual([]);
  });
});

test('an event of a newer server, which the page does not know, changes nothing but that it was heard', () => {
  const before = firstState(1, '', 'system');
  const told = JSON.parse('{"event":"toString","data":{"connection":"lost"}}');
  expect(applyEvent(before, told, 5)).toEqual({
    ...before,
    connection: { state: 'open', heardAt: 5 },
  });
});

test('a new incident is read out once, by its title', () => {
  const incident = {
    id: 'i-1',
    kind: 'mail-stuck',
    severity: 'page',
    title: 'Mail is not leaving',
    state: 'open' as const,
    openedAt: 1,
    isTest: false,
    text: [],
    consequences: [],
    look: 'goodstanding queue',
  };
  const reading = (rows: readonly (typeof incident)[]) => ({
    event: 'incidents' as const,
    data: { at: 1, value: { rows, alarms: [] } },
  });
  const quiet = applyEvent(firstState(1, '', 'system'), reading([]), 2);
  const loud = applyEvent(quiet, reading([incident]), 3);
  expect(loud.said).toBe('New incident: Mail is not leaving.');
  expect(applyEvent({ ...loud, said: '' }, reading([incident]), 4).said).toBe('');
});

test('flow is added up by stream and provider, and what no row tells is not told as none', () => {
  const row = { accepted: [1, 2], deferred: [0, 1], bounced: [0, 0], complained: [0, 0] };
  const flow = {
    minutes: [0, 60_000],
    remarks: [],
    rows: [
      { ...row, stream: 'a', provider: 'gmail' },
      { ...row, stream: 'b', provider: 'gmail', delivered: [1, 1] },
    ],
  };
  expect(sumFlow(flow, { stream: '', provider: 'gmail' }).accepted).toEqual({
    values: [2, 4],
    sum: 6,
  });
  expect(sumFlow(flow, { stream: 'a', provider: '' }).delivered).toBeUndefined();
  expect(sumFlow(flow, { stream: 'c', provider: '' }).delivered?.sum).toBe(0);
});

test('a table beside a plot is short and loses no mail', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100), { maxLength: 500 }), (values) => {
      const atMs = values.map((_, index) => index * 1_000);
      const rows = plotRows(atMs, [{ values }, { values, isLevel: true }]);
      const sum = (all: readonly number[]) => all.reduce((one, other) => one + other, 0);
      expect(rows.length).toBeLessThanOrEqual(48);
      expect(sum(rows.map((row) => row.values[0] ?? 0))).toBe(sum(values));
      expect(rows.at(-1)?.values[1]).toBe(values.at(-1));
    }),
  );
});

test('tenants are sorted by a column, and the other way round when it is pressed again', () => {
  const tenant = (name: string, rate: number): TenantRow => ({
    tenant: name,
    status: 'active',
    signal: 'block',
    sent: 10,
    failed: 1,
    rate,
    tolerated: 0.01,
    lnEvidence: rate,
  });
  const rows = [tenant('b', 0.1), tenant('a', 0.3), tenant('c', 0.2)];
  const first = sortByColumn({ words: '', sortBy: 'tenant', order: 'ascending' }, 'rate');
  const names = (choice: typeof first) => chooseTenants(rows, choice).map((one) => one.tenant);
  expect(names(first)).toEqual(['a', 'c', 'b']);
  expect(names(sortByColumn(first, 'rate'))).toEqual(['b', 'c', 'a']);
});

test('every route is read back as it was written, whatever the id', () => {
  fc.assert(
    fc.property(fc.constantFrom(...viewNames), fc.string({ minLength: 1 }), (view, id) => {
      expect(readRoute(writeRoute({ view, id }))).toEqual({ view, id });
    }),
  );
  expect(writeRoute({ view: 'tenants', id: '\ud800' })).toBe('#/tenants/%EF%BF%BD');
  expect(readRoute('#/nowhere/%')).toEqual({ view: 'overview', id: '%' });
});

test('a name in a command is one word of the shell, and nothing in it is obeyed', () => {
  const unquoted = (word: string) =>
    word.startsWith("'") ? word.slice(1, -1).replaceAll("'\\''", "'") : word;
  fc.assert(
    fc.property(fc.string(), (name) => {
      const word = shellWord(name);
      expect(word).toMatch(/^([\w@%+=:,./][\w@%+=:,./-]*|'([^'\p{Cc}]|'\\'')*')$/u);
      expect(unquoted(word)).toBe(name.replace(/\p{Cc}/gu, '?'));
    }),
  );
  expect(shellWord('$(reboot)')).toBe("'$(reboot)'");
});

test('a search by tenant asks for a time in UTC', () => {
  const form = { by: 'tenant', value: 'x', tenant: ' acme ', since: '2026-11-21T14:00', until: '' };
  expect(questionOf({ ...form, by: 'tenant' })).toEqual({
    tenant: 'acme',
    since: Date.UTC(2026, 10, 21, 14),
  });
});

test('numbers and times are short and exact enough', () => {
  const now = Date.UTC(2026, 10, 21, 15);
  expect([1_234_567, 0].map(grouped)).toEqual(['1,234,567', '0']);
  expect([950, 1_234, 41_000, 3_000_000].map(short)).toEqual(['950', '1.2k', '41k', '3M']);
  expect([40_000, 720_000, 19_200_000, 273_600_000].map(length)).toEqual([
    '40 s',
    '12 min',
    '5 h 20 min',
    '3 d 4 h',
  ]);
  expect(instant(now - 60_000, now)).toBe('14:59');
  expect(instant(now - 86_400_000, now)).toBe('20 Nov 15:00');
});
