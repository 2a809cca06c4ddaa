import { Command } from 'commander';
import { addAlarmCommands } from './alarms.ts';
import { addAuditCommands } from './audit.ts';
import { addAutomationCommands } from './automation.ts';
import { addClassifyCommand } from './classify.ts';
import { addConsoleCommand } from './console.ts';
import { addDecisionCommands } from './decisions.ts';
import { addDlqCommands } from './dlq.ts';
import { failureOf } from './failure.ts';
import { addForgetCommand } from './forget.ts';
import { columnsOf, exitCodes, exitCodesHelp, type Io } from './io.ts';
import { addOrderCommands } from './orders.ts';
import { addOutcomeCommand } from './outcome.ts';
import { addPoolCommands } from './pools.ts';
import { printable } from './printable.ts';
import { addQueueCommands } from './queue.ts';
import { addRehearseCommand } from './rehearse.ts';
import { addSendCommand } from './send.ts';
import { openSession, type Run } from './session.ts';
import { addSimulateCommand } from './simulate.ts';
import { addStatusCommand } from './status.ts';
import { addSuppressCommands } from './suppress.ts';
import { addTenantCommands } from './tenants.ts';
import { wrapNote } from './terminal.ts';
import { addTraceCommand } from './trace.ts';

const examples = `Examples:
  goodstanding status
  goodstanding send --to ada@example.com --subject Hi --text Hello --wait
  goodstanding outcome 7d9f0c1e-order-4711
  goodstanding trace 7d9f0c1e-order-4711
  goodstanding suppress check ada@example.com
  goodstanding tenants hold acme --why "spam run, see ticket 12"
  goodstanding pools list
  goodstanding orders list
  goodstanding queue stuck
  goodstanding dlq list
  goodstanding rehearse

Which deployment: --endpoint (or AWS_ENDPOINT_URL), else --local, else
--profile/--region, else a local runtime that runs in this clone, else AWS as
the environment says. It is named on stderr.

${exitCodesHelp}`;

/** Runs one command line and returns its exit code; writes nothing but to the given streams. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = exitCodes.ok;
  let deployment = 'goodstanding';
  const run: Run = async (command, work) => {
    const session = await openSession(io, command.optsWithGlobals());
    deployment = session.backend.deployment;
    try {
      exitCode = await work(session);
    } finally {
      session.close();
    }
  };
  const program = createProgram(io, run, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    const failure = failureOf(error, deployment);
    if (failure.message) {
      io.stderr.write(`${wrapNote(io, printable(`error: ${failure.message}`))}\n`);
    }
    if (io.env['GOODSTANDING_DEBUG'] && error instanceof Error) io.stderr.write(`${error.stack}\n`);
    return failure.exitCode;
  }
}

/** Returns every command; `ended` hears the exit code of what needs no session. */
export function createProgram(io: Io, run: Run, ended: (exitCode: number) => void): Command {
  const program = new Command('goodstanding')
    .description(
      'Operate a Goodstanding deployment: how it stands, mail out, outcomes, suppression, tenants, pools, orders, decisions, what waits and what is parked.',
    )
    .option('--json', 'answer with one line of JSON')
    .option('--profile <name>', 'profile of the AWS configuration files')
    .option('--region <region>', 'AWS region')
    .option('--endpoint <url>', 'AWS endpoint, such as a local runtime')
    .option('--local', 'the local runtime that runs in this clone')
    .option(
      '--deployment <name>',
      'name of the deployment (default: GOODSTANDING_DEPLOYMENT, then goodstanding.config.ts here, then goodstanding)',
    )
    .addHelpText('after', `\n${examples}`)
    .showHelpAfterError('(run with --help for usage)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(printable(text)),
      getOutHelpWidth: () => columnsOf(io.env) ?? io.stdout.columns ?? 80,
      getErrHelpWidth: () => columnsOf(io.env) ?? io.stderr.columns ?? 80,
    });
  addStatusCommand(program, run);
  addSendCommand(program, run);
  addOutcomeCommand(program, run);
  addSuppressCommands(program, run);
  addTenantCommands(program, run);
  addPoolCommands(program, run);
  addOrderCommands(program, run);
  addDecisionCommands(program, run);
  addAutomationCommands(program, run);
  addQueueCommands(program, run);
  addAlarmCommands(program, run);
  addTraceCommand(program, run);
  addDlqCommands(program, run);
  addForgetCommand(program, run);
  addAuditCommands(program, run);
  addClassifyCommand(program, io);
  addSimulateCommand(program, ended);
  addConsoleCommand(program, run);
  addRehearseCommand(program, io, ended);
  return program;
}
