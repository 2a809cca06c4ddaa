import { number, type Section, table } from '../prove/section.ts';
import type { CpuTime } from './cpu.ts';
import { atMost, limits } from './promises.ts';
import type { Slope } from './slopes.ts';

/** Returns the section about how cost grows. */
export function slopeSection(slopes: readonly Slope[]): Section {
  const growth = (title: string) => {
    const bills = slopes.find((slope) => slope.title === title)?.points ?? [];
    const [first, last] = [bills[0], bills.at(-1)];
    return first && last ? last.bill.usdPerMillion / first.bill.usdPerMillion : Number.NaN;
  };
  // A load is small, so that the last decimal is chance.
  const flat = (title: string, promise: string, max: number) =>
    atMost(promise, {
      // To the decimal of the target: which leases met is worth a hundredth either way.
      value: Math.round(growth(title) * 10) / 10,
      max,
      text: `${number(growth(title), 2)}×`,
    });
  return {
    title: 'How cost grows',
    method:
      'The same load as one thing grows, everything else as above; SES’s rate is 1,000/s here.',
    promises: [
      flat('tenants', 'cost from 1 to 1,000 tenants: 1.1×', limits.slope.tenants),
      flat(
        'suppression entries',
        'cost from 10,000 to 1,000,000 suppression entries: 1.0×',
        limits.slope.suppressions,
      ),
    ],
    body: slopes
      .map(({ title, points }) =>
        table(
          [title, 'USD per million', 'AWS calls a mail', 'write units a mail', 'read units a mail'],
          points.map(({ at, bill }) => [
            number(at),
            number(bill.usdPerMillion, 2),
            number(bill.callsPerMail, 3),
            number(bill.writeUnitsPerMail, 3),
            number(bill.readUnitsPerMail, 3),
          ]),
        ),
      )
      .join('\n\n'),
    data: { slopes },
  };
}

const cpuNames = {
  transactional: 'a message, 10 an invocation',
  marketing: 'a mail of a batch of 50',
  bulk: 'a mail of a batch of 50 in one bulk call',
  event: 'a Delivery event, 100 an invocation',
} as const;

/** Returns the section about CPU time. */
export function cpuSection(times: readonly CpuTime[]): Section {
  return {
    title: 'CPU time of a mail and of an event',
    method:
      'Each function’s real bundle in a process of its own that keeps its connections, the emulators in another; user and system time of the function’s process alone, median of five runs that take turns. Importing includes the first read of a secret.',
    promises: times.map(({ name, medianMs }) =>
      atMost(`${limits.cpuMs[name]} ms of CPU for ${cpuNames[name]}`, {
        value: medianMs,
        max: limits.cpuMs[name],
        text: `${number(medianMs, 3)} ms`,
      }),
    ),
    body: table(
      ['what', 'median, ms', 'runs, ms', 'import, ms', 'first invocation, ms'],
      times.map(({ name, medianMs, runsMs, importMs, firstBatchMs }) => [
        cpuNames[name],
        number(medianMs, 3),
        runsMs.map((ms) => number(ms, 3)).join(', '),
        number(importMs),
        number(firstBatchMs),
      ]),
    ),
    data: { times },
  };
}
