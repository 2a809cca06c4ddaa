import * as z from 'zod';
import { isAddress, parseAddress } from '../../domain/address.ts';
import { addressOf } from '../actions/compose-requests.ts';
import { usageError } from './session.ts';

const listed = z.array(z.string()).optional();

/** Options of `send`. */
export const sendOptions = z.object({
  to: z.array(z.string()).default([]),
  from: z.string().optional(),
  subject: z.string().optional(),
  text: z.string().optional(),
  html: z.string().optional(),
  raw: z.string().optional(),
  template: z.string().optional(),
  data: z.string().optional(),
  attach: listed,
  header: listed,
  tag: listed,
  id: z.string().optional(),
  stream: z.string().optional(),
  tenant: z.string().optional(),
  sendAt: z.string().optional(),
  expiresAt: z.string().optional(),
  file: z.string().optional(),
  wait: z.union([z.literal(true), z.string()]).optional(),
});
export type SendOptions = z.output<typeof sendOptions>;

type Name = keyof SendOptions;

/** Option → those that it excludes or leaves without effect, with why. */
const conflicts: readonly {
  readonly when: Name;
  readonly never: readonly Name[];
  readonly why: string;
}[] = [
  {
    when: 'raw',
    never: ['subject', 'text', 'html', 'attach', 'header', 'template'],
    why: 'the raw message is the whole mail',
  },
  {
    when: 'template',
    never: ['subject', 'text', 'html'],
    why: 'the template is the content',
  },
];

/** @throws a usage error that names the first option which another one excludes or leaves without effect */
export function refuseConflicts(options: SendOptions): void {
  if (options.file !== undefined) {
    const perMail = Object.entries(options)
      .filter(([name, value]) => name !== 'file' && name !== 'wait' && isGiven(value))
      .map(([name]) => flag(name));
    if (perMail.length > 0)
      throw usageError(`--file: got ${perMail.join(', ')} too; the file's requests say it all`);
  }
  for (const { when, never, why } of conflicts)
    for (const name of never)
      if (isGiven(options[when]) && isGiven(options[name]))
        throw usageError(
          `content: give exactly one kind; got ${flag(when)} and ${flag(name)}, but ${why}`,
        );
  if (isGiven(options.data) && !isGiven(options.template))
    throw usageError('--data: got it without --template, which it belongs to; name the template');
  refuseUnreadable(options);
  refuseMalformed('--header', options.header, { separator: ':', example: 'X-Campaign: spring' });
  refuseMalformed('--tag', options.tag, { separator: '=', example: 'campaign=spring' });
}

/** @throws a usage error that names the first address or instant which cannot be one */
function refuseUnreadable({ to, from, sendAt, expiresAt }: SendOptions): void {
  const addresses = [...to.map((text) => ['--to', text]), ...(from ? [['--from', from]] : [])];
  for (const [option = '', text = ''] of addresses) {
    const parsed = parseAddress(addressOf(text));
    if (!isAddress(parsed)) throw usageError(`${option}: got ${text}; ${parsed.detail}`);
  }
  for (const [option, text] of Object.entries({ '--send-at': sendAt, '--expires-at': expiresAt }))
    if (text !== undefined && Number.isNaN(Date.parse(text)))
      throw usageError(
        `${option}: got ${text}; allowed is an instant such as 2026-03-01T09:00:00Z; one without offset is local time`,
      );
}

function refuseMalformed(
  option: string,
  given: readonly string[] | undefined,
  form: { readonly separator: string; readonly example: string },
): void {
  const wrong = given?.find((text) => text.indexOf(form.separator) < 1);
  if (wrong !== undefined)
    throw usageError(`${option}: got ${wrong}; allowed is such as "${form.example}"`);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function flag(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
