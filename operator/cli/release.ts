import { releaseTenant } from '../../adapters/tenant-directory.ts';
import { releaseHeld } from '../actions/release-held.ts';
import { viewTenant, waitingMax } from '../actions/tenants.ts';
import { exitCodes } from './io.ts';
import type { Session } from './session.ts';
import { counted } from './words.ts';

export type ReleaseOptions = {
  readonly yes: boolean;
  readonly by?: string | undefined;
  readonly why?: string | undefined;
};

/** Makes a held tenant active and puts its waiting mail back into the queues. */
export async function release(
  session: Session,
  id: string,
  options: ReleaseOptions,
): Promise<number> {
  const { backend, terminal } = session;
  const view = await viewTenant(backend, id);
  if (!view) return say(session, { error: `no tenant ${id}; see goodstanding tenants list` });
  const { tenant, waiting } = view;
  if (tenant.status === 'suspended')
    return say(session, { error: `tenant ${id} is suspended, not held; nothing done` });
  if (tenant.status === 'active' && waiting === 0)
    return say(session, { error: `tenant ${id} is active and nothing waits; nothing done` });
  const waits =
    waiting >= waitingMax
      ? `${waitingMax} or more waiting requests`
      : counted(waiting, 'waiting request');
  if (!(await terminal.confirm(`release tenant ${id} with ${waits}?`, options.yes))) {
    terminal.note('nothing done');
    return exitCodes.nothing;
  }
  await session.audit({ action: 'tenants.release', subject: id, by: options.by, why: options.why });
  // Active first: what is put back into the queues must not be held again.
  if (!(await releaseTenant(backend.tables.directory, id, Date.now())))
    return say(session, { error: `tenant ${id} was suspended or removed meanwhile; nothing done` });
  terminal.note('waiting some seconds, until every dispatch function knows of the release');
  const bar = session.progress('releasing', waiting >= waitingMax ? undefined : waiting);
  const result = await releaseHeld(backend, {
    tenant: id,
    onProgress: bar.to,
    signal: session.signal,
    ...(session.io.settleMs === undefined ? {} : { settleMs: session.io.settleMs }),
  });
  bar.end();
  const standing = result.stopped ? 'no longer active' : 'active';
  const failures = Object.entries(result.failed);
  terminal.answer({ tenant: id, ...result }, () =>
    [
      `tenant ${id} is ${standing}; ${counted(result.released, 'request')} back in the queues`,
      ...failures.map(([why, count]) => `${counted(count, 'request')} not released: ${why}`),
      ...(result.stopped ? ['it was held again meanwhile: the rest goes on waiting'] : []),
      ...(result.interrupted ? ['interrupted: run it again to release the rest'] : []),
    ].join('\n'),
  );
  return failures.length > 0 || result.interrupted || result.stopped
    ? exitCodes.partly
    : exitCodes.ok;
}

function say({ terminal }: Session, value: { readonly error: string }): number {
  terminal.answer(value, () => value.error);
  return exitCodes.nothing;
}
