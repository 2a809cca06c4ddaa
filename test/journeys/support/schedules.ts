import * as z from 'zod';
import { askLocal, type World } from './world.ts';

const timetable = z.object({
  schedules: z.array(z.object({ arn: z.string(), targets: z.array(z.string()) })),
});

/**
 * Fires the schedule that starts a function, now instead of when it is due; its event says `asIfMs` where
 * a later time is rehearsed.
 */
export async function fireSchedule(
  world: World,
  functionName: string,
  asIfMs = Date.now(),
): Promise<void> {
  const { schedules } = timetable.parse(await askLocal(world, '/schedules'));
  const found = schedules.find(({ targets }) =>
    targets.some((target) => target.endsWith(`:${functionName}`)),
  );
  if (!found) throw new Error(`no schedule starts ${functionName}`);
  const time = new Date(asIfMs).toISOString();
  const path = `/schedules/${encodeURIComponent(found.arn)}?time=${time}`;
  await askLocal(world, path, { method: 'POST' });
}
