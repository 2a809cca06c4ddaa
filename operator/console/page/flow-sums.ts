import type { Flow, FlowRow } from '../model.ts';

/** What can become of mail, in the order of the money path. */
export const flowKinds = ['accepted', 'delivered', 'deferred', 'bounced', 'complained'] as const;
export type FlowKind = (typeof flowKinds)[number];

/** Numbers by minute, and their sum; absent where no row of the choice tells them. */
export type FlowSum = { readonly values: readonly number[]; readonly sum: number } | undefined;

export type FlowSums = Readonly<Record<FlowKind, FlowSum>>;

/** Adds up the rows of a stream and a provider; an empty choice is all of them. */
export function sumFlow(
  { minutes, rows }: Flow,
  { stream, provider }: { readonly stream: string; readonly provider: string },
): FlowSums {
  const chosen = rows.filter(
    (row) =>
      (stream === '' || row.stream === stream) && (provider === '' || row.provider === provider),
  );
  const sum = (kind: FlowKind) => sumOf(chosen, kind, minutes.length);
  return {
    accepted: sum('accepted'),
    delivered: sum('delivered'),
    deferred: sum('deferred'),
    bounced: sum('bounced'),
    complained: sum('complained'),
  };
}

function sumOf(rows: readonly FlowRow[], kind: FlowKind, minutes: number): FlowSum {
  const told = rows.map((row) => row[kind]).filter((values) => values !== undefined);
  // Of no mail at all the numbers are known: none.
  if (told.length === 0 && rows.length > 0) return undefined;
  const values = Array.from({ length: minutes }, (_, minute) =>
    told.reduce((sum, one) => sum + (one[minute] ?? 0), 0),
  );
  return { values, sum: values.reduce((sum, one) => sum + one, 0) };
}
