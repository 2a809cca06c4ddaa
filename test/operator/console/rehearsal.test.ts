import { expect, test } from 'vitest';
import type { Rehearsal } from '../../../operator/console/rehearsal-model.ts';
import { createRehearsalStage } from '../../../operator/console/rehearsal-stage.ts';
import { runRehearsal } from '../../../operator/console/run-rehearsal.ts';
import { listScenarios } from '../../../operator/console/scenario-files.ts';
import { policies } from '../../../simulation/reputation/policies/policies.ts';
import { runScenario } from '../../../simulation/reputation/run.ts';
import { smallScenario } from '../../support/scenarios.ts';

test('a rehearsal ends with what the simulation itself says, and every mail in its plot', () => {
  const scenario = smallScenario({ hours: 1 });
  const told: Rehearsal[] = [];
  runRehearsal(scenario, 3, (state) => told.push(state));
  const own = runScenario({ scenario, seed: 3, makePolicy: policies.goodstanding });
  const last = told.at(-1);
  expect(last).toMatchObject({ state: 'done', progress: 1, seed: 3 });
  expect(last?.result).toMatchObject({ mails: own.tally.born, harm: own.harm });
  const handed = last?.series?.cells.flatMap((cell) => cell.handed) ?? [];
  expect(handed.reduce((sum, count) => sum + count, 0)).toBe(own.handed);
  const progress = told.map((state) => state.progress);
  expect(progress).toEqual(progress.toSorted((one, other) => one - other));
});

test('every scenario of the clone can be chosen', () => {
  const names = listScenarios().map(({ name }) => name);
  expect(names).toContain('bad-list');
  expect(names).not.toContain('scenario.schema');
  expect(new Set(names).size).toBe(names.length);
});

test('a rehearsal that cannot run says why', async () => {
  const stage = createRehearsalStage();
  const failed = new Promise<Rehearsal>((resolve) => {
    stage.watch((state) => state.state === 'failed' && resolve(state));
  });
  expect(await stage.start({ scenario: 'no-such' })).toMatchObject({ state: 'running' });
  expect((await failed).problem).toContain('got scenario no-such');
});
