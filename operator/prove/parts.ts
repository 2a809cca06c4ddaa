import { measureBench } from '../bench/bench.ts';
import { measureAlarms } from './alarms.ts';
import { type Synthesized, synthesize } from './assembly.ts';
import { measureBadRequests } from './bad-requests.ts';
import { measureBlame } from './blame.ts';
import { measureClassification } from './classification.ts';
import { measureConsole } from './console.ts';
import { measureEvidence } from './evidence.ts';
import { measureFaults } from './faults.ts';
import { measureMime } from './mime.ts';
import { measureRedrive } from './redrive.ts';
import { measureRotation } from './rotation.ts';
import type { Section } from './section.ts';
import { measureSimulation } from './simulation.ts';
import { measureStartup } from './startup.ts';
import { measureTemplate } from './template.ts';
import { measureThroughput } from './throughput.ts';
import { measureTrace } from './trace.ts';

/** What a part is given to measure with. */
export type PartContext = {
  readonly onProgress: (text: string) => void;
  /** Labelled replies of mailbox providers, JSON lines. */
  readonly diagnostics: string | undefined;
  /** The deployment of this clone, synthesized for the first part that asks. */
  readonly made: () => Promise<Synthesized>;
};

type Part = (context: PartContext) => Promise<readonly (Section | undefined)[]>;

/** Everything that can be measured by itself, in the order of the page. */
export const parts = {
  startup: async ({ onProgress }) => [await measureStartup(onProgress)],
  throughput: async ({ onProgress }) => [await measureThroughput(onProgress)],
  bench: async ({ onProgress }) => measureBench(onProgress),
  faults: async ({ onProgress }) => [await measureFaults(onProgress)],
  classification: async ({ diagnostics }) => [measureClassification(diagnostics)],
  evidence: async ({ onProgress }) => [measureEvidence(onProgress)],
  blame: async ({ onProgress }) => [measureBlame(onProgress)],
  rotation: async ({ onProgress }) => [await measureRotation(onProgress)],
  simulation: async ({ onProgress }) => [await measureSimulation(onProgress)],
  console: async ({ onProgress, made }) => [await measureConsole(onProgress, made)],
  trace: async ({ onProgress }) => [await measureTrace(onProgress)],
  alarms: async ({ onProgress }) => [await measureAlarms(onProgress)],
  redrive: async ({ onProgress, made }) => [await measureRedrive(await made(), onProgress)],
  mime: async ({ made }) => [await measureMime(await made())],
  'bad-input': async ({ made }) => [await measureBadRequests(await made())],
  template: async ({ made }) => measureTemplate(await made()),
} as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof parts;
export const partNames = Object.keys(parts).filter((name): name is PartName => name in parts);

/** Measures a part; `finish` takes away what the parts shared. */
export function createMeasuring(context: Omit<PartContext, 'made'>): {
  readonly measure: (name: PartName) => Promise<readonly Section[]>;
  readonly finish: () => Promise<void>;
} {
  let shared: Promise<Synthesized> | undefined;
  const made = () => {
    context.onProgress('the template');
    shared ??= synthesize();
    return shared;
  };
  return {
    measure: async (name) => {
      context.onProgress(name);
      const sections: readonly (Section | undefined)[] = await parts[name]({ ...context, made });
      return sections.filter((section) => section !== undefined);
    },
    finish: async () => (await shared)?.remove(),
  };
}
