import type { OperationsOf } from '../model/operations-of.ts';
import { existingSet } from './configuration-set.ts';
import { checkDelivery } from './configuration-set-rules.ts';

type Names =
  | 'PutConfigurationSetDeliveryOptions'
  | 'PutConfigurationSetReputationOptions'
  | 'PutConfigurationSetSendingOptions'
  | 'PutConfigurationSetSuppressionOptions';

/** The single option groups of a configuration set. */
export const configurationSetOptionOperations: OperationsOf<Names> = {
  // A PUT replaces the whole group: a member that is left out falls back to its default. AWS does
  // not document it; whoever switches pools should send all three members every time.
  PutConfigurationSetDeliveryOptions: (context, input) => {
    const { ConfigurationSetName, ...delivery } = input;
    const set = existingSet(context, ConfigurationSetName);
    checkDelivery(context, delivery);
    set.delivery = delivery;
    return {};
  },
  PutConfigurationSetReputationOptions: (context, input) => {
    const set = existingSet(context, input.ConfigurationSetName);
    set.reputationMetrics = input.ReputationMetricsEnabled ?? false;
    return {};
  },
  PutConfigurationSetSendingOptions: (context, input) => {
    const set = existingSet(context, input.ConfigurationSetName);
    set.sendingEnabled = input.SendingEnabled ?? false;
    return {};
  },
  PutConfigurationSetSuppressionOptions: (context, input) => {
    const { ConfigurationSetName, ...suppression } = input;
    existingSet(context, ConfigurationSetName).suppression = suppression;
    return {};
  },
};
