import addressparser from 'nodemailer/lib/addressparser';
import { refuse } from '../errors.ts';
import type { InputOf } from '../model/operation-contract.ts';
import { type Address, readAddress } from './addresses.ts';
import { destinationOf, tagsOf } from './draft-fields.ts';
import { type Content, type Draft, type Header, recipientsOf, type Tag } from './message.ts';
import { headerValue } from './raw-headers.ts';

type Raw = Extract<Content, { kind: 'raw' }>;
type Fields = Pick<
  Draft,
  'from' | 'destination' | 'tags' | 'configurationSetName' | 'tenantName' | 'content'
>;

/**
 * Fills what a raw message may carry in its own headers: sender, recipients, tags, configuration
 * set and tenant. A parameter of the request always wins; tags of the two are not merged.
 */
export function rawDraftFields(input: InputOf<'SendEmail'>, content: Raw): Fields {
  const { headers } = content;
  const from = input.FromEmailAddress ?? headerValue(headers, 'from');
  if (from === undefined) refuse('BadRequestException', "Missing required header 'From'.");
  const named = destinationOf(input.Destination);
  const destination =
    recipientsOf(named).length > 0
      ? named
      : {
          to: headerAddresses(headers, 'to'),
          cc: headerAddresses(headers, 'cc'),
          bcc: headerAddresses(headers, 'bcc'),
        };
  if (recipientsOf(destination).length === 0) {
    refuse('BadRequestException', "Missing required header 'To'.");
  }
  return {
    from: readAddress(from),
    destination,
    tags:
      input.EmailTags === undefined
        ? headerTags(headerValue(headers, 'x-ses-message-tags'))
        : tagsOf(input.EmailTags),
    configurationSetName:
      input.ConfigurationSetName ?? headerValue(headers, 'x-ses-configuration-set'),
    tenantName: input.TenantName ?? headerValue(headers, 'x-ses-tenant'),
    content,
  };
}

function headerAddresses(headers: readonly Header[], name: string): readonly Address[] {
  return addressparser(headerValue(headers, name) ?? '', { flatten: true })
    .map(({ address }) => readAddress(address ?? ''))
    .filter(({ bare }) => bare !== '');
}

function headerTags(value: string | undefined): readonly Tag[] {
  if (value === undefined) return [];
  return value.split(/[,;]/).map((pair) => {
    const [name = '', text = ''] = pair.split('=', 2);
    return { name: name.trim(), value: text.trim() };
  });
}
