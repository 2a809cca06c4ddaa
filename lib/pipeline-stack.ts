import { CfnResource, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { PipelineConfig } from '../contract/pipeline-config.ts';
import { ContentBucket } from './content-bucket.ts';
import { PipelineDashboard } from './dashboard.ts';
import { DirectorySeed } from './directory-seed.ts';
import { DueMail } from './due-mail.ts';
import { EventTopics } from './event-topics.ts';
import { FeedbackPath } from './feedback-path.ts';
import { Monitoring } from './monitoring.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { OutcomeBus } from './outcome-bus.ts';
import { writeOutputs } from './outputs.ts';
import { RecipientKey } from './recipient-key.ts';
import { Responder } from './responder.ts';
import { RotationLoop } from './rotation-loop.ts';
import { SendPath } from './send-path.ts';
import { SenderPolicy } from './sender-policy.ts';
import { SendingIdentities } from './sending-identities.ts';
import { SendingPools } from './sending-pools.ts';
import { SlowWork } from './slow-work.ts';
import { StateTables } from './state-tables.ts';

export interface PipelineStackProps extends StackProps {
  readonly config: PipelineConfig;
}

/** The whole pipeline, composed in the order of its flow. Construct ids are contract: state hangs on them. */
export class PipelineStack extends Stack {
  constructor(scope: Construct, id: string, { config, ...stackProps }: PipelineStackProps) {
    super(scope, id, stackProps);
    const { deployment } = config;

    const state = new StateTables(this, 'State', deployment);
    const content = new ContentBucket(this, 'Content', config);
    const recipientKey = new RecipientKey(this, 'RecipientKey', deployment);
    const outcomes = new OutcomeBus(this, 'Outcomes', deployment);

    const identities = new SendingIdentities(this, 'Identities', config);
    const topics = new EventTopics(this, 'Events', config);
    const pools = new SendingPools(this, 'Sending', { config, topics });
    oneAtATime([...resourcesOf(identities), ...resourcesOf(pools)]);
    const seed = new DirectorySeed(this, 'Directory', { config, state, after: [state, pools] });

    const sendPaths = Object.entries(config.streams).map(
      ([stream, settings]) =>
        new SendPath(this, `Send-${stream}`, {
          config,
          stream,
          settings,
          sets: pools.sets.filter((set) => set.stream === stream),
          identities: identities.arns,
          state,
          content,
          recipientKey,
          outcomes,
        }),
    );
    for (const { dispatch } of sendPaths) seed.precede(dispatch);
    const dueMail = new DueMail(this, 'DueMail', { config, content, sendPaths });
    const feedbackPath = new FeedbackPath(this, 'Feedback', {
      config,
      topics,
      state,
      recipientKey,
      outcomes,
    });
    const rotationLoop = new RotationLoop(this, 'Rotation', {
      config,
      topics,
      state,
      outcomes,
      sendPaths,
    });
    rotationLoop.grantWake(feedbackPath.feedback);
    seed.precede(rotationLoop.rotation);
    const slowWork = new SlowWork(this, 'SlowWork', {
      config,
      state,
      recipientKey,
      identities: identities.arns,
      sendPaths,
    });

    const responder = new Responder(this, 'Responder', { config, state, topics, rotationLoop });

    const senderPolicy = new SenderPolicy(this, 'Sender', {
      deployment,
      sendPaths,
      content,
      state,
    });
    const { alarms } = topics;
    const { sets } = pools;
    const { composites } = new Monitoring(this, 'Monitoring', {
      config,
      alarms,
      sendPaths,
      dueMail,
      feedbackPath,
      rotationLoop,
      slowWork,
      responder,
    });
    new PipelineDashboard(this, 'Overview', {
      config,
      sendPaths,
      feedbackPath,
      rotationLoop,
      sets,
      composites,
    });
    const { dnsRecords } = identities;
    writeOutputs(this, { deployment, sendPaths, content, outcomes, senderPolicy, dnsRecords });
  }
}

function resourcesOf(construct: Construct): readonly CfnResource[] {
  return construct.node.findAll().filter((child) => CfnResource.isCfnResource(child));
}
