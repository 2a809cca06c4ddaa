import type { SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import type { InputOf } from '../model/operation-contract.ts';
import type { EventDestination } from './event-destination.ts';

type Create = InputOf<'CreateConfigurationSet'>;

/** One configuration set; its option groups change through the Put… operations. */
export type ConfigurationSet = {
  readonly name: string;
  readonly tags: Create['Tags'];
  delivery: NonNullable<Create['DeliveryOptions']>;
  reputationMetrics: boolean;
  sendingEnabled: boolean;
  /** Undefined: the account's reasons apply. An empty list of reasons: no suppression. */
  suppression: Create['SuppressionOptions'];
  readonly tracking: Create['TrackingOptions'];
  readonly vdm: Create['VdmOptions'];
  readonly archiving: Create['ArchivingOptions'];
  readonly messageSecurity: Create['MessageSecurityOptions'];
  /** By name. */
  readonly destinations: Map<string, EventDestination>;
};

/** The set, or SES's NotFoundException. */
export function existingSet(context: SesContext, name: string): ConfigurationSet {
  return (
    context.configurationSets.get(name) ??
    refuse('NotFoundException', `Configuration set <${name}> does not exist.`)
  );
}

/** How long SES tries to deliver unless a configuration set says less: 14 hours. */
export const defaultDeliverySeconds = 50_400;
