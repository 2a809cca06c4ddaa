/**
 * The tag that says where a mail came from, so that its events count without a look into a table:
 * `1<attempt id><base64url of the rest>`, at most 256 characters. The rest is one line each: kind and
 * whether it was sent again, tenant, stream, pool, provider, identity, campaign.
 */
import { shortDigest, shortDigestCharacters } from '../domain/digest.ts';
import { type MailKind, mailKinds, type Origin } from '../domain/evidence/model.ts';

/** What the tag of one mail says. */
export type MailOrigin = {
  readonly attemptId: string;
  readonly kind: MailKind;
  /** The mail was sent although SES may have had it already: its events look for the twin. */
  readonly again: boolean;
  readonly origin: Origin;
};

/** What was read of a tag. */
export type ReadOrigin = MailOrigin & {
  /** Names that had no room: a digest stands for each, and the journal knows them in full. */
  readonly shortened: readonly (keyof Origin)[];
};

/** A tag of a version that is not known is read as none. */
const version = '1';
const idCharacters = 22;

/** SES takes 256 characters; base64url makes four of three bytes. */
const restBytesMax = Math.floor(((256 - version.length - idCharacters) * 3) / 4);

/** The order in which the tag names them. */
const fields = ['tenant', 'stream', 'pool', 'provider', 'identity', 'campaign'] as const;

/**
 * Who is shortened first. Tenant (64 characters at most), stream and pool (20 each) always fit once the
 * others are.
 */
const shortenedFirst = ['campaign', 'identity', 'provider', 'pool', 'stream', 'tenant'] as const;

/** Stands before the digest of a shortened name; no name of ours begins with it. */
const mark = '*';

/** Returns the value of the origin tag. */
export function originTag({ attemptId, kind, again, origin }: MailOrigin): string {
  const names = { ...origin };
  const lines = () => [writeFlags(kind, again), ...fields.map((field) => names[field])].join('\n');
  for (const field of shortenedFirst) {
    const name = names[field];
    const isLong = name.length > mark.length + shortDigestCharacters;
    if (!isPlain(name) || (isLong && Buffer.byteLength(lines()) > restBytesMax))
      names[field] = shortName(name);
  }
  return version + attemptId + Buffer.from(lines()).toString('base64url');
}

/** Returns what a tag's value says, undefined for one that is foreign or of another version. */
export function readOriginTag(value: string): ReadOrigin | undefined {
  const [, attemptId, packed] = /^1([A-Za-z0-9_-]{22})([A-Za-z0-9_-]+)$/.exec(value) ?? [];
  if (attemptId === undefined || packed === undefined) return undefined;
  const [flags = '', ...names] = Buffer.from(packed, 'base64url').toString().split('\n');
  const read = readFlags(flags);
  if (!read || names.length !== fields.length) return undefined;
  const [tenant = '', stream = '', pool = '', provider = '', identity = '', campaign = ''] = names;
  const origin: Origin = { tenant, stream, pool, provider, identity, campaign };
  const shortened = fields.filter((field) => origin[field].startsWith(mark));
  return { attemptId, ...read, origin, shortened };
}

/** Returns what stands for a name that has no room. */
export function shortName(name: string): string {
  return mark + shortDigest(name);
}

/** Whether a name can stand as it is. */
function isPlain(name: string): boolean {
  return !name.startsWith(mark) && !name.includes('\n');
}

/** One digit: twice the kind's place, and one more where the mail is sent again. */
function writeFlags(kind: MailKind, again: boolean): string {
  return String(2 * mailKinds.indexOf(kind) + Number(again));
}

function readFlags(text: string): Pick<MailOrigin, 'kind' | 'again'> | undefined {
  const number = /^\d$/.test(text) ? Number(text) : Number.NaN;
  const kind = mailKinds[Math.floor(number / 2)];
  return kind === undefined ? undefined : { kind, again: number % 2 === 1 };
}
