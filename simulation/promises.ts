/** One promise of the send path, and whether the runs kept it. */
export type KeptPromise = {
  readonly promise: string;
  readonly measured: string;
  readonly kept: boolean;
  /** Why `kept` says little: nothing speaks against the promise, and too little for it. */
  readonly doubt?: string;
};

/** Numbers that are summed over runs. */
export const summed = [
  'mails',
  'accepted',
  'lost',
  'duplicates',
  'duplicatesCounted',
  'duplicatesUnambiguous',
  'sentToSuppressed',
  'unsettled',
  'unexplained',
] as const;

/** Sums over runs, by name. */
export type Totals = Readonly<Record<(typeof summed)[number], number>>;

/** At most this share of mails may be sent twice; in fewer mails the share is a matter of luck. */
const duplicateShareMax = 2 / 10_000;
const mailsToJudge = 10_000;

/** Returns the sums of several runs. */
export function totalsOf(reports: readonly Totals[]): Totals {
  const sum = (name: (typeof summed)[number]) =>
    reports.reduce((total, report) => total + report[name], 0);
  return {
    mails: sum('mails'),
    accepted: sum('accepted'),
    lost: sum('lost'),
    duplicates: sum('duplicates'),
    duplicatesCounted: sum('duplicatesCounted'),
    duplicatesUnambiguous: sum('duplicatesUnambiguous'),
    sentToSuppressed: sum('sentToSuppressed'),
    unsettled: sum('unsettled'),
    unexplained: sum('unexplained'),
  };
}

/** Returns the sums of counts by name. */
export function sumCounts(
  counts: readonly Readonly<Record<string, number>>[],
): Readonly<Record<string, number>> {
  const total: Record<string, number> = {};
  for (const [name, count] of counts.flatMap((one) => Object.entries(one)))
    total[name] = (total[name] ?? 0) + count;
  return total;
}

/** Returns the faults that never struck: nothing was proven about them. */
export function neverStruck(faults: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(faults).flatMap(([name, count]) => (count === 0 ? [name] : []));
}

/** Returns every promise with what was measured. */
export function judgePromises(totals: Totals): readonly KeptPromise[] {
  const { mails, duplicates, duplicatesCounted } = totals;
  const none = (promise: string, count: number): KeptPromise => ({
    promise,
    measured: String(count),
    kept: count === 0,
  });
  return [
    none('no mail is lost', totals.lost),
    none('no request ends without a word', totals.unexplained),
    none('nothing is sent to a suppressed address', totals.sentToSuppressed),
    none('every duplicate comes from an ambiguous attempt', totals.duplicatesUnambiguous),
    {
      promise: 'our own metric counts every duplicate',
      measured: `${duplicatesCounted} of ${duplicates}`,
      kept: duplicatesCounted === duplicates,
    },
    judgeRate({ mails, duplicates }),
  ];
}

function judgeRate({ mails, duplicates }: Pick<Totals, 'mails' | 'duplicates'>): KeptPromise {
  const allowed = Math.ceil(mails * duplicateShareMax);
  return {
    promise: 'at most 2 duplicates in 10,000 mails',
    measured: `${duplicates}; allowed in ${mails.toLocaleString('en-US')} mails: ${allowed}`,
    kept: duplicates <= allowed,
    ...(mails < mailsToJudge ? { doubt: 'too few mails to judge the rate' } : {}),
  };
}
