/** The walls of the house, checked on its text: who may import whom, what stays pure, thin, short and plain. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  holdReasons,
  parkReasons,
  rejectReasons,
  sesHoldReasons,
  suppressReasons,
} from '../domain/reasons.ts';

const root = join(import.meta.dirname, '..');
/** Files that a command writes: `npm run prove`. */
const written = 'docs/measured.md';
const notOurs = new Set(['node_modules', 'cdk.out', 'dist', 'coverage', 'package-lock.json']);

/** Every file of ours, by its path from the root; what begins with a dot belongs to tools. */
const files = walk(root);
const texts = files.filter((path) =>
  /\.(ts|mjs|js|json|md|txt|py|sh|svg|jsonl|css|html)$/.test(path),
);
const code = texts.filter((path) => /\.(ts|mjs)$/.test(path));

function walk(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name) || entry.name.startsWith('.')) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [relative(root, path)];
  });
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
/** The page runs in a browser: a room of its own within operator's. */
const pageRoom = 'operator/console/page';
const inRoom = (room: string) =>
  code.filter(
    (path) =>
      path.startsWith(`${room}/`) && (room === pageRoom || !path.startsWith(`${pageRoom}/`)),
  );

/** What a file imports: paths from the root for ours, names of packages for others. */
function importsOf(path: string): readonly string[] {
  const found = read(path).matchAll(
    /^(?:import|export)\b[^'";]*?from '([^']+)'|import\('([^']+)'\)|^import '([^']+)'/gm,
  );
  return [...found].map(([, from, dynamic, bare]) => {
    const name = from ?? dynamic ?? bare ?? '';
    return name.startsWith('.') ? normalize(join(dirname(path), name)) : name;
  });
}

/** Room → what it may import besides itself. `lambdas` imports rooms, but a stage never another stage. */
const walls: Readonly<Record<string, readonly RegExp[]>> = {
  domain: [/^node:(crypto|url)$/],
  contract: [/^domain\//, /^zod$/],
  // zod: what comes back from AWS is an edge too.
  adapters: [
    /^(domain|contract)\//,
    /^@aws-sdk\//,
    /^zod$/,
    /^node:(crypto|dns\/promises|stream|timers\/promises|zlib)$/,
  ],
  lambdas: [/^(domain|contract|adapters)\//, /^@aws-sdk\//, /^aws-lambda$/, /^zod$/, /^node:/],
  client: [/^(domain|contract)\//, /^@aws-sdk\//, /^node:/],
  lib: [/^(domain|contract)\//, /^(aws-cdk-lib|constructs|cdk-nag|esbuild|zod)(\/|$)/, /^node:/],
  local: [/^world\//, /^(?!(domain|contract|adapters|lambdas|client|lib|operator|bin)\/)[^.]+$/],
  world: [],
  simulation: [
    /^(domain|contract|adapters|lambdas|local|world)\//,
    /^@aws-sdk\//,
    /^(aws-lambda|zod)$/,
    /^node:/,
  ],
  operator: [
    /^(domain|contract|adapters|client|local|lib|simulation)\//,
    /^goodstanding\.config\.ts$/,
    /^[^/.]+$/,
    /^node:/,
  ],
  [pageRoom]: [
    /^(domain|contract)\//,
    /^operator\/console\/[\w-]*model\.ts$/,
    /^(lit-html|uplot)(\/|$)/,
  ],
};

describe('the walls between the rooms', () => {
  test.each(Object.entries(walls))('%s imports only what it may', (room, allowed) => {
    const own = new RegExp(`^${room}/`);
    const trespasses = inRoom(room).flatMap((path) =>
      importsOf(path)
        .filter((name) => ![own, ...allowed].some((pattern) => pattern.test(name)))
        .map((name) => `${path} imports ${name}`),
    );
    expect(inRoom(room).length).toBeGreaterThan(0);
    expect(trespasses).toEqual([]);
  });

  test('nobody imports the page: it is bundled for a browser, which has no Node', () => {
    const trespasses = code
      .filter((path) => !path.startsWith(`${pageRoom}/`) && !path.startsWith('test/'))
      .filter((path) => importsOf(path).some((name) => name.startsWith(`${pageRoom}/`)));
    expect(trespasses).toEqual([]);
  });

  test('the page makes no HTML and no style of a text', () => {
    const unsafe =
      /\b(innerHTML|outerHTML|insertAdjacentHTML|unsafe(HTML|SVG|MathML)|srcdoc|eval|cssText)\b|document\.write|\sstyle=|new Function/;
    const found = inRoom(pageRoom).flatMap((path) => {
      const hit = unsafe.exec(withoutComments(read(path)));
      return hit ? [`${path}: ${hit[0]}`] : [];
    });
    expect(found).toEqual([]);
  });

  test('a stage imports no other stage', () => {
    const trespasses = inRoom('lambdas').flatMap((path) => {
      const stage = path.split('/').slice(0, 2).join('/');
      return importsOf(path)
        .filter((name) => /^lambdas\/[^/]+\//.test(name) && !name.startsWith(`${stage}/`))
        .map((name) => `${path} imports ${name}`);
    });
    expect(trespasses).toEqual([]);
  });

  test('the local runtime knows nothing of the pipeline, not even its name', () => {
    expect(inRoom('local').filter((path) => /goodstanding|gs-message/i.test(read(path)))).toEqual(
      [],
    );
  });

  test('zod is imported as a whole name, which leaves its languages out of the bundles', () => {
    const wrong = code.filter((path) =>
      /^import (?!(type )?\* as z from 'zod').*from 'zod'/m.test(read(path)),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the domain is pure', () => {
  const impure =
    /\bprocess\.|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\b|\bset(Timeout|Interval|Immediate)\b|\bfetch\(|\bconsole\.|\brandom(Bytes|UUID|Int)\b|\bawait\b/;

  test('it has no clock, dice, environment or input of its own', () => {
    const found = inRoom('domain').flatMap((path) => {
      const hit = impure.exec(withoutComments(read(path)));
      return hit ? [`${path}: ${hit[0]}`] : [];
    });
    expect(found).toEqual([]);
  });
});

describe('handlers only wire', () => {
  const handlers = inRoom('lambdas').filter((path) => path.endsWith('/handler.ts'));

  test('each has at most 40 lines', () => {
    const long = handlers.filter((path) => read(path).trimEnd().split('\n').length > 40);
    expect(handlers.length).toBeGreaterThanOrEqual(5);
    expect(long).toEqual([]);
  });

  test('none decides anything: the one `if` leaves a deleted stack alone', () => {
    const branches = handlers.flatMap((path) =>
      [
        ...withoutComments(read(path)).matchAll(/\b(if|switch|for|while|try)\b.*|.* \? .* : .*/g),
      ].map(([line]) => `${path}: ${line.trim()}`),
    );
    expect(branches).toEqual([
      "lambdas/seed/handler.ts: if (event.RequestType === 'Delete') return;",
    ]);
  });
});

describe('the text', () => {
  test('no file of code is longer than 300 lines', () => {
    const rooms = code.filter((path) => !path.startsWith('test/'));
    expect(rooms.filter((path) => read(path).split('\n').length > 301)).toEqual([]);
  });

  test('says blocklist and allowlist', () => {
    // These match or quote what mailbox providers and AWS write.
    const quoting =
      /^(domain\/classification\/.*|world\/replies\.ts|test\/fixtures\/replies\.jsonl|test\/(tidy|domain\/classification\/.*)\.test\.ts)$/;
    const banned = /black-?list|white-?list/i;
    expect(texts.filter((path) => !quoting.test(path) && banned.test(read(path)))).toEqual([]);
  });

  test('names no place of one machine', () => {
    const place = /(?<![\w.$}:/])\/(work|tmp|root|home)\//;
    expect(texts.filter((path) => place.test(read(path)))).toEqual([]);
  });

  test('of documents links to what is there', () => {
    const broken = texts
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...read(path).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
          .map(([, to]) => to ?? '')
          .filter((to) => to !== written && !existsSync(join(root, dirname(path), decodeURI(to))))
          .map((to) => `${path}: ${to}`),
      );
    expect(broken).toEqual([]);
  });

  test('of code points to documents that are there', () => {
    const broken = code.flatMap((path) =>
      [...read(path).matchAll(/\bdocs\/[\w/-]+\.md/g)]
        .map(([to]) => to)
        .filter((to) => to !== written && !existsSync(join(root, to)))
        .map((to) => `${path}: ${to}`),
    );
    expect(broken).toEqual([]);
  });
});

test('every reason that an outcome can carry is produced by a test of the rules or the stages', () => {
  const tests = code
    .filter((path) => /^test\/(domain|lambdas)\//.test(path))
    .map(read)
    .join('\n');
  const reasons = [
    rejectReasons,
    parkReasons,
    holdReasons,
    sesHoldReasons,
    suppressReasons,
  ].flatMap(Object.keys);
  const missing = reasons.filter((reason) => !new RegExp(`['" /]${reason}['"\` ]`).test(tests));
  expect(missing).toEqual([]);
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}
