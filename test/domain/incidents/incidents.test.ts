/** Goal: one page for each cause. Method: stories of alarms on a clock, and laws over arbitrary ones. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alarmKinds } from '../../../contract/alarm-kinds.ts';
import { alarmKindNames } from '../../../contract/alarm-names.ts';
import { emptyBoard, hear, missedNews, rings } from '../../../domain/incidents/hear.ts';
import type { News } from '../../../domain/incidents/model.ts';
import { quietMs, settleMs } from '../../../domain/incidents/settle.ts';
import { againMs, claimMs } from '../../../domain/incidents/tell.ts';
import { hourMs, minuteMs, secondMs } from '../../../domain/time.ts';
import { at, openDesk, rang, rules, silent } from '../../support/incidents.ts';

describe('one cause', () => {
  test('pages at once when nothing could explain it', () => {
    const desk = openDesk();
    desk.look(0, [rang('ses-stopped', 0)]);
    expect(desk.words()).toEqual(['opened ses-stopped']);
  });

  test('pages once, however often it is heard of, and once more when it is over', () => {
    const desk = openDesk();
    for (const ms of [0, 1000, 60_000]) desk.look(ms, [rang('ses-stopped', 0)]);
    desk.look(5 * minuteMs, [silent('ses-stopped', 5 * minuteMs)]);
    desk.look(5 * minuteMs + quietMs - 1);
    expect(desk.words()).toEqual(['opened ses-stopped']);
    desk.look(5 * minuteMs + quietMs);
    expect(desk.words()).toEqual(['opened ses-stopped', 'over ses-stopped']);
    expect(desk.finished.at(-1)).toMatchObject({ status: 'closed', closedAt: at(5 * minuteMs) });
    expect(desk.board().incidents).toEqual([]);
  });

  test('that rings again within the quiet time is the same trouble', () => {
    const desk = openDesk();
    desk.look(0, [rang('ses-stopped', 0)]);
    desk.look(minuteMs, [silent('ses-stopped', minuteMs)]);
    desk.look(2 * minuteMs, [rang('ses-stopped', 2 * minuteMs)]);
    desk.look(2 * minuteMs + quietMs);
    expect(desk.words()).toEqual(['opened ses-stopped']);
    expect(desk.board().incidents).toMatchObject([{ status: 'open', parts: [{ since: at(0) }] }]);
  });

  test('is told even where its end is heard of before its beginning', () => {
    const desk = openDesk();
    desk.look(minuteMs, [silent('ses-stopped', minuteMs)]);
    desk.look(minuteMs + 1, [rang('ses-stopped', 0)]);
    expect(desk.words()).toEqual(['opened ses-stopped']);
    expect(desk.board().incidents).toMatchObject([{ status: 'ending' }]);
  });

  test('is told again while nobody has it in hand, if it is a page', () => {
    const desk = openDesk();
    desk.look(0, [rang('ses-stopped', 0), rang('tenant-held', 0)]);
    desk.look(againMs);
    expect(desk.words()).toEqual(['opened ses-stopped', 'opened tenant-held', 'again ses-stopped']);
    const acked = { at: at(againMs), by: 'ana', why: 'I look' };
    desk.change((board) => ({
      ...board,
      incidents: board.incidents.map((one) => ({ ...one, acked })),
    }));
    desk.look(3 * againMs);
    expect(desk.words()).toHaveLength(3);
  });

  test('whose word was claimed and never said is told after a while', () => {
    const desk = openDesk();
    desk.change((board) => ({
      ...board,
      ringing: { 'ses-stopped': { rangAt: at(0), bookedAt: at(0) } },
      incidents: [
        {
          id: 'x',
          kind: 'ses-stopped',
          status: 'open',
          openedAt: at(0),
          parts: [{ kind: 'ses-stopped', since: at(0) }],
          tellings: [{ why: 'opened', claimedAt: at(0) }],
        },
      ],
    }));
    desk.look(claimMs - 1);
    expect(desk.words()).toEqual([]);
    desk.look(claimMs);
    desk.look(2 * claimMs);
    expect(desk.words()).toEqual(['opened ses-stopped']);
  });
});

describe('a consequence', () => {
  test('waits a moment for its cause, and tells nobody when the cause rings', () => {
    const desk = openDesk();
    desk.look(0, [rang('mail-late', 0)]);
    desk.look(30 * secondMs, [rang('ses-stopped', 30 * secondMs)]);
    desk.look(settleMs + minuteMs);
    expect(desk.words()).toEqual(['opened ses-stopped']);
    expect(desk.board().incidents).toMatchObject([
      { parts: [{ kind: 'ses-stopped' }, { kind: 'mail-late' }] },
    ]);
    expect(desk.finished).toMatchObject([{ kind: 'mail-late', partOf: expect.any(String) }]);
  });

  test('pages by itself when nothing explains it', () => {
    const desk = openDesk();
    desk.look(0, [rang('mail-late', 0)]);
    desk.look(settleMs - 1);
    expect(desk.words()).toEqual([]);
    desk.look(settleMs);
    expect(desk.words()).toEqual(['opened mail-late']);
  });

  test('that was told before its cause becomes a part of it and is told no more', () => {
    const desk = openDesk();
    desk.look(0, [rang('mail-late', 0)]);
    desk.look(settleMs);
    desk.look(hourMs, [rang('ses-stopped', hourMs)]);
    desk.look(hourMs + 2 * againMs);
    expect(desk.words()).toEqual(['opened mail-late', 'opened ses-stopped', 'again ses-stopped']);
  });

  test('that outlasts its cause keeps the incident open', () => {
    const desk = openDesk();
    desk.look(0, [rang('ses-stopped', 0)]);
    desk.look(minuteMs, [rang('mail-late', minuteMs)]);
    desk.look(2 * minuteMs, [silent('ses-stopped', 2 * minuteMs)]);
    desk.look(hourMs);
    expect(desk.board().incidents).toMatchObject([{ status: 'open' }]);
    desk.look(hourMs, [silent('mail-late', hourMs)]);
    desk.look(hourMs + quietMs);
    expect(desk.words()).toEqual(['opened ses-stopped', 'over ses-stopped']);
  });

  test('of a consequence belongs to the first cause', () => {
    const desk = openDesk();
    desk.look(0, [rang('pool-quarantined', 0)]);
    desk.look(1000, [rang('no-warm-capacity', 1000)]);
    desk.look(2000, [rang('mail-late', 2000)]);
    desk.look(hourMs);
    expect(desk.words()).toEqual(['opened pool-quarantined']);
    expect(desk.board().incidents).toHaveLength(1);
  });
});

describe('a test', () => {
  const test1 = { kind: 'mail-late', by: 'ana', since: at(0), until: at(5 * minuteMs) };

  test('is told at once, ends at once, and says so', () => {
    const desk = openDesk({ ...emptyBoard, tests: [test1] });
    desk.look(1000, [rang('mail-late', 1000)]);
    expect(desk.said).toMatchObject([{ why: 'opened', incident: { testedBy: 'ana' } }]);
    desk.look(2000, [silent('mail-late', 2000)]);
    expect(desk.words()).toEqual(['opened mail-late']);
    expect(desk.finished).toMatchObject([{ testedBy: 'ana', status: 'closed' }]);
  });

  test('hides no real trouble that goes on after it', () => {
    const desk = openDesk({ ...emptyBoard, tests: [test1] });
    desk.look(1000, [rang('mail-late', 1000)]);
    desk.look(6 * minuteMs);
    desk.look(8 * minuteMs);
    expect(desk.said.map(({ incident }) => incident.testedBy)).toEqual(['ana', undefined]);
  });

  test('neither explains real trouble nor is explained by it', () => {
    const cause = { ...test1, kind: 'ses-stopped' };
    const desk = openDesk({ ...emptyBoard, tests: [cause] });
    desk.look(1000, [rang('ses-stopped', 1000)]);
    desk.look(2000, [rang('mail-late', 2000)]);
    desk.look(2000 + settleMs);
    expect(desk.words()).toEqual(['opened ses-stopped', 'opened mail-late']);
  });
});

describe('an event that never came', () => {
  test('is made up for when alarms are asked how they stand', () => {
    const board = hear(emptyBoard, [rang('mail-late', 0)]);
    const now = at(10 * minuteMs);
    expect(missedNews(board, new Map([['ses-stopped', at(minuteMs)]]), now)).toEqual([
      { kind: 'mail-late', state: 'ok', at: now },
      { kind: 'ses-stopped', state: 'alarm', at: at(minuteMs) },
    ]);
  });

  test('is not made up from an answer that may be older than what was heard', () => {
    const board = hear(emptyBoard, [rang('mail-late', 0)]);
    expect(missedNews(board, new Map(), at(minuteMs))).toEqual([]);
  });
});

test('what can cause others stands before them in the table of kinds, so there are no circles', () => {
  for (const [index, kind] of alarmKindNames.entries())
    for (const cause of alarmKinds[kind].causedBy)
      expect(alarmKindNames.slice(0, index), `${cause} before ${kind}`).toContain(cause);
});

const anyKind = fc.constantFrom(...alarmKindNames);
const anyNews: fc.Arbitrary<readonly News[]> = fc.array(
  fc
    .tuple(anyKind, fc.constantFrom('alarm' as const, 'ok' as const), fc.nat(2 * hourMs))
    .map(([kind, state, ms]) => ({ kind, state, at: at(ms) })),
  { maxLength: 30 },
);

/** News as they arrive: late by up to a minute, some twice. */
const anyDeliveries = anyNews.chain((news) =>
  fc
    .tuple(
      fc.array(fc.nat(minuteMs), { minLength: news.length, maxLength: news.length }),
      fc.subarray([...news]),
    )
    .map(([delays, again]) =>
      [
        ...news.map((one, index) => ({ one, ms: one.at - at(0) + (delays[index] ?? 0) })),
        ...again.map((one) => ({ one, ms: one.at - at(0) + 2 * minuteMs })),
      ].sort((a, b) => a.ms - b.ms),
    ),
);

/** Hears them all, looks every five minutes meanwhile, and long afterwards, all silent. */
function live(deliveries: readonly { readonly one: News; readonly ms: number }[]) {
  const desk = openDesk();
  let ticked = 0;
  for (const { one, ms } of deliveries) {
    for (; ticked < ms; ticked += 5 * minuteMs) desk.look(ticked);
    desk.look(ms, [one]);
  }
  return desk;
}

describe('whatever rings, in whatever order it is heard of', () => {
  test('the same news make the same state', () => {
    fc.assert(
      fc.property(anyNews, anyNews, (news, more) => {
        const once = hear(emptyBoard, [...news, ...more]);
        const mixed = hear(emptyBoard, [...more, ...news].reverse());
        const kinds = Object.keys(once.ringing);
        expect(Object.keys(mixed.ringing).sort()).toEqual(kinds.sort());
        for (const kind of kinds) {
          expect(mixed.ringing[kind]).toEqual(once.ringing[kind]);
          expect(hear(once, news).ringing[kind]).toEqual(once.ringing[kind]);
        }
      }),
    );
  });

  test('nothing pages whose cause is open, and no incident begins twice', () => {
    fc.assert(
      fc.property(anyDeliveries, (deliveries) => {
        const { said } = live(deliveries);
        const begun = said.filter(({ why }) => why === 'opened');
        expect(new Set(begun.map(({ incident }) => incident.id)).size).toBe(begun.length);
        for (const { incident, open } of begun) {
          const causes: readonly string[] = rules.get(incident.kind)?.causedBy ?? [];
          const others = open.filter(({ id, status }) => id !== incident.id && status !== 'closed');
          const kinds = others.flatMap(({ parts }) => parts.map(({ kind }) => kind));
          expect(kinds.filter((kind) => causes.includes(kind))).toEqual([]);
        }
      }),
    );
  });

  test('what rings is in one open incident, and every incident is told or part of another', () => {
    fc.assert(
      fc.property(anyDeliveries, (deliveries) => {
        const desk = live(deliveries);
        const board = desk.look(4 * hourMs);
        const inOpen = board.incidents
          .filter(({ status }) => status !== 'closed')
          .flatMap(({ parts }) => parts.map(({ kind }) => kind));
        expect(new Set(inOpen).size).toBe(inOpen.length);
        for (const [kind, known] of Object.entries(board.ringing))
          if (rings(known)) expect(inOpen).toContain(kind);
        for (const { partOf, tellings } of [...board.incidents, ...desk.finished])
          expect(partOf !== undefined || tellings.length > 0).toBe(true);
      }),
    );
  });

  test('when all is silent everything ends', () => {
    fc.assert(
      fc.property(anyDeliveries, (deliveries) => {
        const desk = live(deliveries);
        const end = 5 * hourMs;
        desk.look(
          end,
          alarmKindNames.map((kind) => silent(kind, end)),
        );
        desk.look(end + longestQuietMs);
        expect(desk.look(end + 2 * longestQuietMs).incidents).toEqual([]);
      }),
    );
  });

  test('one cause with all that follows from it pages exactly once', () => {
    const causes = alarmKindNames.filter((kind) => alarmKinds[kind].causedBy.length === 0);
    const story = fc.constantFrom(...causes).chain((cause) => {
      const follows = followersOf(cause);
      return fc.record({
        cause: fc.constant(cause),
        effects: fc.array(
          fc.tuple(
            fc.constantFrom(cause, ...follows),
            fc.integer({ min: -2 * minuteMs, max: hourMs }),
          ),
        ),
        delayMs: fc.nat(20_000),
      });
    });
    fc.assert(
      fc.property(story, ({ cause, effects, delayMs }) => {
        const news = [rang(cause, 0), ...effects.map(([kind, ms]) => rang(kind, ms))];
        const { words } = live(
          news
            .map((one) => ({ one, ms: Math.max(0, one.at - at(0)) + delayMs }))
            .sort((a, b) => a.ms - b.ms),
        );
        expect(words().filter((word) => word.startsWith('opened'))).toEqual([`opened ${cause}`]);
      }),
    );
  });
});

const longestQuietMs = Math.max(...[...rules.values()].map((rule) => rule.quietMs ?? quietMs));

/** Every kind that may follow from this one. */
function followersOf(cause: string): readonly string[] {
  return alarmKindNames.filter((kind) => alarmKinds[kind].causedBy.some((one) => one === cause));
}
