import { expect, test } from 'vitest';
import { checkConfig } from '../../contract/pipeline-config.ts';

const blocklistsOf = (blocklists: object) =>
  checkConfig({
    sendingDomains: [{ domain: 'example.com' }],
    streams: { news: { pools: ['shared'] } },
    pools: { shared: { kind: 'shared' } },
    reputation: { blocklists },
  }).reputation.blocklists;

test('Spamhaus’s lists are asked unless the configuration says otherwise', () => {
  expect(blocklistsOf({})).toEqual({ keepers: ['spamhaus'] });
  expect(blocklistsOf({ keepers: [] })).toEqual({ keepers: [] });
  const all = { keepers: ['spamhaus', 'psbl'], spamhausDqsKey: 'abcdefghij0123456789abcdef' };
  expect(blocklistsOf(all)).toEqual(all);
});

test.each([
  [{ keepers: ['sorbs'] }, 'keepers.0: got "sorbs"; allowed: spamhaus, barracuda, spamcop, psbl'],
  [{ spamhausDqsKey: 'abc.zen.dq' }, 'spamhausDqsKey: got "abc.zen.dq"; allowed: 16 to 63 of'],
  [
    { keepers: [], spamhausDqsKey: 'abcdefghij0123456789abcdef' },
    'spamhausDqsKey: got a key although spamhaus is not asked; allowed: with spamhaus among keepers',
  ],
  [{ key: 'x' }, 'got the unknown field key; allowed: keepers, spamhausDqsKey'],
])('%j is refused with what is allowed', (blocklists, text) => {
  expect(() => blocklistsOf(blocklists)).toThrow(text);
});
