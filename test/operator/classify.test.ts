import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli } from './cli.ts';

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

test('each line is answered by one line in the same order, without any AWS', async () => {
  const stdin = [
    '\ufeff{"diagnostic":"550 5.1.1 user unknown"}',
    '{"diagnostic":"550 5.7.1 messages from [192.0.2.1] were not sent (S3150)","source":"ignored"}',
    '',
    '{"diagnostic":null,"bounceType":"Transient","bounceSubType":"MailboxFull"}',
  ].join('\r\n');
  const { code, stdout } = await cli(['classify'], { stdin });
  expect(code).toBe(0);
  expect(lines(stdout)).toEqual([
    expect.objectContaining({ reason: 'invalid-recipient', blames: 'tenant-list', suppress: true }),
    expect.objectContaining({
      reason: 'block-ip-reputation',
      blames: 'pool',
      suppress: false,
      provider: 'microsoft',
      ip: '192.0.2.1',
      confidence: expect.any(Number),
    }),
    expect.objectContaining({ reason: 'mailbox-full' }),
  ]);
});

test.each([
  ['{"diagnostic":', /line 2: got what is not JSON/],
  ['[]', /line 2: .*expected object/],
  ['{"status":5}', /line 2: status: .*expected string/],
])('%s is refused by its line, after the lines before it were answered', async (bad, message) => {
  const { code, stdout, stderr } = await cli(['classify'], {
    stdin: `{"diagnostic":"451 try later"}\n${bad}\n{"diagnostic":"250 ok"}`,
  });
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
  expect(lines(stdout)).toHaveLength(1);
});

test('a file is read, and one that cannot be read is named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'classify-'));
  try {
    const file = join(folder, 'replies.jsonl');
    writeFileSync(file, '{"diagnostic":"452 4.2.2 mailbox full"}\n');
    const { code, stdout } = await cli(['classify', '--file', file]);
    expect([code, lines(stdout)[0].reason]).toEqual([0, 'mailbox-full']);
    for (const wrong of [folder, `${file}.gone`]) {
      const refused = await cli(['classify', '--file', wrong]);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain(wrong);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
