import { createHash } from 'node:crypto';
import type { SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import type { InputOf, OutputOf } from '../model/operation-contract.ts';
import type { OperationsOf } from '../model/operations-of.ts';
import { page } from '../model/paging.ts';
import { quotas } from '../quotas.ts';
import { type Identity, identityKey } from './identity.ts';
import { resourceTags } from './resource-tags.ts';

type Names =
  | 'CreateEmailIdentity'
  | 'GetEmailIdentity'
  | 'ListEmailIdentities'
  | 'DeleteEmailIdentity'
  | 'PutEmailIdentityMailFromAttributes'
  | 'PutEmailIdentityDkimAttributes';

/**
 * Sender identities. One created through the API stays pending, as at SES where DNS or a mailbox
 * must answer first; `PUT /_local/ses/identities` verifies it. Template identities are verified.
 */
export const identityOperations: OperationsOf<Names> = {
  CreateEmailIdentity: (context, input) => {
    const identity = createIdentity(context, input, false);
    return {
      IdentityType: identity.type,
      VerifiedForSendingStatus: identity.verified,
      DkimAttributes: dkimAttributes(identity),
    };
  },
  GetEmailIdentity: getEmailIdentity,
  ListEmailIdentities: listEmailIdentities,
  DeleteEmailIdentity: (context, input) => {
    context.identities.delete(existing(context, input.EmailIdentity).name);
    return {};
  },
  PutEmailIdentityMailFromAttributes: (context, input) => {
    const identity = existing(context, input.EmailIdentity);
    const domain = input.MailFromDomain ?? '';
    identity.mailFrom =
      domain === ''
        ? undefined
        : {
            domain,
            behavior: input.BehaviorOnMxFailure ?? 'USE_DEFAULT_VALUE',
            // Locally there is no DNS to wait for; `PUT /_local/ses/identities` can fail it.
            verified: true,
          };
    return {};
  },
  PutEmailIdentityDkimAttributes: (context, input) => {
    existing(context, input.EmailIdentity).dkimEnabled = input.SigningEnabled ?? false;
    return {};
  },
};

/** Adds an identity to the account. @throws SesError when it exists or names an unknown set. */
export function createIdentity(
  context: SesContext,
  input: InputOf<'CreateEmailIdentity'>,
  verified: boolean,
): Identity {
  const name = identityKey(input.EmailIdentity);
  if (context.identities.has(name)) {
    refuse('AlreadyExistsException', `Email identity ${input.EmailIdentity} already exist.`);
  }
  if (context.identities.size >= quotas.identities) {
    refuse(
      'LimitExceededException',
      `You have reached the maximum of ${quotas.identities} identities`,
    );
  }
  const setName = input.ConfigurationSetName;
  if (setName !== undefined && !context.configurationSets.has(setName)) {
    refuse('NotFoundException', `Configuration set <${setName}> does not exist.`);
  }
  const signing = input.DkimSigningAttributes;
  const external = signing?.DomainSigningSelector !== undefined;
  if (external !== (signing?.DomainSigningPrivateKey !== undefined)) {
    const pair = 'DomainSigningSelector and DomainSigningPrivateKey';
    refuse('BadRequestException', `${pair} must be given together`);
  }
  const identity: Identity = {
    name,
    type: name.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN',
    tags: resourceTags(input.Tags),
    verified,
    dkimEnabled: true,
    dkimOrigin:
      external || signing?.DomainSigningAttributesOrigin === 'EXTERNAL' ? 'EXTERNAL' : 'AWS_SES',
    dkimKeyLength: signing?.NextSigningKeyLength ?? 'RSA_2048_BIT',
    mailFrom: undefined,
    configurationSetName: setName,
  };
  context.identities.set(name, identity);
  return identity;
}

/** The three CNAME tokens of easy DKIM, made up but stable per identity. */
export function dkimTokens(name: string): readonly [string, string, string] {
  const token = (n: number) =>
    createHash('sha256').update(`${name}/${n}`).digest('hex').slice(0, 32);
  return [token(1), token(2), token(3)];
}

function existing(context: SesContext, name: string): Identity {
  return (
    context.identities.get(identityKey(name)) ??
    refuse('NotFoundException', `Email identity ${name} does not exist.`)
  );
}

function dkimAttributes(identity: Identity): OutputOf<'CreateEmailIdentity'>['DkimAttributes'] {
  return {
    SigningEnabled: identity.dkimEnabled,
    Status: identity.verified ? 'SUCCESS' : 'PENDING',
    Tokens: identity.type === 'DOMAIN' ? dkimTokens(identity.name) : [],
    SigningAttributesOrigin: identity.dkimOrigin,
    NextSigningKeyLength: identity.dkimKeyLength,
    CurrentSigningKeyLength: identity.dkimKeyLength,
  };
}

function getEmailIdentity(
  context: SesContext,
  input: InputOf<'GetEmailIdentity'>,
): OutputOf<'GetEmailIdentity'> {
  const identity = existing(context, input.EmailIdentity);
  const { mailFrom, configurationSetName } = identity;
  return {
    IdentityType: identity.type,
    FeedbackForwardingStatus: true,
    VerifiedForSendingStatus: identity.verified,
    VerificationStatus: identity.verified ? 'SUCCESS' : 'PENDING',
    DkimAttributes: dkimAttributes(identity),
    Policies: {},
    Tags: identity.tags,
    ...(mailFrom === undefined
      ? {}
      : {
          MailFromAttributes: {
            MailFromDomain: mailFrom.domain,
            MailFromDomainStatus: mailFrom.verified ? 'SUCCESS' : 'FAILED',
            BehaviorOnMxFailure: mailFrom.behavior,
          },
        }),
    ...(configurationSetName === undefined ? {} : { ConfigurationSetName: configurationSetName }),
  };
}

function listEmailIdentities(
  context: SesContext,
  input: InputOf<'ListEmailIdentities'>,
): OutputOf<'ListEmailIdentities'> {
  const filter = input.Filter ?? {};
  const wanted = (identity: Identity): boolean =>
    identity.name.includes(filter.IDENTITY_NAME_CONTAINS ?? '') &&
    (filter.IDENTITY_TYPE === undefined || filter.IDENTITY_TYPE === identity.type) &&
    (filter.VERIFICATION_STATUS === undefined ||
      filter.VERIFICATION_STATUS === (identity.verified ? 'SUCCESS' : 'PENDING'));
  const { items, nextToken } = page([...context.identities.values()].filter(wanted), input);
  return {
    EmailIdentities: items.map((identity) => ({
      IdentityType: identity.type,
      IdentityName: identity.name,
      SendingEnabled: identity.verified,
      VerificationStatus: identity.verified ? 'SUCCESS' : 'PENDING',
    })),
    NextToken: nextToken,
  };
}
