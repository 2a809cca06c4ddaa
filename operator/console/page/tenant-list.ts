import type { TenantRow } from '../model.ts';
import type { TenantChoice, TenantColumn } from './state.ts';

/** What a column is sorted by. */
const sortedBy: Readonly<Record<TenantColumn, (row: TenantRow) => string | number>> = {
  tenant: ({ tenant }) => tenant,
  status: ({ status }) => status,
  signal: ({ signal }) => signal,
  sent: ({ sent }) => sent,
  rate: ({ rate }) => rate,
  lnEvidence: ({ lnEvidence }) => lnEvidence,
};

let remembered:
  | {
      readonly rows: readonly TenantRow[];
      readonly choice: TenantChoice;
      readonly chosen: readonly TenantRow[];
    }
  | undefined;

/** Returns the tenants that contain the words, sorted; remembers its last answer, because scrolling asks again. */
export function chooseTenants(
  rows: readonly TenantRow[],
  choice: TenantChoice,
): readonly TenantRow[] {
  if (remembered?.rows === rows && remembered.choice === choice) return remembered.chosen;
  const words = choice.words.trim().toLowerCase();
  const sign = choice.order === 'ascending' ? 1 : -1;
  const sortValueOf = sortedBy[choice.sortBy];
  const chosen = rows
    .filter(({ tenant, signal, status }) =>
      `${tenant} ${signal} ${status}`.toLowerCase().includes(words),
    )
    .map((row) => ({ row, value: sortValueOf(row) }))
    .sort((a, b) => (a.value < b.value ? -sign : a.value > b.value ? sign : 0))
    .map(({ row }) => row);
  remembered = { rows, choice, chosen };
  return chosen;
}

/** Returns the choice after a press on a column's head: names begin with a, numbers with the largest. */
export function sortByColumn(choice: TenantChoice, column: TenantColumn): TenantChoice {
  const isName = column === 'tenant' || column === 'status' || column === 'signal';
  if (choice.sortBy !== column)
    return { ...choice, sortBy: column, order: isName ? 'ascending' : 'descending' };
  return { ...choice, order: choice.order === 'ascending' ? 'descending' : 'ascending' };
}
