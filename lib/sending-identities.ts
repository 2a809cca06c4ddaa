import { Aws, CfnResource, RemovalPolicy } from 'aws-cdk-lib';
import { PublicHostedZone } from 'aws-cdk-lib/aws-route53';
import {
  DkimIdentity,
  EasyDkimSigningKeyLength,
  EmailIdentity,
  Identity,
  MailFromBehaviorOnMxFailure,
} from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { sesArn } from './pipeline-function.ts';

type SendingDomain = PipelineConfig['sendingDomains'][number];

/** Records that a person must create for a domain, one zone-file line each. */
export type DnsRecords = { readonly domain: string; readonly lines: readonly string[] };

/**
 * Who we may send as. Identities and their records are retained: a domain that leaves the configuration,
 * or turns to `existing`, must not stop the mail of whoever else sends from it.
 */
export class SendingIdentities extends Construct {
  readonly dnsRecords: readonly DnsRecords[];
  /** Every identity that mail may come from, created here or not. */
  readonly arns: readonly string[];

  constructor(scope: Construct, id: string, config: PipelineConfig) {
    super(scope, id);
    const { sendingDomains, sendingAddresses } = config;
    const domains = sendingDomains
      .filter(({ existing }) => !existing)
      .map((sending) => ({ sending, identity: this.#domain(sending) }));
    for (const address of sendingAddresses) this.#address(address);
    this.arns = [...sendingDomains.map(({ domain }) => domain), ...sendingAddresses].map((name) =>
      sesArn(`identity/${name}`),
    );
    this.dnsRecords = domains.map(({ sending, identity }) => ({
      domain: sending.domain,
      lines: recordsToCreate(sending, identity),
    }));
  }

  #domain(sending: SendingDomain): EmailIdentity {
    const identity = new EmailIdentity(this, sending.domain, {
      identity: this.#identityOf(sending),
      dkimIdentity: DkimIdentity.easyDkim(EasyDkimSigningKeyLength.RSA_2048_BIT),
      mailFromDomain: mailFromDomain(sending),
      // Without its MX record mail still leaves, DKIM-aligned; rejecting it would stop a first deploy.
      mailFromBehaviorOnMxFailure: MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE,
      // Bounces come as events; a mail to the From address for each would be a second flood.
      feedbackForwarding: false,
    });
    retain(identity);
    return identity;
  }

  #address(address: string): void {
    const identity = new EmailIdentity(this, address, {
      identity: Identity.email(address),
      feedbackForwarding: false,
    });
    retain(identity);
  }

  /** The domain may lie below its zone, which CDK's own `publicHostedZone` does not know. */
  #identityOf({ domain, zone }: SendingDomain): Identity {
    if (!zone) return Identity.domain(domain);
    const hostedZone = PublicHostedZone.fromPublicHostedZoneAttributes(this, `${domain}Zone`, {
      hostedZoneId: zone.id,
      zoneName: zone.name,
    });
    return { value: domain, hostedZone };
  }
}

function retain(identity: EmailIdentity): void {
  identity.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  for (const child of identity.node.findAll())
    if (CfnResource.isCfnResource(child))
      child.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
}

function mailFromDomain({ mailFrom, domain }: SendingDomain): string {
  return `${mailFrom}.${domain}`;
}

/** DMARC is only ever suggested: a domain that has a record already must keep its own. */
function recordsToCreate(sending: SendingDomain, identity: EmailIdentity): readonly string[] {
  const dmarc = `_dmarc.${sending.domain}. TXT "v=DMARC1; p=none"`;
  if (sending.zone) return [dmarc];
  const mailFrom = `${mailFromDomain(sending)}.`;
  return [
    ...identity.dkimRecords.map(({ name, value }) => `${name}. CNAME ${value}.`),
    `${mailFrom} MX 10 feedback-smtp.${Aws.REGION}.amazonses.com.`,
    `${mailFrom} TXT "v=spf1 include:amazonses.com ~all"`,
    dmarc,
  ];
}
