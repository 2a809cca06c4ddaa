/** Goal: an incident that is open, or in somebody's hand, hides no other trouble. Method: stories on a clock. */
import { describe, expect, test } from 'vitest';
import { sameCauseMs } from '../../../domain/incidents/heard-alarms.ts';
import type { Board } from '../../../domain/incidents/model.ts';
import { outlastMs } from '../../../domain/incidents/part-ways.ts';
import { againMs } from '../../../domain/incidents/tell.ts';
import { dayMs, hourMs, minuteMs } from '../../../domain/time.ts';
import { at, openDesk, rang, silent } from '../../support/incidents.ts';

/** Somebody takes everything that is open in hand. */
const ackAll = (board: Board): Board => ({
  ...board,
  incidents: board.incidents.map((one) => ({
    ...one,
    acked: { at: at(0), by: 'ana', why: 'I look' },
  })),
});

describe('a consequence that outlives its cause', () => {
  /** SES stopped for half an hour, and mail was parked meanwhile that nobody has looked at since. */
  function openStory() {
    const desk = openDesk();
    desk.look(0, [rang('ses-stopped', 0)]);
    desk.look(minuteMs, [rang('mail-parked', minuteMs)]);
    desk.change(ackAll);
    desk.look(30 * minuteMs, [silent('ses-stopped', 30 * minuteMs)]);
    return desk;
  }

  test('is told as trouble of its own, because nobody was told of it before', () => {
    const desk = openStory();
    desk.look(30 * minuteMs + outlastMs - 1);
    expect(desk.words()).toEqual(['opened ses-stopped']);
    desk.look(30 * minuteMs + outlastMs);
    expect(desk.words().toSorted()).toEqual([
      'opened mail-parked',
      'opened ses-stopped',
      'over ses-stopped',
    ]);
    expect(desk.board().incidents).toMatchObject([
      { kind: 'mail-parked', status: 'open', openedAt: at(minuteMs) },
    ]);
  });

  test('does not hide its cause when that rings again days later', () => {
    const desk = openStory();
    for (let ms = hourMs; ms < 3 * dayMs; ms += hourMs) desk.look(ms);
    desk.change(ackAll);
    const before = desk.words().filter((word) => word === 'opened ses-stopped').length;
    desk.look(3 * dayMs, [rang('ses-stopped', 3 * dayMs)]);
    const after = desk.words().filter((word) => word === 'opened ses-stopped').length;
    expect([before, after]).toEqual([1, 2]);
  });

  test('takes its own consequences along', () => {
    const desk = openDesk();
    desk.look(0, [rang('pool-quarantined', 0)]);
    desk.look(1000, [rang('no-warm-capacity', 1000), rang('mail-late', 1000)]);
    desk.look(minuteMs, [silent('pool-quarantined', minuteMs)]);
    desk.look(minuteMs + outlastMs);
    expect(desk.board().incidents).toMatchObject([
      {
        kind: 'no-warm-capacity',
        parts: [{ kind: 'no-warm-capacity' }, { kind: 'mail-late' }],
      },
    ]);
  });
});

describe('another alarm of a kind that rings already', () => {
  const ambiguous = { about: 'reason.ambiguous', since: at(0) };
  const first = { 'mail-parked': [ambiguous] };
  const both = (ms: number) => ({
    'mail-parked': [ambiguous, { about: 'reason.access-denied', since: at(ms) }],
  });

  function openParked() {
    const desk = openDesk();
    desk.look(0, [rang('mail-parked', 0)], first);
    desk.look(5 * minuteMs, [], first);
    return desk;
  }

  test('is told once, even where somebody has the first in hand', () => {
    const desk = openParked();
    desk.change(ackAll);
    desk.look(2 * hourMs, [], both(2 * hourMs));
    desk.look(3 * hourMs, [], first);
    desk.look(9 * hourMs, [], both(9 * hourMs));
    expect(desk.words()).toEqual(['opened mail-parked', 'more mail-parked']);
  });

  test('shows the same cause where it joins soon, however late it is seen', () => {
    const desk = openParked();
    desk.look(2 * hourMs, [], both(5 * minuteMs + sameCauseMs - 1));
    desk.look(3 * hourMs, [], both(5 * minuteMs + sameCauseMs - 1));
    expect(desk.words()).toEqual(['opened mail-parked']);
  });

  test('is no news where nobody knew which rang before', () => {
    const desk = openDesk();
    desk.look(0, [rang('mail-parked', 0)]);
    desk.look(5 * minuteMs);
    desk.look(2 * hourMs, [], both(2 * hourMs));
    expect(desk.words()).toEqual(['opened mail-parked']);
  });
});

test('a warm-up that uses up its cap in every hour of a day is one cause, and no page every hour', () => {
  const desk = openDesk();
  for (let hour = 0; hour < 24; hour += 1) {
    const ms = hour * hourMs;
    desk.look(ms, [rang('no-warm-capacity', ms)]);
    desk.look(ms + 5 * minuteMs, [silent('no-warm-capacity', ms + 5 * minuteMs)]);
    desk.look(ms + 30 * minuteMs);
    desk.change(ackAll);
  }
  desk.look(25 * hourMs);
  expect(desk.words()).toEqual(['opened no-warm-capacity', 'over no-warm-capacity']);
});

test('an incident of a month, told again and again, stays small', () => {
  const desk = openDesk();
  desk.look(0, [rang('ses-stopped', 0)]);
  for (let ms = againMs; ms <= 30 * dayMs; ms += againMs) desk.look(ms);
  expect(desk.words()).toHaveLength(1 + (30 * dayMs) / againMs);
  const [incident] = desk.board().incidents;
  expect(incident?.tellings.length).toBeLessThanOrEqual(25);
  expect(incident?.tellings[0]).toMatchObject({ why: 'opened' });
});

test('an incident of a kind that no longer exists is dropped, and stops nobody', () => {
  const desk = openDesk();
  desk.look(0, [rang('ses-stopped', 0)]);
  desk.change((board) => ({
    ...board,
    incidents: board.incidents.map((one) => ({ ...one, kind: 'mail-lost' })),
  }));
  desk.look(minuteMs, [rang('bounce-rate', minuteMs)]);
  expect(desk.words()).toEqual(['opened ses-stopped', 'opened bounce-rate']);
  expect(desk.board().incidents).toHaveLength(1);
});
