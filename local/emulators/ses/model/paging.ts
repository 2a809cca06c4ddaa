import { refuse, type SesErrorCode } from '../errors.ts';

type Request = {
  readonly NextToken?: string | undefined;
  readonly PageSize?: number | undefined;
};

type Page<T> = { readonly items: readonly T[]; readonly nextToken: string | undefined };

const defaultPageSize = 1000;

/** Cuts one page from a list; the token is the position, as opaque to callers as SES's. */
export function page<T>(
  all: readonly T[],
  request: Request,
  badToken: SesErrorCode = 'BadRequestException',
): Page<T> {
  const size = request.PageSize ?? defaultPageSize;
  if (!Number.isInteger(size) || size < 0 || size > defaultPageSize) {
    refuse('BadRequestException', `PageSize must be between 0 and ${defaultPageSize}`);
  }
  const start = request.NextToken === undefined ? 0 : position(request.NextToken);
  if (start === undefined) {
    return refuse(badToken, 'The specified request includes an invalid or expired token.');
  }
  const end = start + Math.max(1, size);
  const nextToken = end < all.length ? tokenFor(end) : undefined;
  return { items: all.slice(start, end), nextToken };
}

function tokenFor(start: number): string {
  return Buffer.from(`from:${start}`).toString('base64url');
}

function position(token: string): number | undefined {
  const text = Buffer.from(token, 'base64url').toString('latin1');
  const digits = /^from:(\d{1,9})$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
