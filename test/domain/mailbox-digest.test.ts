import { expect, test } from 'vitest';
import { isAddress, parseAddress } from '../../domain/address.ts';
import { mailboxDigest } from '../../domain/mailbox-digest.ts';

function digestOf(text: string, secret = 'a secret of the test'): string {
  const address = parseAddress(text);
  if (!isAddress(address)) throw new Error(`${text} is no address`);
  return mailboxDigest(address, secret);
}

test('the spellings of one mailbox are one', () => {
  const spellings = ['mallory@gmail.com', 'Mal.lory+news@Gmail.com', 'm.allory@googlemail.com'];
  expect(new Set(spellings.map((text) => digestOf(text))).size).toBe(1);
});

test('mailboxes of different names, domains and deployments are told apart', () => {
  const all = [
    digestOf('mallory@gmail.com'),
    digestOf('ada@gmail.com'),
    digestOf('mallory@outlook.com'),
    digestOf('mallory@gmail.com', 'another secret'),
  ];
  expect(new Set(all).size).toBe(all.length);
  for (const digest of all) expect(digest).toMatch(/^[A-Za-z0-9_-]{10}$/);
});
