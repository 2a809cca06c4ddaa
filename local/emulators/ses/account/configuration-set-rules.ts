import type { SesContext } from '../context.ts';
import { refuse, refuseMember } from '../errors.ts';
import type { InputOf } from '../model/operation-contract.ts';
import { isVerified } from './identity.ts';

type Create = InputOf<'CreateConfigurationSet'>;
type Delivery = NonNullable<Create['DeliveryOptions']>;

const deliverySeconds = { min: 300, max: 50_400 };

/** Refuses delivery options whose pool does not exist or whose deadline is out of SES's range. */
export function checkDelivery(context: SesContext, delivery: Delivery): void {
  const { SendingPoolName: pool, MaxDeliverySeconds: seconds } = delivery;
  if (pool !== undefined && pool.trim() === '') {
    refuse('BadRequestException', "sendingPoolName can't be blank.");
  }
  if (pool !== undefined && !context.dedicatedIps.knows(pool)) {
    refuse('BadRequestException', `SendingPool <${pool}> doesn't exist`);
  }
  if (seconds === undefined) return;
  const { min, max } = deliverySeconds;
  if (seconds < min) {
    refuseMember('maxDeliverySeconds', `Member must have value greater than or equal to ${min}`);
  }
  if (seconds > max) {
    refuseMember('maxDeliverySeconds', `Member must have value less than or equal to ${max}`);
  }
}

/** Refuses a redirect domain that this account has not verified. */
export function checkTracking(context: SesContext, tracking: Create['TrackingOptions']): void {
  const domain = tracking?.CustomRedirectDomain;
  if (domain === undefined || isVerified(context, `postmaster@${domain}`)) return;
  refuse('BadRequestException', `Domain <${domain}> is not verified under this account.`);
}
