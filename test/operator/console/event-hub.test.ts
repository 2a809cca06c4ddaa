import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEventHub, type Told } from '../../../operator/console/event-hub.ts';
import type { ConsoleEvent } from '../../../operator/console/source.ts';
import { newRow } from './console-source.ts';

const overview = (words: string): ConsoleEvent => ({
  event: 'overview',
  data: {
    at: 1,
    value: { verdict: 'ok', findings: [], streams: [], automation: { state: 'on', words } },
  },
});
const orders = (at: number): ConsoleEvent => ({ event: 'orders', data: { at, value: [] } });
const addition = (id: string): ConsoleEvent => ({ event: 'decisions-new', data: [newRow({ id })] });

const anyEvent = fc.oneof(
  fc.string().map(overview),
  fc.nat().map(orders),
  fc.string({ minLength: 1 }).map(addition),
);

/** What a page knows after it heard these events: the last of each part, and every line of the time line. */
function knownAfter(heard: readonly Told[]) {
  const parts = new Map<string, unknown>();
  const ids = new Set<string>();
  for (const { event } of heard)
    if (event.event === 'decisions-new') for (const { id } of event.data) ids.add(id);
    else parts.set(event.event, event.data);
  return { parts: [...parts].sort(), ids: [...ids].sort() };
}

test('a page that was cut off anywhere knows in the end what one knows that never was', () => {
  fc.assert(
    fc.property(
      fc.array(anyEvent, { maxLength: 60 }),
      fc.nat(60),
      fc.nat(60),
      (events, cut, gap) => {
        const hub = createEventHub();
        const steady: Told[] = [];
        const torn: Told[] = [];
        hub.listen(undefined, (told) => steady.push(told));
        const leave = hub.listen(undefined, (told) => torn.push(told));
        for (const [index, event] of events.entries()) {
          if (index === cut) leave();
          if (index === cut + gap) hub.listen(torn.at(-1)?.id ?? 'none', (told) => torn.push(told));
          hub.tell(event);
        }
        const isBack = cut + gap < events.length && torn.length > 0;
        const isReloading = torn.some(({ event }) => event.event === 'decisions-reload');
        fc.pre(isBack && !isReloading);
        expect(knownAfter(torn)).toEqual(knownAfter(steady));
      },
    ),
  );
});

test('a page that missed more lines than are remembered is told to load them again', () => {
  const hub = createEventHub();
  const first: Told[] = [];
  const leave = hub.listen(undefined, (told) => first.push(told));
  hub.tell(addition('seen'));
  leave();
  for (let index = 0; index < 300; index += 1) hub.tell(addition(`d${index}`));
  const back: string[] = [];
  hub.listen(first.at(-1)?.id, ({ event }) => back.push(event.event));
  expect(back).toContain('decisions-reload');
});

test('a new page is told no line by line: it loads the time line itself', () => {
  const hub = createEventHub();
  hub.tell(addition('d1'));
  hub.tell(overview('well'));
  const heard: string[] = [];
  hub.listen(undefined, ({ event }) => heard.push(event.event));
  expect(heard).toEqual(['overview']);
});
