import type { Command } from 'commander';
import * as z from 'zod';
import { isAddress, parseAddress, recipientKey } from '../../domain/address.ts';
import {
  type ForgetResult,
  findForgettable,
  forgetRecipient,
  forgetRequest,
} from '../actions/forget.ts';
import { exitCodes } from './io.ts';
import { addConfirmed, confirmed } from './options.ts';
import { type Run, type Session, usageError } from './session.ts';
import { counted } from './words.ts';

const forgetOptions = z.object({
  ...confirmed,
  id: z.string().optional(),
  recipient: z.string().optional(),
  tenant: z.string().optional(),
});
type ForgetOptions = z.output<typeof forgetOptions>;

/** Adds `forget`. */
export function addForgetCommand(program: Command, run: Run): void {
  addConfirmed(program.command('forget'))
    .summary('forget stored requests and index items, of one request or one recipient')
    .description(
      `Forget what the priced switches keep: the copies of mail in the content bucket (storeRequests) and the index items (indexes), of one request or of everything to one recipient; of one request also what is held or waits for its time: it is not sent.\n${whatStays}`,
    )
    .option('--id <id>', "the app's id of a request, or our message id")
    .option('--recipient <address>', 'a recipient; every stored attempt is looked at')
    .option(
      '--tenant <id>',
      'tenant of the id (default: default); with --recipient, only its mail (default: every tenant)',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  goodstanding forget --tenant acme --id order-4711 --why "ticket 12"\n  goodstanding forget --recipient ada@example.com --why "erasure request 7"',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = forgetOptions.parse(command.opts());
      const { id, recipient } = options;
      if ((id === undefined) === (recipient === undefined))
        throw usageError('forget: give either --id or --recipient');
      await run(command, (session) =>
        recipient === undefined
          ? forgetId(session, id ?? '', options)
          : forgetAddress(session, recipient, options),
      );
    });
}

const whatStays =
  'What stays: outcomes in the ledger, where a recipient is a key and not an address, until retention.ledgerDays (28 days at least); suppression entries, which keep mail away from the recipient; mail in a queue, parked mail, and with --recipient what is held or waits for its time; what the app itself put below requests/ and attachments/ in the bucket, until retention.contentDays.';

async function forgetId(session: Session, id: string, options: ForgetOptions): Promise<number> {
  const { backend, terminal } = session;
  const { tenant = 'default' } = options;
  const found = await findForgettable(backend, { id, tenant });
  if (!found) {
    const problem = `nothing is known of ${id} for tenant ${tenant} in deployment ${backend.deployment}: nothing of it is stored`;
    terminal.answer({ error: problem }, () => problem);
    return exitCodes.nothing;
  }
  const what = `what is stored of ${id} of tenant ${tenant} (${counted(found.attempts.length, 'attempt')})`;
  return confirmedForget(session, options, {
    what,
    subject: `request ${found.request.pk}`,
    act: () => forgetRequest(backend, found),
  });
}

async function forgetAddress(
  session: Session,
  text: string,
  options: ForgetOptions,
): Promise<number> {
  const { backend } = session;
  const address = parseAddress(text);
  if (!isAddress(address))
    throw usageError(`--recipient: got ${text}; ${address.detail}; allowed is local@domain`);
  const key = recipientKey(address, await backend.recipientSecret());
  const { tenant } = options;
  const whose = tenant === undefined ? '' : ` of tenant ${tenant}`;
  return confirmedForget(session, options, {
    what: `every stored mail${whose} to ${address.address}`,
    subject: `recipient ${key}${whose}`,
    act: async () => {
      const bar = session.progress('stored attempts looked at');
      try {
        return await forgetRecipient(
          backend,
          { recipientKey: key, tenant },
          { signal: session.signal, onProgress: bar.to },
        );
      } finally {
        bar.end();
      }
    },
  });
}

async function confirmedForget(
  session: Session,
  { yes, by, why }: ForgetOptions,
  work: {
    readonly what: string;
    readonly subject: string;
    readonly act: () => Promise<ForgetResult>;
  },
): Promise<number> {
  const { terminal } = session;
  if (!(await terminal.confirm(`forget ${work.what}?`, yes))) {
    terminal.note('nothing done');
    return exitCodes.nothing;
  }
  await session.audit({ action: 'forget', subject: work.subject, by, why });
  const result = await work.act();
  terminal.answer({ ...result, stays: whatStays }, () => describe(result));
  if (result.interrupted) return exitCodes.partly;
  return result.copies + result.indexItems + result.waiting > 0 ? exitCodes.ok : exitCodes.nothing;
}

function describe(result: ForgetResult): string {
  const { copies, deleted, rewritten, indexItems, waiting, s3Keys, interrupted } = result;
  return [
    copies === 0
      ? 'no copy of mail was stored'
      : `${counted(copies, 'copy', 'copies')} of mail forgotten: ${counted(deleted, 'object')} deleted, ${rewritten} rewritten without it`,
    indexItems === 0 ? 'no index item was there' : `${counted(indexItems, 'index item')} deleted`,
    ...(waiting === 0
      ? []
      : [
          `${counted(waiting, 'waiting mail')} deleted; its recipients are told as rejected (forgotten)`,
        ]),
    ...(s3Keys.length === 0
      ? []
      : ['its content came by pointer; delete these from the content bucket too:', ...s3Keys]),
    ...(interrupted ? ['interrupted: not everything was looked at; run it again'] : []),
    whatStays,
  ].join('\n');
}
