import { suppressionScope } from '../../contract/table-keys.ts';
import type { Clock } from '../../domain/time.ts';
import type { Backend } from '../actions/backend.ts';
import { checkSuppressions } from '../actions/suppress.ts';
import type { SuppressionAnswer, SuppressionQuestion } from './lookup-model.ts';

/** Returns where and why an address is suppressed, by the same action as `goodstanding suppress check`. */
export async function askSuppression(
  backend: Backend,
  { address, tenant }: SuppressionQuestion,
  clock: Clock,
): Promise<SuppressionAnswer> {
  const scopes =
    tenant === undefined ? undefined : [suppressionScope.tenant(tenant), suppressionScope.global];
  const [found] = await checkSuppressions(backend, [address], {
    ...(scopes ? { scopes } : {}),
    now: clock(),
  });
  if (!found?.usable) return { address, problem: found?.problem ?? 'not an address', entries: [] };
  return {
    address,
    entries: found.result.map(({ scope, reason, at, expiresAt, note }) => ({
      scope,
      reason,
      since: at,
      ...(expiresAt === undefined ? {} : { until: expiresAt }),
      ...(note === undefined ? {} : { note }),
    })),
  };
}
