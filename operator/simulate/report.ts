import type { Comparison, PolicyRow } from '../../simulation/reputation/compare.ts';
import { number, table } from '../prove/section.ts';

/** What each column says, by its name in `--json`; the first part is its head. */
export const columnWords = {
  inboxInHour: ['in 1 h', 'share of good mail in the inbox within an hour of being asked for'],
  inboxInDay: ['in 24 h', 'the same within a day'],
  goodHarmed: [
    'harmed',
    'good mails harmed: a half for one more than an hour late, a whole for one not in the inbox within a day',
  ],
  badOut: ['bad out', 'bad mails handed to SES'],
  regret: ['regret', 'harmed and bad out together, above the oracle’s'],
  goodRegret: ['good only', 'harmed, above the oracle’s'],
  secondsToRight: [
    'seconds',
    'until the right action, median; "missed" where it mostly never came',
  ],
  failuresToRight: ['failures', 'heard of until then, median'],
  wrongPool: [
    'wrong',
    'actions on pools that were not at fault, all runs; in the table with the next two',
  ],
  wrongTenant: ['wrong: tenant', 'the same on tenants'],
  wrongProvider: ['wrong: provider', 'the same on providers'],
  moves: ['moves', 'how often mail of a tenant to a provider met another pool than before'],
  overCap: ['over cap', 'mails beyond a warm capacity, all runs'],
  duplicates: ['twice', 'mails that arrived twice, all runs'],
} as const satisfies Readonly<Partial<Record<keyof PolicyRow, readonly [string, string]>>>;

/** Returns a comparison as Markdown tables: what it came to, and how it was done. */
export function comparisonTables({ rows }: Comparison): string {
  const head = (...names: readonly (keyof typeof columnWords)[]) => [
    'policy',
    ...names.map((name) => columnWords[name][0]),
  ];
  return [
    table(
      head('inboxInHour', 'inboxInDay', 'goodHarmed', 'badOut', 'regret', 'goodRegret'),
      rows.map((row) => [
        row.policy,
        percent(row.inboxInHour),
        percent(row.inboxInDay),
        number(row.goodHarmed),
        number(row.badOut),
        number(row.regret),
        number(row.goodRegret),
      ]),
    ),
    table(
      head('secondsToRight', 'failuresToRight', 'wrongPool', 'moves', 'overCap', 'duplicates'),
      rows.map((row) => [
        row.policy,
        secondsOf(row),
        row.failuresToRight === undefined ? '' : number(row.failuresToRight),
        `${row.wrongPool}/${row.wrongTenant}/${row.wrongProvider}`,
        number(row.moves),
        row.overCap,
        row.duplicates,
      ]),
    ),
  ].join('\n\n');
}

function secondsOf({ secondsToRight, missed, causes }: PolicyRow): string {
  if (causes === 0) return '';
  if (secondsToRight === undefined || missed > causes / 2) return 'missed';
  return number(secondsToRight);
}

function percent(share: number): string {
  return `${number(share * 100, 2)} %`;
}
