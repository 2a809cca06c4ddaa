import { defaultDeliverySeconds } from '../account/configuration-set.ts';
import { coveringIdentity, domainOf, identityArn } from '../account/identity.ts';
import type { Caller, SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import { scheduleEvents } from '../events/outcome-events.ts';
import { isSimulator } from '../events/simulator.ts';
import { quotas } from '../quotas.ts';
import { draftRules } from './draft-rules.ts';
import { type Draft, type Message, recipientsOf } from './message.ts';
import { sesId } from './message-ids.ts';
import { messageBytes } from './message-size.ts';

const pausedText =
  'Sending paused for this account. For more information, please check the inbox of the email ' +
  'address associated with your AWS account.';

/** Refuses every send while the account is suspended by AWS or paused by its owner. */
export function refuseClosedAccount({ account }: SesContext): void {
  if (account.suspended) refuse('AccountSuspendedException', pausedText);
  if (!account.sendingEnabled) refuse('SendingPausedException', pausedText);
}

/**
 * Checks a draft, spends quota and rate, keeps the message and schedules its events. Returns the
 * message id. A rendering failure or a virus is accepted too and shows only in events, as at SES.
 */
export async function accept(context: SesContext, draft: Draft, caller: Caller): Promise<string> {
  const named = withDefaultSet(context, draft);
  for (const rule of draftRules) rule(context, named);
  const sizeBytes = await messageBytes(context, named);
  if (sizeBytes > quotas.messageBytes) {
    const text = `Message length is more than ${quotas.messageBytes} bytes long: '${sizeBytes}'.`;
    refuse('BadRequestException', text);
  }
  spend(context, named);
  const message = keep(context, named, { caller, sizeBytes });
  scheduleEvents(context, message);
  return message.messageId;
}

function withDefaultSet(context: SesContext, draft: Draft): Draft {
  if (draft.configurationSetName !== undefined) return draft;
  const preset = coveringIdentity(context, draft.from.bare)?.configurationSetName;
  return preset === undefined ? draft : { ...draft, configurationSetName: preset };
}

/** Recipients of the simulator count against the rate, but not against the daily quota. */
function spend(context: SesContext, draft: Draft): void {
  const { account, dailyQuota, sendRate } = context;
  const now = context.clock();
  const recipients = recipientsOf(draft.destination);
  const counted = recipients.filter(({ bare }) => !isSimulator(bare)).length;
  if (!dailyQuota.fits(counted, account, now)) {
    refuse('LimitExceededException', 'Daily message quota exceeded.');
  }
  if (!sendRate.take(recipients.length, account, now)) {
    refuse('TooManyRequestsException', 'Maximum sending rate exceeded.');
  }
  dailyQuota.add(counted, now);
}

function keep(
  context: SesContext,
  draft: Draft,
  { caller, sizeBytes }: { readonly caller: Caller; readonly sizeBytes: number },
): Message {
  const atMs = context.clock();
  const set = context.configurationSets.get(draft.configurationSetName ?? '');
  const status = recipientsOf(draft.destination).map(({ bare }) => [bare, 'accepted'] as const);
  return context.mailbox.add({
    ...draft,
    messageId: sesId(context.place.region, atMs, context.draw),
    atMs,
    principal: caller.principal,
    sourceIp: caller.sourceIp,
    sourceArn:
      draft.identityArn ??
      identityArn(
        context,
        coveringIdentity(context, draft.from.bare)?.name ?? domainOf(draft.from.bare),
      ),
    pool: context.dedicatedIps.poolFor(set?.delivery.SendingPoolName),
    deliverySecondsMax: set?.delivery.MaxDeliverySeconds ?? defaultDeliverySeconds,
    sizeBytes,
    status: new Map(status),
  });
}
