import type { Command } from 'commander';
import * as z from 'zod';

const global = z.object({ json: z.boolean().default(false) });

/** Adds `simulate`: the program behind `npm run simulate`, which needs no deployment. */
export function addSimulateCommand(program: Command, ended: (exitCode: number) => void): void {
  program
    .command('simulate')
    .summary('rehearse a scenario under policies of reputation, on virtual time')
    .description('Rehearse a scenario; its options: goodstanding simulate --help.')
    .usage('--scenario <file> [options]')
    .argument('[options...]')
    .allowUnknownOption()
    .helpOption(false)
    .addHelpText(
      'after',
      '\nExample:\n  goodstanding simulate --scenario scenarios/bad-list.json --seed 7',
    )
    .action(async (_given: unknown, _options: unknown, command: Command) => {
      // The simulator is large, and nothing else here needs it.
      const { simulate } = await import('../simulate/simulate.ts');
      // --json is everybody's, so the program above has taken it out.
      const { json } = global.parse(command.optsWithGlobals());
      ended(simulate([...command.args, ...(json ? ['--json'] : [])]));
    });
}
