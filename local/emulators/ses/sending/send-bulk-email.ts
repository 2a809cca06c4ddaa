import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkEmailStatus } from '@aws-sdk/client-sesv2';
import type { Caller, SesContext } from '../context.ts';
import { refuse, SesError } from '../errors.ts';
import type { InputOf, OutputOf } from '../model/operation-contract.ts';
import { quotas } from '../quotas.ts';
import { accept, refuseClosedAccount } from './accept.ts';
import { readAddress } from './addresses.ts';
import { headersOf, type PreparedTemplate, templateParts } from './draft-content.ts';
import { addressesOf, destinationOf, tagsOf, trackingOf } from './draft-fields.ts';
import type { Draft, Header, Tag } from './message.ts';
import { templateData } from './template-content.ts';

type Input = InputOf<'SendBulkEmail'>;
type Entry = Input['BulkEmailEntries'][number];
type Result = OutputOf<'SendBulkEmail'>['BulkEmailEntryResults'][number];

/** Accepts each entry on its own; the call succeeds even when every entry fails. */
export async function sendBulkEmail(
  context: SesContext,
  input: Input,
  caller: Caller,
): Promise<OutputOf<'SendBulkEmail'>> {
  if (context.account.latencyMs > 0) await sleep(context.account.latencyMs);
  refuseClosedAccount(context);
  const from = input.FromEmailAddress ?? refuse('BadRequestException', 'Source cannot be empty');
  const count = input.BulkEmailEntries.length;
  if (count === 0) refuse('BadRequestException', 'BulkEmailEntries must not be empty.');
  if (count > quotas.entriesPerBulkCall) {
    refuse('MessageRejected', `Destination count exceeds ${quotas.entriesPerBulkCall}.`);
  }
  const template = templateParts(context, input.DefaultContent.Template ?? {});
  const results: Result[] = [];
  for (const entry of input.BulkEmailEntries) {
    results.push(await sendEntry({ context, input, caller, from, template }, entry));
  }
  return { BulkEmailEntryResults: results };
}

type Call = {
  readonly context: SesContext;
  readonly input: Input;
  readonly caller: Caller;
  readonly from: string;
  readonly template: PreparedTemplate;
};

async function sendEntry(call: Call, entry: Entry): Promise<Result> {
  try {
    const messageId = await accept(call.context, draftOf(call, entry), call.caller);
    return { Status: 'SUCCESS', MessageId: messageId };
  } catch (error) {
    if (!(error instanceof SesError)) throw error;
    return { Status: statusOf(error), Error: error.text ?? error.code };
  }
}

function draftOf({ input, from, template }: Call, entry: Entry): Draft {
  const replacement = entry.ReplacementEmailContent?.ReplacementTemplate?.ReplacementTemplateData;
  const feedbackTo = input.FeedbackForwardingEmailAddress;
  const headers = replaced(
    headersOf(input.DefaultContent.Template?.Headers),
    headersOf(entry.ReplacementHeaders),
  );
  return {
    operation: 'SendBulkEmail',
    from: readAddress(from),
    identityArn: input.FromEmailAddressIdentityArn,
    destination: destinationOf(entry.Destination),
    replyTo: addressesOf(input.ReplyToAddresses),
    feedbackTo: feedbackTo === undefined ? undefined : readAddress(feedbackTo),
    tags: replacedTags(tagsOf(input.DefaultEmailTags), tagsOf(entry.ReplacementTags)),
    configurationSetName: input.ConfigurationSetName,
    tenantName: input.TenantName,
    ...trackingOf(input.ConfigurationOverrides),
    templated: true,
    content: template.render(templateData(replacement), headers),
    request: { ...input, BulkEmailEntries: [entry] },
  };
}

/** Headers of an entry take the place of same-named default ones; other defaults stay. */
function replaced(defaults: readonly Header[], own: readonly Header[]): readonly Header[] {
  const names = new Set(own.map(({ name }) => name.toLowerCase()));
  return [...defaults.filter(({ name }) => !names.has(name.toLowerCase())), ...own];
}

function replacedTags(defaults: readonly Tag[], own: readonly Tag[]): readonly Tag[] {
  const names = new Set(own.map(({ name }) => name));
  return [...defaults.filter(({ name }) => !names.has(name)), ...own];
}

const poolFault = 'Invalid Sending Pool Name';
const setFault = 'Configuration set';

/** The entry status that stands for an exception of SendEmail. */
function statusOf({ code, text }: SesError): BulkEmailStatus {
  const about = text ?? '';
  switch (code) {
    case 'AccountSuspendedException':
      return 'ACCOUNT_SUSPENDED';
    case 'SendingPausedException':
      return about.includes('configuration set')
        ? 'CONFIGURATION_SET_SENDING_PAUSED'
        : 'ACCOUNT_SENDING_PAUSED';
    case 'TooManyRequestsException':
      return 'ACCOUNT_THROTTLED';
    case 'LimitExceededException':
      return 'ACCOUNT_DAILY_QUOTA_EXCEEDED';
    case 'MailFromDomainNotVerifiedException':
      return 'MAIL_FROM_DOMAIN_NOT_VERIFIED';
    case 'MessageRejected':
      return 'MESSAGE_REJECTED';
    case 'NotFoundException':
      return about.startsWith(setFault) ? 'CONFIGURATION_SET_NOT_FOUND' : 'TEMPLATE_NOT_FOUND';
    case 'BadRequestException':
      return about.startsWith(poolFault) ? 'INVALID_SENDING_POOL_NAME' : 'INVALID_PARAMETER';
    default:
      return 'FAILED';
  }
}
