import { expect, test } from 'vitest';
import { providerOf, speaksFor } from '../../domain/provider.ts';

test.each([
  ['gmail.com', 'gmail'],
  ['hotmail.co.uk', 'microsoft'],
  ['outlook.com.br', 'microsoft'],
  ['yahoo.com', 'yahoo'],
  ['yahoo.co.jp', 'yahoo'],
  ['aol.de', 'yahoo'],
  ['me.com', 'apple'],
  ['gmx.net', 'gmx'],
  ['gmx.at', 'gmx'],
  ['web.de', 'gmx'],
  ['qq.com', 'tencent'],
])('a mailbox at %s is kept by %s', (domain, provider) => {
  expect(providerOf(domain)).toBe(provider);
});

test.each([
  'example.com',
  'gmail.com.example',
  'mail.yahoo.example',
  'notgmail.com',
  'x.gmail.com',
])('%s only looks like a large provider', (domain) => {
  expect(providerOf(domain)).toBe('other');
});

test.each([
  ['gmail', 'gmail', true],
  ['microsoft', 'microsoft365', true],
  ['microsoft365', 'microsoft', false],
  ['microsoft', 'gmail', false],
  ['microsoft', 'other', false],
  ['other', 'other', false],
])('the words of %s from the servers of %s are its own: %s', (speaker, provider, own) => {
  expect(speaksFor(speaker, provider)).toBe(own);
});
