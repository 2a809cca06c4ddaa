import { type AssignmentItem, assignmentItem } from '../contract/items.ts';
import { assignmentKeys } from '../contract/table-keys.ts';
import type { Clock } from '../domain/time.ts';
import { getItem, type Table } from './items.ts';

export type ReadAssignment = () => Promise<AssignmentItem>;

/** How long an assignment may be old, milliseconds: a rotation reaches every environment within it. */
const freshMs = 2_000;

/**
 * Returns a reader of one stream's assignment, asked at most every two seconds.
 * @throws when there is none: the deploy seeds it, so mail waits until it is there
 */
export function createAssignmentReader(table: Table, stream: string, clock: Clock): ReadAssignment {
  let known: { readonly at: number; readonly assignment: Promise<AssignmentItem> } | undefined;
  return () => {
    const now = clock();
    if (known && now - known.at < freshMs) return known.assignment;
    const assignment = read(table, stream);
    known = { at: now, assignment };
    assignment.catch(() => {
      known = undefined;
    });
    return assignment;
  };
}

async function read(table: Table, stream: string): Promise<AssignmentItem> {
  const found = await getItem(table, assignmentKeys.stream(stream), assignmentItem);
  if (!found) throw new Error(`no assignment for stream ${stream}; deploy again to seed it`);
  return found;
}
