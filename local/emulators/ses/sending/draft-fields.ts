import type { InputOf } from '../model/operation-contract.ts';
import { type Address, readAddress } from './addresses.ts';
import type { Destination, Tag } from './message.ts';

type Input = InputOf<'SendEmail'>;

/** Reads a list of addresses; a missing list is empty. */
export function addressesOf(texts: readonly string[] | undefined): readonly Address[] {
  return (texts ?? []).map(readAddress);
}

/** Reads the recipients of a request. */
export function destinationOf(destination: Input['Destination']): Destination {
  return {
    to: addressesOf(destination?.ToAddresses),
    cc: addressesOf(destination?.CcAddresses),
    bcc: addressesOf(destination?.BccAddresses),
  };
}

/** Reads the message tags of a request. */
export function tagsOf(tags: Input['EmailTags']): readonly Tag[] {
  return (tags ?? []).map(({ Name, Value }) => ({ name: Name, value: Value }));
}

/** Which engagement may be tracked for one message; both are on unless the request turns them off. */
export function trackingOf(overrides: Input['ConfigurationOverrides']): {
  readonly openTracking: boolean;
  readonly clickTracking: boolean;
} {
  const tracking = overrides?.Tracking;
  return {
    openTracking: tracking?.OpenTrackingEnabled !== 'DISABLED',
    clickTracking: tracking?.ClickTrackingEnabled !== 'DISABLED',
  };
}
