import { CloudwatchError } from './errors.ts';

/** Returns one page of a list and the token of the next; a token is the index that it begins at. */
export function pageOf<Item>(
  items: readonly Item[],
  asked: { readonly token: string | undefined; readonly sizeMax: number },
): { readonly page: readonly Item[]; readonly next: { readonly NextToken?: string } } {
  const start = asked.token === undefined ? 0 : Number(asked.token);
  if (!Number.isInteger(start) || start < 0 || start > items.length) {
    throw new CloudwatchError('InvalidNextToken', `NextToken got ${asked.token}, which is none`);
  }
  const end = start + asked.sizeMax;
  return {
    page: items.slice(start, end),
    next: end < items.length ? { NextToken: String(end) } : {},
  };
}
