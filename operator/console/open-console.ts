import { userInfo } from 'node:os';
import { type Clock, epochMs } from '../../domain/time.ts';
import type { Backend } from '../actions/backend.ts';
import { failureOf } from '../cli/failure.ts';
import { askSuppression } from './ask-suppression.ts';
import { askTrace } from './ask-trace.ts';
import { bundlePage } from './bundle-page.ts';
import { createDecisionReader } from './decision-reader.ts';
import { createDeeds } from './deeds.ts';
import { findPreview } from './find-preview.ts';
import { createLiveStage } from './live-stage.ts';
import { paces, usdPerHour } from './poll-cost.ts';
import { createFlowReader } from './read-flow.ts';
import { createIncidentsReader } from './read-incidents.ts';
import { createOrdersReader } from './read-orders.ts';
import { createOverviewReader } from './read-overview.ts';
import { createPoolsReader } from './read-pools.ts';
import { createTenantsReader } from './read-tenants.ts';
import type { LiveRehearsal } from './rehearsal-model.ts';
import { createRehearsalStage } from './rehearsal-stage.ts';
import { listScenarios } from './scenario-files.ts';
import { type ConsoleServer, serveConsole } from './serve.ts';
import type { ConsoleSource, Stage } from './source.ts';

export type ConsoleOptions = {
  readonly backend: Backend;
  /** What it looks at, for people. */
  readonly label: string;
  /** `operate`: it may act too. */
  readonly mode: 'look' | 'operate';
  /** @default 4580, and where that is taken any free one */
  readonly port?: number;
  /** Who stands in the logs for what is done. @default the user of this machine */
  readonly by?: string;
  /** Where the live rehearsal is shown from. @default a process that this console starts on demand */
  readonly live?: Stage<Record<string, never>, LiveRehearsal>;
};

/** Opens the console of a deployment, over the same actions as the command line. Closing it leaves the backend open. */
export async function openConsole(options: ConsoleOptions): Promise<ConsoleServer> {
  const ownLive = options.live ? undefined : createLiveStage();
  const rehearsal = createRehearsalStage();
  const live = options.live ?? ownLive;
  if (!live) throw new Error('no stage for the live rehearsal');
  const source = sourceOf(options, { rehearsal, live });
  const server = await serveConsole({
    source,
    page: bundlePage,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  return {
    ...server,
    close: async () => {
      await Promise.all([rehearsal.close(), ownLive?.close(), server.close()]);
    },
  };
}

function sourceOf(
  { backend, label, mode, by = userInfo().username }: ConsoleOptions,
  stages: Pick<ConsoleSource, 'rehearsal' | 'live'>,
): ConsoleSource {
  const clock: Clock = () => epochMs(Date.now());
  const target = isLocal(backend) ? 'local' : 'aws';
  const pace = paces[target];
  return {
    ...stages,
    hello: {
      deployment: backend.deployment,
      ...{ target, label, by },
      runbookUrl: '/runbook',
      usdPerHour: target === 'local' ? 0 : usdPerHour(pace),
    },
    parts: {
      flow: { read: createFlowReader(backend, clock), everyMs: pace.flow },
      overview: { read: createOverviewReader(backend, clock), everyMs: pace.overview },
      incidents: { read: createIncidentsReader(backend, clock), everyMs: pace.incidents },
      pools: { read: createPoolsReader(backend, clock), everyMs: pace.pools },
      orders: { read: createOrdersReader(backend, clock), everyMs: pace.orders },
      tenants: { read: createTenantsReader(backend, clock), everyMs: pace.tenants },
    },
    decisions: createDecisionReader(backend.tables.evidence, { clock, everyMs: pace.decisions }),
    trace: (question) => askTrace(backend, question, clock),
    suppression: (question) => askSuppression(backend, question, clock),
    preview: (question) => findPreview(backend, question, clock),
    scenarios: async () => listScenarios(),
    ...(mode === 'operate' ? { deeds: createDeeds(backend, { by, clock }) } : {}),
    explain: (error) =>
      failureOf(error, backend.deployment).message ?? 'it failed, nobody knows why',
  };
}

function isLocal({ target: { endpoint = '' } }: Backend): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])([:/]|$)/.test(endpoint);
}
