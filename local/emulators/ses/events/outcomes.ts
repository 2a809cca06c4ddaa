import type { SesContext } from '../context.ts';
import type { Message } from '../sending/message.ts';
import type { Outcome } from './outcome.ts';
import { scripted } from './scripts.ts';
import { simulated } from './simulator.ts';

/** Decides a recipient's fate: SES's own list first, then simulator, script, and its provider or delivery. */
export function outcomeOf(context: SesContext, message: Message, address: string): Outcome {
  return (
    onAccountList(context, message, address) ??
    simulated(address) ??
    scripted(context.scripts.get(address.toLowerCase())) ?? {
      kind: context.world.isOn ? 'world' : 'delivery',
    }
  );
}

const onListText =
  'Amazon SES did not send the message to this address because it is on the suppression list for ' +
  'your account. For more information about removing addresses from the suppression list, see the ' +
  'Amazon SES Developer Guide at ' +
  'https://docs.aws.amazon.com/ses/latest/DeveloperGuide/sending-email-suppression-list.html';

/**
 * An address on the account list is held back when its reason is one that the configuration set
 * suppresses on, or the account where the set says nothing. A COMPLAINT entry comes back as a
 * Complaint, a BOUNCE entry as a Bounce, each with the subtype OnAccountSuppressionList.
 */
function onAccountList(
  context: SesContext,
  { configurationSetName }: Message,
  address: string,
): Outcome | undefined {
  const entry = context.suppression.forSending(address);
  if (entry === undefined) return undefined;
  const set = context.configurationSets.get(configurationSetName ?? '');
  const reasons = set?.suppression?.SuppressedReasons ?? context.account.suppressedReasons;
  if (!reasons.includes(entry.reason)) return undefined;
  if (entry.reason === 'COMPLAINT') {
    return { kind: 'complaint', feedbackType: 'abuse', suppresses: false, onAccountList: true };
  }
  return {
    kind: 'bounce',
    bounceType: 'Permanent',
    bounceSubType: 'OnAccountSuppressionList',
    status: '5.1.1',
    diagnosticCode: onListText,
    suppresses: false,
  };
}
