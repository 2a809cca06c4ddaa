import type { Synthesized } from '../prove/assembly.ts';
import { withRuntime } from '../prove/run-local.ts';
import { number, type Section, table } from '../prove/section.ts';
import { stageOf } from './budgets.ts';
import { startFunction } from './function-process.ts';
import { atMost } from './promises.ts';

/** A cold start may take this long from the first line of the bundle to its handler, milliseconds. */
const importMsMax = 200;

const runs = 5;

/** Measures how long a new process takes to load each function: one function a stage, median of five. */
export async function measureImports(
  made: Synthesized,
  onProgress: (text: string) => void,
): Promise<Section> {
  onProgress('importing each function');
  const times = await withRuntime(made, async ({ runtime }) => {
    const found: { readonly name: string; readonly medianMs: number }[] = [];
    for (const name of onePerStage(Object.keys(made.bundles)))
      found.push({ name, medianMs: await medianImport(name, runtime.endpointUrl) });
    return found;
  });
  const slowest = Math.max(...times.map(({ medianMs }) => medianMs));
  return {
    title: 'Loading each function',
    method:
      'The real bundle in a new process, from its first line until its handler is there, with the variables of its template; what it reads first (a secret) is in it. Median of five. How large the bundles are stands under “The template”.',
    promises: [
      atMost(`every function loads in ${importMsMax} ms`, {
        value: slowest,
        max: importMsMax,
        text: `${number(slowest)} ms`,
      }),
    ],
    body: table(
      ['function', 'import, ms', 'budget, ms'],
      times.map(({ name, medianMs }) => [stageOf(name), number(medianMs), importMsMax]),
    ),
    data: { times },
  };
}

/** Functions of one stage share their code. */
function onePerStage(names: readonly string[]): readonly string[] {
  return [...new Map(names.map((name) => [stageOf(name), name])).values()];
}

async function medianImport(name: string, endpoint: string): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const process = await startFunction(name, { endpoint });
    times.push(process.importMs);
    process.close();
  }
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
}
