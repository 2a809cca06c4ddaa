import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  claimLocalState,
  dropLocalState,
  readLocalState,
} from '../../operator/actions/local-state.ts';
import { readInput } from '../../operator/start/input-file.ts';

const folderOfItsOwn = () => mkdtemp(join(tmpdir(), 'goodstanding-'));

describe('two runtimes in one clone', () => {
  const own = { endpoint: 'http://127.0.0.1:4567', deployment: 'mine', pid: process.pid };
  /** The parent of the tests' process lives as long as they do. */
  const first = { endpoint: 'http://127.0.0.1:4566', deployment: 'mine', pid: process.ppid };
  const dead = { ...first, pid: 2 ** 22 + 1 };

  test('the CLI keeps the first while it lives, and the second leaves its state alone', async () => {
    const folder = await folderOfItsOwn();
    expect(claimLocalState(folder, first)).toEqual(first);
    expect(claimLocalState(folder, own)).toEqual(first);
    dropLocalState(folder, own.pid);
    expect(readLocalState(folder)).toEqual(first);
  });

  test('a dead one is replaced, and the own state is removed at the end', async () => {
    const folder = await folderOfItsOwn();
    claimLocalState(folder, dead);
    expect(claimLocalState(folder, own)).toEqual(own);
    dropLocalState(folder, own.pid);
    expect(existsSync(join(folder, '.goodstanding/local.json'))).toBe(false);
  });
});

describe('a file given with --input', () => {
  async function fileOf(content: string | Buffer): Promise<string> {
    const file = join(await folderOfItsOwn(), 'bodies.jsonl');
    await writeFile(file, content);
    return file;
  }

  test('holds one body a line, without byte order mark and blank lines', async () => {
    expect(readInput(await fileOf('\ufeff{"a":1}\n\n{"b":"ü"}'))).toEqual(['{"a":1}', '{"b":"ü"}']);
  });

  test.each([
    ['that is empty', Buffer.from('\n \n'), /is empty; name a file with one queue body a line/],
    [
      'with a line that is not UTF-8',
      Buffer.concat([Buffer.from('{}\n{"a":"'), Buffer.from([0xfc]), Buffer.from('"}\n')]),
      /line 2 of .* is not valid UTF-8/,
    ],
  ])('%s is refused in a sentence', async (_what, content, problem) => {
    const file = await fileOf(content);
    expect(() => readInput(file)).toThrow(problem);
  });

  test('that is not there is refused in a sentence', () => {
    expect(() => readInput('no/such/file')).toThrow(/--input: got no\/such\/file, which cannot be/);
  });
});
