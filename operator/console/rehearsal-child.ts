/** The process in which a rehearsal runs: a run takes a core, and must not keep the console from answering. */

import { rehearsalStart } from './questions.ts';
import type { Rehearsal } from './rehearsal-model.ts';
import { runRehearsal } from './run-rehearsal.ts';
import { readScenarioNamed } from './scenario-files.ts';

/** The console is gone: nobody looks any more. */
process.on('disconnect', () => process.exit());

process.once('message', (given) => {
  const { scenario: name, seed = 1 } = rehearsalStart.parse(given);
  const scenario = readScenarioNamed(name);
  if (!scenario) throw new Error(`got scenario ${name}; allowed are those of /api/scenarios`);
  runRehearsal(scenario, seed, tell);
  process.disconnect();
});

function tell(rehearsal: Rehearsal): void {
  process.send?.(rehearsal);
}
