import { describe, expect, test } from 'vitest';
import { seededDraw } from '../../world/dice.ts';
import { appleReplies } from '../../world/replies/apple.ts';
import { commonReplies } from '../../world/replies/common.ts';
import { gmailReplies } from '../../world/replies/gmail.ts';
import { gmxReplies } from '../../world/replies/gmx.ts';
import { microsoftReplies } from '../../world/replies/microsoft.ts';
import type { Replies } from '../../world/replies/reply.ts';
import { vagueReplies } from '../../world/replies/vague.ts';
import { yahooReplies } from '../../world/replies/yahoo.ts';
import { replyTo } from '../../world/replies.ts';

const quoted = {
  ip: '192.0.2.10',
  domain: 'good.example',
  listed: 'bad.example',
  zone: 'z.example',
};
const tables: readonly (readonly [string, Replies])[] = [
  ['gmail', gmailReplies],
  ['microsoft', microsoftReplies],
  ['yahoo', yahooReplies],
  ['apple', appleReplies],
  ['gmx', gmxReplies],
  ['other', commonReplies],
];

describe.each(tables)('the replies of %s', (_provider, replies) => {
  test('to one thing are all of one class, and status and basic code agree', () => {
    for (const variants of Object.values(replies)) {
      const classes = variants.map(([status, text]) => `${status.charAt(0)}${text.charAt(0)}`);
      expect(new Set(classes).size).toBe(1);
      expect(classes[0]).toMatch(/^(44|55)$/);
    }
  });

  test('quote only what is known', () => {
    const marks = Object.values(replies)
      .flat()
      .flatMap(([, text]) => text.match(/\{\w+\}/g) ?? []);
    expect(marks.filter((mark) => !/^\{(ip|domain|listed|zone)\}$/.test(mark))).toEqual([]);
  });
});

test('a reply quotes the address that it is about', () => {
  const said = replyTo('microsoft', 'refused-ip', { quoted, vagueShare: 0, draw: seededDraw(1) });
  expect(said.status).toBe('5.7.1');
  expect(said.reply).toContain('messages from [192.0.2.10]');
  expect(said.reply).toContain('(S3150)');
});

test('who has no words of its own speaks as common servers do', () => {
  const said = replyTo('gmx', 'listed-ip', { quoted, vagueShare: 0, draw: seededDraw(1) });
  expect(said.reply).toContain('blocked using z.example');
});

test('a vague reply keeps the class, and an unknown user is always told plainly', () => {
  const given = { quoted, vagueShare: 1, draw: seededDraw(1) };
  const never = vagueReplies.never.map(([, text]) => `smtp; ${text}`);
  const later = vagueReplies.later.map(([, text]) => `smtp; ${text}`);
  expect(never).toContain(replyTo('microsoft', 'refused-ip', given).reply);
  expect(later).toContain(replyTo('yahoo', 'quota-ip', given).reply);
  expect(replyTo('gmail', 'unknown-user', given).reply).toMatch(/5\.1\.1|5\.2\.1/);
});
