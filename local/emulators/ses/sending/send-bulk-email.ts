import { setTimeout as sleep } from 'node:timers/promises';
import type { BulkEmailStatus } from '@aws-sdk/client-sesv2';
import type { Caller, SesContext } from '../context.ts';
import { refuse, SesError, type SesErrorCode } from '../errors.ts';
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

/** The entry status that stands for an exception of SendEmail; the first row that fits decides. */
const entryStatuses: readonly (readonly [SesErrorCode, RegExp, BulkEmailStatus])[] = [
  ['AccountSuspendedException', /./, 'ACCOUNT_SUSPENDED'],
  ['SendingPausedException', /configuration set/, 'CONFIGURATION_SET_SENDING_PAUSED'],
  ['SendingPausedException', /./, 'ACCOUNT_SENDING_PAUSED'],
  ['TooManyRequestsException', /./, 'ACCOUNT_THROTTLED'],
  ['LimitExceededException', /./, 'ACCOUNT_DAILY_QUOTA_EXCEEDED'],
  ['MailFromDomainNotVerifiedException', /./, 'MAIL_FROM_DOMAIN_NOT_VERIFIED'],
  ['MessageRejected', /./, 'MESSAGE_REJECTED'],
  ['NotFoundException', /^Configuration set/, 'CONFIGURATION_SET_NOT_FOUND'],
  ['NotFoundException', /^Template/, 'TEMPLATE_NOT_FOUND'],
  ['BadRequestException', /^Invalid Sending Pool Name/, 'INVALID_SENDING_POOL_NAME'],
  ['BadRequestException', /./, 'INVALID_PARAMETER'],
];

function statusOf({ code, message }: SesError): BulkEmailStatus {
  const row = entryStatuses.find(([rowCode, text]) => rowCode === code && text.test(message));
  return row?.[2] ?? 'FAILED';
}
