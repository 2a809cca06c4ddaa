import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller, SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import type { InputOf, OutputOf } from '../model/operation-contract.ts';
import { accept, refuseClosedAccount } from './accept.ts';
import { readAddress } from './addresses.ts';
import { bodyContent, rawContent, templateParts } from './draft-content.ts';
import { addressesOf, destinationOf, tagsOf, trackingOf } from './draft-fields.ts';
import type { Content, Draft } from './message.ts';
import { rawDraftFields } from './raw-draft.ts';

type Input = InputOf<'SendEmail'>;

/** Accepts one message, or refuses it with SES's error. */
export async function sendEmail(
  context: SesContext,
  input: Input,
  caller: Caller,
): Promise<OutputOf<'SendEmail'>> {
  if (context.account.latencyMs > 0) await sleep(context.account.latencyMs);
  refuseClosedAccount(context);
  return { MessageId: await accept(context, draftOf(context, input), caller) };
}

function draftOf(context: SesContext, input: Input): Draft {
  const { Simple: simple, Raw: raw, Template: template } = input.Content;
  const given = [simple, raw, template].filter((kind) => kind !== undefined);
  if (given.length !== 1) {
    refuse('BadRequestException', 'Content must contain exactly one of Simple, Raw or Template.');
  }
  if (raw !== undefined) {
    return {
      ...commonFields(input),
      ...rawDraftFields(input, rawContent(raw.Data)),
      templated: false,
    };
  }
  if (simple !== undefined) {
    // SES answers `{"message": null}` here; kept, because error handlers must survive it.
    const from = input.FromEmailAddress ?? refuse('BadRequestException', null);
    return {
      ...commonFields(input),
      ...fields(input, from, bodyContent(simple)),
      templated: false,
    };
  }
  const from = input.FromEmailAddress ?? refuse('BadRequestException', 'Source cannot be empty');
  const content = templateParts(context, template ?? {}).render({});
  return { ...commonFields(input), ...fields(input, from, content), templated: true };
}

type Common = Omit<
  Draft,
  'from' | 'destination' | 'content' | 'templated' | 'tags' | 'configurationSetName' | 'tenantName'
>;

function commonFields(input: Input): Common {
  const feedbackTo = input.FeedbackForwardingEmailAddress;
  return {
    operation: 'SendEmail',
    identityArn: input.FromEmailAddressIdentityArn,
    replyTo: addressesOf(input.ReplyToAddresses),
    feedbackTo: feedbackTo === undefined ? undefined : readAddress(feedbackTo),
    ...trackingOf(input.ConfigurationOverrides),
    request: input,
  };
}

function fields(
  input: Input,
  from: string,
  content: Content,
): Omit<Draft, keyof Common | 'templated'> {
  return {
    from: readAddress(from),
    destination: destinationOf(input.Destination),
    tags: tagsOf(input.EmailTags),
    configurationSetName: input.ConfigurationSetName,
    tenantName: input.TenantName,
    content,
  };
}
