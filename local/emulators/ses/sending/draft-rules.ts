import { existingSet } from '../account/configuration-set.ts';
import { coveringIdentity, coveringNames, identityKey, isVerified } from '../account/identity.ts';
import type { SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import { isSimulator } from '../events/simulator.ts';
import { quotas } from '../quotas.ts';
import { addressFault } from './addresses.ts';
import { headerRules } from './header-rules.ts';
import { type Draft, recipientsOf } from './message.ts';

type Rule = (context: SesContext, draft: Draft) => void;

/** Everything SES checks before it accepts a message, in the order in which it complains. */
export const draftRules: readonly Rule[] = [
  senderSyntax,
  recipientSyntax,
  recipientCount,
  tagSyntax,
  headerRules,
  configurationSet,
  sendingPool,
  senderIdentity,
  senderVerified,
  mailFromDomain,
  sandbox,
];

function senderSyntax(_context: SesContext, { from }: Draft): void {
  const fault = addressFault(from.text);
  if (fault !== undefined) refuse('BadRequestException', fault);
}

function recipientSyntax(_context: SesContext, draft: Draft): void {
  const { to, cc, bcc } = draft.destination;
  const feedback = draft.feedbackTo === undefined ? [] : [draft.feedbackTo];
  for (const { text } of [...to, ...cc, ...bcc, ...draft.replyTo, ...feedback]) {
    const fault = addressFault(text);
    if (fault !== undefined) refuse('BadRequestException', fault);
  }
}

function recipientCount(_context: SesContext, { destination }: Draft): void {
  const count = recipientsOf(destination).length;
  if (count === 0) refuse('BadRequestException', 'At least one destination address is required.');
  if (count <= quotas.recipientsPerMessage) return;
  refuse('BadRequestException', `Recipient count exceeds ${quotas.recipientsPerMessage}.`);
}

const tagText = /^[A-Za-z0-9_-]{1,256}$/;
const feedbackTags = new Set(['ses:feedback-id-a', 'ses:feedback-id-b']);

function tagSyntax(_context: SesContext, { tags }: Draft): void {
  const rule = "only alphanumeric ASCII characters, '_', and '-' are allowed.";
  for (const { name, value } of tags) {
    if (!feedbackTags.has(name) && !tagText.test(name)) {
      refuse('BadRequestException', `Invalid tag name <${name}>: ${tagFault(name, rule)}`);
    }
    if (!tagText.test(value)) {
      refuse('BadRequestException', `Invalid tag value <${value}>: ${tagFault(value, rule)}`);
    }
  }
}

function tagFault(text: string, rule: string): string {
  if (text.length === 0) return 'must not be empty.';
  return text.length > 256 ? 'must be at most 256 characters.' : rule;
}

function configurationSet(context: SesContext, { configurationSetName: name }: Draft): void {
  if (name === undefined || existingSet(context, name).sendingEnabled) return;
  refuse('SendingPausedException', `Sending is paused for configuration set ${name}`);
}

// Pools can be deleted after a set has been bound to them.
function sendingPool(context: SesContext, { configurationSetName: name }: Draft): void {
  const pool = context.configurationSets.get(name ?? '')?.delivery.SendingPoolName;
  if (pool === undefined || context.dedicatedIps.knows(pool)) return;
  refuse('BadRequestException', `Invalid Sending Pool Name: IP Pool <${pool}> is not valid`);
}

const identityArnPattern = /^arn:aws[a-z-]*:ses:[a-z0-9-]+:(\d{12}):identity\/(.+)$/;

function senderIdentity(context: SesContext, { identityArn, from }: Draft): void {
  if (identityArn === undefined) return;
  const [, account, name] = identityArnPattern.exec(identityArn) ?? [];
  if (name === undefined) refuse('BadRequestException', `Invalid identity ARN <${identityArn}>.`);
  // Sending authorization policies of other accounts cannot be seen from here.
  if (account !== context.place.accountId) return;
  const key = identityKey(name);
  if (coveringNames(from.bare).includes(key) && context.identities.has(key)) return;
  refuse('BadRequestException', `Identity <${name}> does not cover the sender ${from.bare}.`);
}

function senderVerified(context: SesContext, { from, identityArn }: Draft): void {
  const foreign =
    identityArn !== undefined && !identityArn.includes(`:${context.place.accountId}:`);
  if (!foreign && !isVerified(context, from.bare)) refuseUnverified(context, [from.text]);
}

function mailFromDomain(context: SesContext, { from }: Draft): void {
  const mailFrom = coveringIdentity(context, from.bare)?.mailFrom;
  if (mailFrom === undefined || mailFrom.verified || mailFrom.behavior !== 'REJECT_MESSAGE') return;
  const text = `The MAIL FROM domain ${mailFrom.domain} is not verified.`;
  refuse('MailFromDomainNotVerifiedException', text);
}

function sandbox(context: SesContext, { destination }: Draft): void {
  if (context.account.productionAccess) return;
  const failed = recipientsOf(destination)
    .map(({ bare }) => bare)
    .filter((bare) => !isSimulator(bare) && !isVerified(context, bare));
  if (failed.length > 0) refuseUnverified(context, failed);
}

function refuseUnverified({ place }: SesContext, identities: readonly string[]): never {
  const region = place.region.toUpperCase();
  refuse(
    'MessageRejected',
    `Email address is not verified. The following identities failed the check in region ${region}: ` +
      identities.join(', '),
  );
}
