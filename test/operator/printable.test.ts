/** Goal: what comes from outside cannot steer a terminal. Method: hostile texts through the CLI's own terminal. */
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableJson } from '../../operator/cli/printable.ts';
import { createTerminal } from '../../operator/cli/terminal.ts';

/** Sets the title, clears the screen, hides text, and the one-character form of an escape sequence. */
const hostile = 'a\u001b]0;title\u0007b\u001b[2Jc\u001b[8md\u009b31me\u007f\rf';

/** Anything that a terminal might obey; line breaks and tabs only move on. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const obeyed = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

function openTerminal(json: boolean) {
  const written: string[] = [];
  const sink = () =>
    new Writable({
      write: (chunk, _encoding, done) => {
        written.push(String(chunk));
        done();
      },
    });
  const stdin = process.stdin;
  const io = { stdout: sink(), stderr: sink(), stdin, env: {}, cwd: '.', cloneRoot: '.' };
  return { terminal: createTerminal(io, json), written };
}

test.each([false, true])('no answer and no note steers the terminal (as JSON: %s)', (json) => {
  const { terminal, written } = openTerminal(json);
  terminal.answer({ reply: hostile }, () => terminal.wrap(`reply: ${hostile}`));
  terminal.answer({ reply: hostile }, () => terminal.table(['reply'], [[hostile]]));
  terminal.note(hostile);
  expect(written).toHaveLength(3);
  for (const text of written) expect(text).not.toMatch(obeyed);
});

test('bold and dim of our own stay', () => {
  expect(printable('\u001b[1mtitle\u001b[22m \u001b[2mnote\u001b[22m')).toBe(
    '\u001b[1mtitle\u001b[22m \u001b[2mnote\u001b[22m',
  );
});

/** Every control character there is, among others. */
const latin1 = fc
  .array(fc.nat(0xff), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes));

test('JSON says the same after it was made harmless', () => {
  fc.assert(
    fc.property(latin1, (text) => {
      const line = printableJson({ text });
      expect(line).not.toMatch(obeyed);
      expect(JSON.parse(line)).toEqual({ text });
    }),
  );
});
