import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BlocklistZone,
  blocklistKeepers,
  blocklistZones,
  countedLists,
  queryNameOf,
  readBlocklistAnswer,
  type Sighted,
  sightAgain,
} from '../../domain/blocklist-zones.ts';
import { blocklists as quoted } from '../../domain/classification/blocklists.ts';
import { epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { blocklists as ofTheWorld } from '../../world/blocklists.ts';

const zones = blocklistZones({ keepers: blocklistKeepers });
const zoneOf = (keeper: string): BlocklistZone => {
  const zone = zones.find((one) => one.keeper === keeper);
  if (!zone) throw new Error(`no zone of ${keeper}`);
  return zone;
};
const zen = zoneOf('spamhaus');

describe('the name that is asked for', () => {
  test('has the octets of the address in reverse', () => {
    expect(queryNameOf('192.0.2.10', zen)).toBe('10.2.0.192.zen.spamhaus.org');
  });

  test('holds the key of a customer of Spamhaus, and is nobody else’s affair', () => {
    const keyed = blocklistZones({ keepers: ['spamhaus', 'psbl'], spamhausDqsKey: 'k3y' });
    expect(keyed.map((zone) => queryNameOf('192.0.2.10', zone))).toEqual([
      '10.2.0.192.k3y.zen.dq.spamhaus.net',
      '10.2.0.192.psbl.surriel.com',
    ]);
  });

  test.each(['2001:db8::1', '192.0.2', '192.0.2.256', '192.0.2.1.example', ''])(
    'does not exist for %j',
    (text) => {
      expect(queryNameOf(text, zen)).toBeUndefined();
    },
  );
});

describe('an answer', () => {
  test.each([
    [['127.0.0.3'], ['spamhaus-css']],
    [['127.0.0.2', '127.0.0.9'], ['spamhaus-sbl']],
    [
      ['127.0.0.4', '127.0.0.10', '127.0.0.11'],
      ['spamhaus-xbl', 'spamhaus-pbl'],
    ],
    [[], []],
  ])('of Spamhaus with %j names %j', (addresses, lists) => {
    expect(readBlocklistAnswer(zen, addresses)).toEqual(lists);
  });

  test.each([
    ['127.255.255.252'],
    ['127.255.255.254'],
    ['127.255.255.255'],
    ['127.0.0.1'],
    ['198.51.100.7'],
    ['toString'],
  ])('with %s says nothing, whatever else is in it', (address) => {
    expect(readBlocklistAnswer(zen, [address])).toBe('no-data');
    expect(readBlocklistAnswer(zen, ['127.0.0.2', address])).toBe('no-data');
  });

  test('names lists as the world’s events and the replies of providers do', () => {
    for (const { zone, codes } of zones)
      for (const [list, of] of Object.entries(ofTheWorld))
        if (of.zone === zone) expect(codes[of.answer]).toBe(list);
    const names = new Set(quoted.map(({ blocklist }) => blocklist));
    const ours = zones.flatMap(({ codes }) => Object.values(codes));
    // Spamhaus's list of botnet controllers is not for mail, so no reply quotes it.
    expect(ours.filter((list) => !names.has(list))).toEqual(['spamhaus-bcl']);
  });
});

describe('a list counts', () => {
  const begin = epochMs(Date.UTC(2026, 0, 1));
  const at = (minutes: number) => epochMs(begin + minutes * minuteMs);
  /** Asks at the given minutes and returns what counts after the last. */
  const counted = (answers: readonly (readonly [number, readonly string[]])[]) => {
    let sighted: Sighted | undefined;
    for (const [minutes, lists] of answers) sighted = sightAgain(sighted, lists, at(minutes));
    return sighted && countedLists(sighted, sighted.askedAt);
  };

  test.each([
    ['at once where it is a critical one of Spamhaus’s', [[0, ['spamhaus-css']]], ['spamhaus-css']],
    ['not at once where it is another', [[0, ['psbl']]], []],
    [
      'not when it is seen again too soon',
      [
        [0, ['psbl']],
        [14, ['psbl']],
      ],
      [],
    ],
    [
      'when it is seen again a quarter of an hour later',
      [
        [0, ['psbl']],
        [15, ['psbl']],
      ],
      ['psbl'],
    ],
    [
      'from the start again after it was gone',
      [
        [0, ['psbl']],
        [10, []],
        [20, ['psbl']],
      ],
      [],
    ],
    [
      'from the start again after long silence',
      [
        [0, ['psbl']],
        [61, ['psbl']],
      ],
      [],
    ],
  ] satisfies [string, [number, string[]][], string[]][])('%s', (_, answers, expected) => {
    expect(counted(answers)).toEqual(expected);
  });

  test('for an hour while its keeper says nothing, then nothing is known', () => {
    const sighted = sightAgain(undefined, ['spamhaus-sbl'], begin);
    expect(countedLists(sighted, at(60))).toEqual(['spamhaus-sbl']);
    expect(countedLists(sighted, epochMs(begin + hourMs + 1))).toBeUndefined();
  });

  test('only if the last answer names it, and never before a quarter of an hour but for critical ones', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.subarray(['psbl', 'spamhaus-xbl']));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        let minutes = 0;
        const answers = steps.map(([wait, lists]) => {
          minutes += wait;
          return [minutes, lists] as const;
        });
        const last = answers.at(-1)?.[1] ?? [];
        const result = counted(answers) ?? [];
        expect(last).toEqual(expect.arrayContaining([...result]));
        expect(result.includes('spamhaus-xbl')).toBe(last.includes('spamhaus-xbl'));
        if (minutes < 15) expect(result).not.toContain('psbl');
      }),
    );
  });
});
