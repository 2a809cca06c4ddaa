import { expect, test } from 'vitest';
import * as z from 'zod';
import { createChildStage } from '../../../operator/console/child-stage.ts';

type State = { readonly phase: string };

function newStage() {
  const stage = createChildStage<Record<string, never>, State>({
    module: new URL('./working-child.ts', import.meta.url),
    idle: { phase: 'idle' },
    read: (message) => z.object({ phase: z.string() }).safeParse(message).data,
    begun: () => ({ phase: 'begun' }),
    ended: (state, how) => (how === 'stopped' ? { phase: 'stopped' } : state),
    isOver: ({ phase }) => phase === 'done',
  });
  const said: string[] = [];
  stage.watch(({ phase }) => said.push(phase));
  const reach = (phase: string) =>
    new Promise<void>((resolve) => {
      const leave = stage.watch((state) => {
        if (state.phase !== phase) return;
        leave();
        resolve();
      });
    });
  return { stage, said, reach };
}

test('one rehearsal at a time: a second start waits for nothing and begins nothing', async () => {
  const { stage, said, reach } = newStage();
  const done = reach('done');
  await stage.start({});
  await stage.start({});
  await done;
  await stage.close();
  expect(said).toEqual(['begun', 'work', 'done', 'stopped']);
});

test('one that is over makes room for the next', async () => {
  const { stage, said, reach } = newStage();
  const first = reach('done');
  await stage.start({});
  await first;
  const second = reach('done');
  await stage.start({});
  await second;
  await stage.close();
  expect(said).toEqual(['begun', 'work', 'done', 'stopped', 'begun', 'work', 'done', 'stopped']);
});
