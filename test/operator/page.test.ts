import { expect, test } from 'vitest';
import { formatPage, pageLook } from '../../operator/cli/page.ts';
import { faultTables } from '../../operator/faults/fault-tables.ts';
import { table } from '../../operator/prove/section.ts';

test('a page of Markdown is aligned and wrapped at 80 columns, and loses no word', () => {
  const long = 'A sentence that goes on. '.repeat(8).trim();
  const rows = table(
    ['what', 'USD'],
    [
      ['a **sum** | of `two`', 1.5],
      [long, '10,000'],
    ],
  );
  const text = formatPage(`## Title\n\n${long}\n\n${rows}\n\nThe end.\n`, pageLook);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(text).toMatch(/^## Title\n\nA sentence/);
  expect(text).toMatch(/^a sum \| of two +1\.5$/m);
  expect(text).toMatch(/ {2}10,000$/m);
  expect(text.match(/sentence/g)).toHaveLength(16);
  expect(text).toMatch(/\n\nThe end\.\n$/);
  expect(text).not.toContain('---');
});

test('what went wrong is told in words, and what never did too', () => {
  const page = formatPage(
    faultTables({
      faults: { sesAnswerLost: 3, 'quota-spent': 0 },
      mended: { 'redriven: ambiguous': 2 },
    }),
    pageLook,
  );
  expect(page).toMatch(/SES took a mail and its answer never came +3$/m);
  expect(page).toMatch(/the quota of 24 hours was spent +never$/m);
  expect(page).toMatch(/parked \(ambiguous\), sent on by a redrive +2$/m);
});
