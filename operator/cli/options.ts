import { type Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';

/** Options of every command that changes what a deployment does. */
export const accountable = {
  by: z.string().optional(),
  why: z.string().optional(),
};

/** Adds who and why, for the audit log. */
export function addAccountable(command: Command): Command {
  return command
    .option('--by <name>', 'who does this (default: $USER)')
    .option('--why <text>', 'why, for the audit log');
}

/** Options of the commands that ask first. */
export const confirmed = { ...accountable, yes: z.boolean().default(false) };

/** Adds who, why, and the yes that saves the question. */
export function addConfirmed(command: Command): Command {
  return addAccountable(command).option('-y, --yes', 'do not ask');
}

/** Collects an option that may stand several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Returns a reader of whole numbers in a range, for an option's value. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Allowed is a whole number from ${min} to ${max}.`);
  };
}
