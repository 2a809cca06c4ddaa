/** Alarms on what the reputation loop says of itself each minute. */
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { metrics } from '../contract/metrics.ts';
import { type AlarmRow, ownMetric } from './alarm-row.ts';

type Gauge = Pick<AlarmRow, 'kind' | 'about' | 'text'> & { readonly name: string };

/** A gauge is written only while there is something to tell, so one data point is enough. */
const gauges: readonly Gauge[] = [
  {
    kind: 'rotation-frozen',
    about: 'stopped',
    name: metrics.rotationStopped,
    text: 'The reputation loop carries nothing out: it is off or frozen by a person, froze because it held too many tenants at once, or has not read to its end what was sent. npx goodstanding automation says which; held mail stays held until somebody says automation on.',
  },
  {
    kind: 'pool-quarantined',
    about: 'pools',
    name: metrics.poolsQuarantined,
    text: 'A pool is quarantined at a mailbox provider, or an address was taken out of use because a blocklist or a provider names it. npx goodstanding pools list says which and why; its mail goes through other warm pools or waits.',
  },
  {
    kind: 'no-warm-capacity',
    about: 'streams.full',
    name: metrics.streamsWithoutWarmRoom,
    text: 'A stream has mail for a mailbox provider at which none of its pools can take more today: all are quarantined, cold or at their cap. Give it another pool or a failover, or wait: the caps renew at midnight UTC.',
  },
  {
    kind: 'tenant-held',
    about: 'tenants',
    name: metrics.tenantsHeld,
    text: 'Mail of a tenant is held because of what it sends. npx goodstanding orders list says whose, why and until when; the hold ends by itself. Tell the tenant what it must mend.',
  },
];

/** Returns the alarms about what the loop has stopped, moved or held. */
export function loopAlarms(deployment: string): readonly AlarmRow[] {
  return gauges.map(({ name, ...row }) => ({
    ...row,
    metric: ownMetric(name, { Deployment: deployment }, Stats.MAXIMUM),
    threshold: 1,
    periods: 1,
  }));
}
