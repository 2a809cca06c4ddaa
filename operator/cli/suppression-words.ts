import type { Suppression } from '../../adapters/suppression-store.ts';
import { explainReason } from '../../domain/explain-reason.ts';
import type { AddressResult } from '../actions/suppress.ts';
import type { Terminal } from './terminal.ts';
import { formatAge, formatInstant } from './words.ts';

/** Returns whether, why, since when, in which scope and until when addresses are suppressed. */
export function describeCheck(
  results: readonly AddressResult<readonly Suppression[]>[],
  terminal: Terminal,
  now: number,
): string {
  const [only] = results;
  if (results.length === 1 && only) return terminal.wrap(describeOne(only, now));
  const head = ['address', 'suppressed', 'scope', 'since', 'until'];
  const rows = results.flatMap((each): readonly (readonly string[])[] => {
    if (!each.usable) return [[each.address, `not an address: ${each.problem}`, '', '', '']];
    if (each.result.length === 0) return [[each.address, 'no', '', '', '']];
    return each.result.map((entry) => [
      each.address,
      entry.reason,
      entry.scope,
      formatInstant(entry.at).slice(0, 10),
      entry.expiresAt ? formatInstant(entry.expiresAt).slice(0, 10) : 'for ever',
    ]);
  });
  return terminal.table(head, rows);
}

function describeOne(found: AddressResult<readonly Suppression[]>, now: number): string {
  if (!found.usable) return `${found.address}: not an address: ${found.problem}`;
  if (found.result.length === 0) return `${found.address} is not suppressed`;
  return found.result.map((entry) => describeEntry(found.address, entry, now)).join('\n');
}

function describeEntry(address: string, entry: Suppression, now: number): string {
  const { scope, reason, source, at, expiresAt, note, messageId } = entry;
  const explanation = explainReason(reason);
  return [
    `${address} is suppressed: ${reason}${explanation ? `, ${explanation}` : ''}`,
    `  scope   ${scope}`,
    `  since   ${formatInstant(at)} (${formatAge(now - at)}), by ${source}`,
    `  until   ${expiresAt ? formatInstant(expiresAt) : 'for ever'}`,
    ...(note ? [`  note    ${note}`] : []),
    ...(messageId ? [`  mail    ${messageId}`] : []),
  ].join('\n');
}
