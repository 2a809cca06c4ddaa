import type { Command } from 'commander';
import * as z from 'zod';
import { grouped, percent } from '../../domain/rotation/words.ts';
import { epochMs } from '../../domain/time.ts';
import { windowMsMax } from '../actions/evidence-window.ts';
import { listTenantsAtRisk, type TenantRisk } from '../actions/tenants-at-risk.ts';
import { exitCodes } from './io.ts';
import { wholeNumber } from './options.ts';
import { readDuration } from './rotation-command.ts';
import { type Run, type Session, usageError } from './session.ts';
import { formatInstant } from './words.ts';

const riskOptions = z.object({ limit: z.number().default(10), since: z.string().default('1d') });

/** Adds `tenants risk`. */
export function addRiskCommand(tenants: Command, run: Run): void {
  tenants
    .command('risk')
    .summary('tenants whose mail fails more than is tolerated, the strongest evidence first')
    .description(
      'Tenants whose mail bounces, is complained about or refused for its content or domain more than is tolerated of anybody; each by its worst signal, the strongest evidence first.',
    )
    .option('--limit <count>', 'how many (default: 10)', wholeNumber(1, 1_000))
    .option('--since <duration>', 'mail of how long: 1h, 12h, up to 4d (default: 1d)')
    .addHelpText('after', '\nExample:\n  goodstanding tenants risk --limit 5')
    .action((_options: unknown, command: Command) =>
      run(command, (session) => risk(session, riskOptions.parse(command.opts()))),
    );
}

async function risk(
  { backend, terminal }: Session,
  { limit, since }: z.output<typeof riskOptions>,
): Promise<number> {
  const windowMs = readDuration(since, '--since');
  if (windowMs > windowMsMax)
    throw usageError(`--since: got ${since}; what was sent is kept so closely for 4d at most`);
  const now = epochMs(Date.now());
  const found = await listTenantsAtRisk(backend, { now, limit, windowMs, reads: 'latest' });
  const isUncounted = found.until <= now - windowMs;
  const window = isUncounted
    ? 'nothing can be said yet: the reputation loop has not counted what was sent in this time; it does so each minute (goodstanding automation)'
    : `mail sent from ${formatInstant(found.since).slice(0, 16)} to ${formatInstant(found.until).slice(0, 16)} UTC${found.isCut ? '; there were more failures than are read: the latest count' : ''}`;
  terminal.answer(found, () =>
    [
      found.tenants.length === 0
        ? isUncounted
          ? 'no tenant is known to fail more than is tolerated'
          : 'no tenant fails more than is tolerated'
        : terminal.table(
            ['tenant', 'signal', 'failed', 'rate', 'tolerated', 'odds', 'says', 'order'],
            found.tenants.map(cells),
          ),
      '',
      terminal.wrap(window),
      ...(found.tenants.length === 0
        ? []
        : [
            terminal.wrap(
              'odds: how much likelier by evidence that it is worse than tolerated; at "act" the loop looks for the cause. To stop one: goodstanding tenants hold',
            ),
          ]),
    ].join('\n'),
  );
  return exitCodes.ok;
}

function cells(row: TenantRisk): readonly string[] {
  const { tenant, signal, provider, failed, sent, rate, tolerated, lnEvidence, level, order } = row;
  return [
    tenant,
    provider === undefined ? signal : `${signal} at ${provider}`,
    `${Math.round(failed * 10) / 10} of ${sent}`,
    percent(rate),
    percent(tolerated),
    oddsOf(lnEvidence),
    level,
    order ?? '',
  ];
}

/** From a million to one on the power of ten says enough. */
function oddsOf(lnEvidence: number): string {
  const tens = lnEvidence / Math.LN10;
  return tens < 6 ? grouped(Math.exp(lnEvidence)) : `10^${Math.floor(tens)}`;
}
