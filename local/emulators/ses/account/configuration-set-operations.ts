import type { SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import type { InputOf, OutputOf } from '../model/operation-contract.ts';
import type { OperationsOf } from '../model/operations-of.ts';
import { page } from '../model/paging.ts';
import { quotas } from '../quotas.ts';
import type { ConfigurationSet } from './configuration-set.ts';
import { existingSet } from './configuration-set.ts';
import { checkDelivery, checkTracking } from './configuration-set-rules.ts';
import { resourceTags } from './resource-tags.ts';

type Names =
  | 'CreateConfigurationSet'
  | 'GetConfigurationSet'
  | 'ListConfigurationSets'
  | 'DeleteConfigurationSet';

/** Configuration sets as a whole. */
export const configurationSetOperations: OperationsOf<Names> = {
  CreateConfigurationSet: createConfigurationSet,
  GetConfigurationSet: (context, input) =>
    describe(existingSet(context, input.ConfigurationSetName)),
  ListConfigurationSets: (context, input) => {
    const part = input.Filter?.CONFIGURATION_SET_NAME_CONTAINS ?? '';
    const names = [...context.configurationSets.keys()].filter((name) => name.includes(part));
    const { items, nextToken } = page(names, input);
    return { ConfigurationSets: items, NextToken: nextToken };
  },
  DeleteConfigurationSet: (context, input) => {
    context.configurationSets.delete(existingSet(context, input.ConfigurationSetName).name);
    return {};
  },
};

const namePattern = /^[A-Za-z0-9_-]{1,64}$/;

function createConfigurationSet(
  context: SesContext,
  input: InputOf<'CreateConfigurationSet'>,
): Record<never, never> {
  const name = input.ConfigurationSetName;
  if (!namePattern.test(name)) {
    const rule = '1 to 64 letters, digits, hyphens and underscores';
    refuse('BadRequestException', `Invalid configuration set name <${name}>: ${rule}`);
  }
  if (context.configurationSets.has(name)) {
    refuse('AlreadyExistsException', `Configuration set ${name} already exists.`);
  }
  if (context.configurationSets.size >= quotas.configurationSets) {
    refuse('LimitExceededException', `Maximum of ${quotas.configurationSets} configuration sets`);
  }
  checkDelivery(context, input.DeliveryOptions ?? {});
  checkTracking(context, input.TrackingOptions);
  context.configurationSets.set(name, {
    name,
    tags: resourceTags(input.Tags),
    delivery: input.DeliveryOptions ?? {},
    // Sets created through v2 have reputation metrics on, against the older documentation.
    // See https://github.com/aws/aws-cdk/issues/30968.
    reputationMetrics: input.ReputationOptions?.ReputationMetricsEnabled ?? true,
    sendingEnabled: input.SendingOptions?.SendingEnabled ?? true,
    suppression: input.SuppressionOptions,
    tracking: input.TrackingOptions,
    vdm: input.VdmOptions,
    archiving: input.ArchivingOptions,
    messageSecurity: input.MessageSecurityOptions,
    destinations: new Map(),
  });
  return {};
}

function describe(set: ConfigurationSet): OutputOf<'GetConfigurationSet'> {
  return {
    ConfigurationSetName: set.name,
    DeliveryOptions: set.delivery,
    ReputationOptions: { ReputationMetricsEnabled: set.reputationMetrics },
    SendingOptions: { SendingEnabled: set.sendingEnabled },
    Tags: set.tags,
    SuppressionOptions: set.suppression,
    TrackingOptions: set.tracking,
    VdmOptions: set.vdm,
    ArchivingOptions: set.archiving,
    MessageSecurityOptions: set.messageSecurity,
  };
}
