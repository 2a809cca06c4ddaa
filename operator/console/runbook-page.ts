import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '../../docs/runbook.md');

/**
 * Returns the runbook as a page of its own, each second-level heading an anchor, so that an alarm's link works
 * without the network. Everything else stays as it is written.
 */
export function runbookPage(): string {
  const body = readFileSync(file, 'utf8')
    .split(/^(?=## )/m)
    .map((section) => {
      const [, heading] = /^## (.+)$/m.exec(section) ?? [];
      const text = section.replace(/^## .+\n/, '');
      const title =
        heading === undefined ? '' : `<h2 id="${escaped(heading)}">${escaped(heading)}</h2>`;
      return `<section>${title}<pre>${escaped(text.trim())}</pre></section>`;
    });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Runbook</title><link rel="stylesheet" href="/main.css"><main class="runbook">${body.join('\n')}</main></html>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '');
}
