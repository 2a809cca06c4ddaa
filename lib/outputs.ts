import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { namesOf } from '../contract/names.ts';
import type { ContentBucket } from './content-bucket.ts';
import type { OutcomeBus } from './outcome-bus.ts';
import type { SendPath } from './send-path.ts';
import type { SenderPolicy } from './sender-policy.ts';
import type { DnsRecords } from './sending-identities.ts';
import { tableNames } from './state-tables.ts';

export interface OutputsProps {
  readonly deployment: string;
  readonly sendPaths: readonly SendPath[];
  readonly content: ContentBucket;
  readonly outcomes: OutcomeBus;
  readonly senderPolicy: SenderPolicy;
  readonly dnsRecords: readonly DnsRecords[];
}

type Output = { readonly id: string; readonly description: string; readonly value: string };

/** Prints after a deploy what a person needs next: where to enqueue, what to attach, which DNS to add. */
export function writeOutputs(scope: Construct, props: OutputsProps): void {
  for (const { id, description, value } of outputsOf(props))
    new CfnOutput(scope, id, { description, value });
}

function outputsOf(props: OutputsProps): readonly Output[] {
  const { deployment, sendPaths, content, outcomes, senderPolicy, dnsRecords } = props;
  const { tables } = namesOf(deployment);
  const streamId = idsOf(sendPaths.map(({ stream }) => stream));
  const domainId = idsOf(dnsRecords.map(({ domain }) => domain));
  return [
    ...sendPaths.map(({ stream, intake }) => ({
      id: `${streamId(stream)}QueueUrl`,
      description: `Enqueue mail of the ${stream} stream here`,
      value: intake.queue.queueUrl,
    })),
    ...dnsRecords.map(({ domain, lines }) => ({
      id: `${domainId(domain)}Dns`,
      description: `DNS records for you to create, one a line; DMARC only if ${domain} has none yet`,
      value: lines.join('\n'),
    })),
    {
      id: 'SenderPolicyArn',
      description: 'Attach it to the roles of apps that send',
      value: senderPolicy.policy.managedPolicyArn,
    },
    {
      id: 'ContentBucketName',
      description: 'Offloaded bodies under requests/, attachments under attachments/',
      value: content.bucket.bucketName,
    },
    {
      id: 'EventBusName',
      description: 'Rejections are published here, and outcomes of streams with outcomeEvents',
      value: outcomes.bus.eventBusName,
    },
    ...tableNames.map((name) => ({
      id: `${pascal(name)}TableName`,
      description: `The ${name} table`,
      value: tables[name],
    })),
  ];
}

/** Output ids take letters and digits only, so two names could become one; a number then tells them apart. */
function idsOf(names: readonly string[]): (name: string) => string {
  const ids = names.map(pascal);
  return (name) => {
    const index = names.indexOf(name);
    const id = pascal(name);
    return ids.indexOf(id) === index ? id : `${id}${index + 1}`;
  };
}

function pascal(name: string): string {
  return name
    .split(/[^a-z0-9]+/i)
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join('');
}
