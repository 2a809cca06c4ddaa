import { namesOf } from '../../contract/names.ts';
import type { PipelineConfig } from '../../contract/pipeline-config.ts';
import type { Synthesized } from '../prove/assembly.ts';
import { withRuntime } from '../prove/run-local.ts';
import { bodiesOf } from './bodies.ts';
import { setSendRate } from './count-load.ts';
import { deliveryEvents, queueEvents } from './function-events.ts';
import { type FunctionProcess, startFunction } from './function-process.ts';

/** One kind of work for one function. */
type Work = {
  readonly name: 'transactional' | 'marketing' | 'bulk' | 'event';
  readonly functionName: string;
  /** Mails or events in each run. */
  readonly units: number;
  readonly eventsOf: (run: number, units: number) => readonly object[];
};

export type CpuTime = {
  readonly name: Work['name'];
  /** Of each run, milliseconds of CPU for one mail or event. */
  readonly runsMs: readonly number[];
  readonly medianMs: number;
  readonly importMs: number;
  readonly firstBatchMs: number;
};

const runs = 5;
const warmUps = 6;
/** Where nothing waits for SES's rate. */
const ratePerSecond = 5_000;
const perBatch = { transactional: 10, marketing: 50, bulk: 50, event: 100 } as const;
const streams = {
  transactional: 'transactional',
  marketing: 'marketing',
  bulk: 'mk-bulk',
} as const;

/** Measures the CPU that each function takes for a mail or an event, in processes of their own. */
export async function measureCpu(
  made: Synthesized,
  onProgress: (text: string) => void,
): Promise<readonly CpuTime[]> {
  return withRuntime(made, async (run) => {
    await setSendRate({ run }, ratePerSecond);
    const { endpointUrl } = run.runtime;
    const works = worksOf(made.config);
    const measured = new Map<Work, { process: FunctionProcess; first: number; runsMs: number[] }>();
    for (const work of works) {
      const process = await startFunction(work.functionName, { endpoint: endpointUrl });
      const first = await process.run(work.eventsOf(-9, perBatch[work.name]));
      // The first runs are the compiler's.
      for (let warm = 1; warm <= warmUps; warm += 1)
        await process.run(work.eventsOf(-warm, work.units));
      measured.set(work, { process, first: first.wallMs, runsMs: [] });
    }
    for (let index = 0; index < runs; index += 1) {
      onProgress(`CPU, run ${index + 1} of ${runs}`);
      for (const [work, { process, runsMs }] of measured)
        runsMs.push((await process.run(work.eventsOf(index, work.units))).cpuMs / work.units);
    }
    for (const { process } of measured.values()) process.close();
    return [...measured].map(([{ name }, { process, first, runsMs }]) => ({
      name,
      runsMs,
      medianMs: [...runsMs].sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0,
      importMs: process.importMs,
      firstBatchMs: first,
    }));
  });
}

function worksOf(config: PipelineConfig): readonly Work[] {
  const names = namesOf(config.deployment);
  const mailsOf = (name: keyof typeof streams, batch: number | undefined): Work => ({
    name,
    functionName: names.dispatchFunction(streams[name]),
    units: 500,
    eventsOf: (run, units) =>
      queueEvents(
        bodiesOf(
          {
            stream: streams[name],
            mails: units,
            label: `cpu-${name}-${run}`,
            ...(batch === undefined ? {} : { recipientsPerBatch: batch }),
          },
          config,
        ),
        { perEvent: batch === undefined ? 10 : 1, queue: names.intakeQueue(streams[name]) },
      ),
  });
  return [
    mailsOf('transactional', undefined),
    mailsOf('marketing', perBatch.marketing),
    mailsOf('bulk', perBatch.bulk),
    {
      name: 'event',
      functionName: names.feedbackFunction,
      units: 2_000,
      eventsOf: (_run, units) =>
        queueEvents(deliveryEvents(units), {
          perEvent: perBatch.event,
          queue: names.deliveryQueue,
        }),
    },
  ];
}
