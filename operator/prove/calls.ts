import type { RecordedCall } from '../../local/iam/authorizer.ts';
import { number, type Section, table } from './section.ts';

/** How often functions called AWS for one mail, by function and service. */
export type CallsPerMail = {
  readonly load: string;
  /** `function service` → calls per mail. */
  readonly calls: Readonly<Record<string, number>>;
  readonly total: number;
};

/** Returns what a load's mails took; start-up calls are in it. */
export function callsPerMail(
  load: string,
  counted: {
    readonly before: readonly RecordedCall[];
    readonly after: readonly RecordedCall[];
    readonly mails: number;
  },
): CallsPerMail {
  const calls: Record<string, number> = {};
  const count = (list: readonly RecordedCall[], sign: 1 | -1) => {
    // One SendEmail needs permission on the identity and on the configuration set: it is one call.
    for (const call of list.filter(({ resource }) => !resource.includes(':configuration-set/'))) {
      const key = `${call.principal} ${call.action.split(':')[0]}`;
      calls[key] = (calls[key] ?? 0) + (sign * call.count) / counted.mails;
    }
  };
  count(counted.after, 1);
  count(counted.before, -1);
  const used = Object.entries(calls).filter(([, each]) => each > 0);
  return {
    load,
    calls: Object.fromEntries(used),
    total: used.reduce((sum, [, each]) => sum + each, 0),
  };
}

/** Returns the section about AWS calls per mail. */
export function callsSection(all: readonly { readonly calls: CallsPerMail }[]): Section {
  const loads = all.map(({ calls }) => calls);
  const names = [...new Set(loads.flatMap(({ calls }) => Object.keys(calls)))].sort();
  const cell = (value: number | undefined) => (value === undefined ? '' : number(value, 3));
  return {
    title: 'AWS calls per mail',
    method:
      'The runtime records every call that a function makes; divided by the mails of the runs above at SES’s own rate. What the Lambda service does by itself (receiving and deleting queue messages) and what SES and SNS do is not in it.',
    promises: [],
    body: table(
      ['function and service', ...loads.map(({ load }) => load)],
      [
        ...names.map((name) => [name, ...loads.map(({ calls }) => cell(calls[name]))]),
        ['**sum**', ...loads.map(({ total }) => `**${number(total, 3)}**`)],
      ],
    ),
    data: { loads },
  };
}
