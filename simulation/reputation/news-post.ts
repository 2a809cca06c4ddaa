import { binomial } from '../../world/dice.ts';
import type { Draw } from '../../world/model.ts';
import { durationOf, type Spread } from '../dice.ts';
import type { News } from './mail.ts';
import type { NewsEvent } from './scenario-events.ts';

/** The way of news from SES to a policy. */
export type NewsPost = {
  /** News leaves; it may come late, twice, or after younger news. */
  readonly post: (news: Omit<News, 'heardAt' | 'id' | 'repeated'>, now: number) => void;
  /** News that has come by now, oldest first, each once. */
  readonly due: (now: number) => readonly News[];
  /** How much is still on its way. */
  readonly waiting: () => number;
};

/** Slots by which waiting news is kept, milliseconds. */
const slotMs = 10_000;
/** How late reordered news is: up to five minutes, SNS promises no order at all. */
const reorderedMsMax = 300_000;

/** Creates the post of a run: its delay, and what the scenario's events do to it meanwhile. */
export function createNewsPost({
  draw,
  delay,
  troubles,
  startsAt,
}: {
  readonly draw: Draw;
  readonly delay: Spread;
  readonly troubles: readonly NewsEvent[];
  readonly startsAt: number;
}): NewsPost {
  const slots = new Map<number, News[]>();
  let nextId = 0;
  let nextSlot = Math.floor(startsAt / slotMs);
  let waiting = 0;
  const put = (news: News) => {
    const slot = Math.max(nextSlot, Math.floor(news.heardAt / slotMs));
    const there = slots.get(slot);
    if (there) there.push(news);
    else slots.set(slot, [news]);
    waiting += 1;
  };
  const active = (now: number) =>
    troubles.filter(({ atMinute, forMinutes }) => {
      const from = startsAt + atMinute * 60_000;
      return now >= from && now < from + forMinutes * 60_000;
    });
  return {
    post: (news, now) => {
      const id = nextId;
      nextId += 1;
      const heardAt = now + durationOf(draw, delay);
      const late = troubles.length === 0 ? heardAt : lateness(active(now), heardAt, draw);
      put({ ...news, id, repeated: false, heardAt: late });
      for (const trouble of active(now)) {
        if (trouble.kind !== 'feedback-repeated') continue;
        const count = binomial(draw, news.count, trouble.share);
        const again = late + durationOf(draw, delay);
        if (count > 0) put({ ...news, id, count, repeated: true, heardAt: again });
      }
    },
    due: (now) => {
      const last = Math.floor(now / slotMs);
      const came: News[] = [];
      for (; nextSlot < last; nextSlot += 1) {
        came.push(...(slots.get(nextSlot) ?? []));
        slots.delete(nextSlot);
      }
      waiting -= came.length;
      return came.sort((a, b) => a.heardAt - b.heardAt);
    },
    waiting: () => waiting,
  };
}

function lateness(active: readonly NewsEvent[], heardAt: number, draw: Draw): number {
  let late = heardAt;
  for (const trouble of active) {
    if (trouble.kind === 'feedback-delay') late += trouble.delaySeconds * 1000;
    if (trouble.kind === 'feedback-reordered' && draw() < trouble.share) {
      late += draw() * reorderedMsMax;
    }
  }
  return late;
}
