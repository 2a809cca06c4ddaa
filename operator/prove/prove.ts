import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../lib/repository-root.ts';
import { formatPage, pageLook } from '../cli/page.ts';
import { describeMachine } from './machine.ts';
import { measuredPage } from './measured-page.ts';
import { type ProveOptions, readOptions } from './options.ts';
import { createMeasuring, partNames } from './parts.ts';
import { type MeasuredPart, readRecord, writeRecord } from './record.ts';

/**
 * Measures every number that this repository claims, or the parts that are asked for, writes docs/measured.md
 * and docs/measured.json, and prints the page as a terminal shows it. Returns the exit code: 0 when every
 * promise was kept, 1 when not, 2 when something could not be measured.
 */
export async function prove(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  try {
    return await run(options);
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function run(options: ProveOptions): Promise<number> {
  const { date, commit, cpu, cores, memoryGb, node, platform } = describeMachine();
  const machine = `${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}`;
  const before = readRecord();
  const parts = new Map(before.parts);
  const testSeconds = options.testSeconds ?? before.testSeconds;
  const measuring = createMeasuring({
    onProgress: (text) => process.stderr.write(`${text} …\n`),
    diagnostics: options.diagnostics,
  });
  const write = () => {
    const record = { ...(testSeconds === undefined ? {} : { testSeconds }), parts };
    writeRecord(record);
    const page = measuredPage(record);
    writeFileSync(join(repositoryRoot, 'docs', 'measured.md'), page);
    return page;
  };
  try {
    for (const name of options.only ?? partNames) {
      const startedAt = performance.now();
      const sections: MeasuredPart['sections'] = (await measuring.measure(name)).map((one) => ({
        ...one,
        promises: [...one.promises],
        data: { ...one.data },
      }));
      const seconds = (performance.now() - startedAt) / 1000;
      parts.set(name, { date, commit, machine, node, seconds, sections });
      // What was measured stays measured when a later part fails.
      write();
    }
  } finally {
    await measuring.finish();
  }
  const page = write();
  process.stdout.write(
    options.json ? `${JSON.stringify(Object.fromEntries(parts))}\n` : formatPage(page, pageLook),
  );
  const promises = [...parts.values()].flatMap((part) =>
    part.sections.flatMap((section) => section.promises),
  );
  return promises.every(({ kept }) => kept) ? 0 : 1;
}
