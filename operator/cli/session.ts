import { userInfo } from 'node:os';
import { type Command, CommanderError } from 'commander';
import * as z from 'zod';
import { writeAudit } from '../../adapters/audit-log.ts';
import { epochMs } from '../../domain/time.ts';
import { type Backend, createBackend } from '../actions/backend.ts';
import { findTarget } from '../actions/find-target.ts';
import { exitCodes, type Io } from './io.ts';
import { type Progress, startProgress } from './progress.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** What a command has in hand. */
export type Session = {
  readonly io: Io;
  readonly backend: Backend;
  readonly terminal: Terminal;
  readonly progress: (label: string, total?: number) => Progress;
  /** Aborted by Ctrl-C, so that long work ends in order; a second Ctrl-C ends at once. */
  readonly signal: AbortSignal;
  /** Records who does what and why. */
  readonly audit: (record: AuditWords) => Promise<void>;
  readonly close: () => void;
};

export type AuditWords = {
  readonly action: string;
  readonly subject: string;
  readonly by?: string | undefined;
  readonly why?: string | undefined;
};

/** A command's work: returns the exit code. */
export type Work = (session: Session) => Promise<number>;

/** Runs a command's work in a session of its own. */
export type Run = (command: Command, work: Work) => Promise<void>;

const globalOptions = z.object({
  json: z.boolean().optional(),
  profile: z.string().optional(),
  region: z.string().optional(),
  endpoint: z.string().optional(),
  local: z.boolean().optional(),
  deployment: z.string().optional(),
});

/** Opens a session as the global options say. @throws a usage error when there is no target */
export async function openSession(io: Io, given: unknown): Promise<Session> {
  const options = globalOptions.parse(given);
  const found = await findTarget(options, io);
  if (typeof found === 'string') throw usageError(found);
  const terminal = createTerminal(io, options.json === true);
  terminal.note(`${found.label}, deployment ${found.deployment}`);
  const backend = createBackend(found.target, found.deployment);
  try {
    // Asked for here, so that a missing region is told once, and before anything is done.
    await backend.sqs.config.region();
  } catch (error) {
    backend.close();
    throw error;
  }
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  return {
    io,
    backend,
    terminal,
    progress: (label, total) => startProgress(io, label, total),
    signal: interrupt.signal,
    audit: ({ action, subject, by, why }) =>
      writeAudit(backend.tables.evidence, {
        action,
        subject,
        by: by ?? io.env['USER'] ?? userInfo().username,
        ...(why ? { why } : {}),
        at: epochMs(Date.now()),
      }),
    close: () => {
      process.off('SIGINT', onInterrupt);
      backend.close();
    },
  };
}

/** Returns an error that is told in one line and ends with the code for wrong usage. */
export function usageError(message: string): CommanderError {
  return new CommanderError(exitCodes.usage, 'goodstanding.usage', message);
}
