import { type PartName, partNames } from './parts.ts';
import type { MeasuredPart, MeasuredRecord } from './record.ts';
import { number, table } from './section.ts';

/** Returns docs/measured.md: when and where each part was measured, every promise, then how and what. */
export function measuredPage({ testSeconds, parts }: MeasuredRecord): string {
  const measured = partNames.flatMap((name) => {
    const part = parts.get(name);
    return part ? [{ name, part }] : [];
  });
  const sections = measured.flatMap(({ part }) => part.sections);
  return `${[
    '# Measured',
    'Written by `npm run prove`; do not edit. `npm run prove -- --only PART` measures one part again.',
    partsTable(measured),
    `\`npm test\` took ${testSeconds ? `${number(testSeconds)} s, as given to the last run` : 'a time that was not given (`--test-seconds`)'}; \`npm ci\` is not measured, it depends on the registry’s distance.`,
    table(
      ['promised', 'measured', 'kept'],
      sections
        .flatMap(({ promises }) => promises)
        .map(({ promise, measured: got, kept }) => [promise, got, kept ? 'yes' : '**no**']),
    ),
    ...sections.flatMap(({ title, method, body }) => [
      `## ${title}`,
      method,
      ...(body === '' ? [] : [body]),
    ]),
  ].join('\n\n')}\n`;
}

function partsTable(
  measured: readonly { readonly name: PartName; readonly part: MeasuredPart }[],
): string {
  return table(
    ['part', 'date', 'commit', 'seconds', 'machine', 'Node'],
    measured.map(({ name, part }) => [
      name,
      part.date,
      part.commit.replace(/^([0-9a-f]{10})[0-9a-f]*/, '$1'),
      number(part.seconds),
      part.machine,
      part.node,
    ]),
  );
}
