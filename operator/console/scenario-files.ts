import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readScenario, type Scenario } from '../../simulation/reputation/scenario.ts';
import type { ScenarioRow } from './rehearsal-model.ts';

const folder = join(import.meta.dirname, '../../scenarios');

/** Returns every scenario of the clone, by name; a file that holds none is left out. */
export function listScenarios(): readonly ScenarioRow[] {
  return readdirSync(folder)
    .flatMap((file) => {
      const [, name] = /^([a-z0-9-]+)\.json$/.exec(file) ?? [];
      const scenario = name === undefined ? undefined : readScenarioNamed(name);
      if (name === undefined || scenario === undefined) return [];
      const { about, class: kind, hours } = scenario;
      return [{ name, about, class: kind, hours }];
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Returns a scenario by the name of its file; undefined where there is none. */
export function readScenarioNamed(name: string): Scenario | undefined {
  // A name is no path: what else it holds would lead out of the folder.
  const file = join(folder, `${name}.json`);
  if (!/^[a-z0-9-]{1,60}$/.test(name) || !existsSync(file)) return undefined;
  return readScenario(readFileSync(file, 'utf8')).scenario;
}
