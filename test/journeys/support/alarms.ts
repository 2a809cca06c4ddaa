import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStage, type Stage } from '../../../operator/prove/alarm-stage.ts';
import {
  type AlarmFault,
  type HealedTrial,
  isInTime,
  tellingsOf,
  tryFault,
} from '../../../operator/prove/alarm-trial.ts';
import { openWorld, type World } from './world.ts';

/**
 * Induces faults one after the other in one world, a test each: the right alarm rings in time, people are told
 * once, they read the cause, and the runbook's first command shows it. At the end each was over once, and nobody
 * was told of anything else.
 */
export function testFaults(journey: string, faults: readonly AlarmFault[]): void {
  let world: World;
  let stage: Stage;
  const lingering: HealedTrial[] = [];

  beforeAll(async () => {
    world = await openWorld({ journey, stack: 'watched' });
    stage = await createStage(world.backend, world.endpoint, world.logs);
  });

  afterAll(() => world.close());

  test.each(faults)('$name: one page, of $kind', async (fault) => {
    const trial = await tryFault(stage, fault);
    expect(isInTime(trial), `${trial.periods} periods until ${trial.alarm} rang`).toBe(true);
    expect(trial.notices, trial.notices.join('\n')).toHaveLength(1);
    expect(trial.unnamed).toEqual([]);
    expect(trial.unshown, trial.printed).toEqual([]);
    expect(trial.attached).toEqual(expect.arrayContaining([...(fault.attaches ?? [])]));
    if (fault.lingers) lingering.push(trial);
    else expect(await trial.end()).toHaveLength(1);
  });

  test('each is over once, and people were told of nothing else', async () => {
    for (const { end } of lingering) expect(await end()).toHaveLength(1);
    const { notices, endings } = await tellingsOf(stage);
    expect([notices.length, endings.length], [...notices, ...endings].join('\n')).toEqual([
      faults.length,
      faults.length,
    ]);
  });
}
