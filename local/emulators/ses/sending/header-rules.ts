import type { SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import type { Draft } from './message.ts';

const nameLengthMax = 126;
const valueLengthMax = 995;
const togetherLengthMax = 996;
const name = /^[!-9;-~]+$/;
const value = /^[ -~]*$/;
const lineBreak = /[\r\n]/;

/** Headers that SES writes itself from other members of the request; each may appear only once. */
const written = new Set([
  'from',
  'to',
  'cc',
  'bcc',
  'reply-to',
  'subject',
  'return-path',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]);

/**
 * Refuses subjects and custom headers that SES would not send. Date and Message-ID pass and are
 * overridden. The limits are the SDK's; SES's exact words are not known.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageHeader.html
 */
export function headerRules(_context: SesContext, { content }: Draft): void {
  if (content.kind !== 'parts') return;
  if (lineBreak.test(content.subject.data)) {
    refuse('BadRequestException', 'Header value contains control characters: Subject');
  }
  const seen = new Set<string>();
  for (const header of content.headers) {
    const fault = faultOf(header.name, header.value);
    if (fault !== undefined)
      refuse('BadRequestException', `Invalid header <${header.name}>: ${fault}`);
    const key = header.name.toLowerCase();
    if (written.has(key) || seen.has(key)) {
      refuse('BadRequestException', `Duplicate header '${header.name}'.`);
    }
    seen.add(key);
  }
}

function faultOf(headerName: string, headerValue: string): string | undefined {
  if (!name.test(headerName)) return 'the name must be printable ASCII (33 to 126) without colon.';
  if (headerName.length > nameLengthMax)
    return `the name must be at most ${nameLengthMax} characters.`;
  if (!value.test(headerValue)) return 'the value must be printable ASCII.';
  if (headerValue.length > valueLengthMax) {
    return `the value must be at most ${valueLengthMax} characters.`;
  }
  if (headerName.length + headerValue.length > togetherLengthMax) {
    return `name and value together must be at most ${togetherLengthMax} characters.`;
  }
  return undefined;
}
