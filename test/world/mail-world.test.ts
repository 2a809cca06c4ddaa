import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../world/instants.ts';
import { createMailWorld, type VisibleMailWorld } from '../../world/mail-world.ts';
import type { Handed, WorldEvent } from '../../world/model.ts';
import { calmParameters, countOf, dawn, goodMail } from '../support/worlds.ts';

const providers = ['gmail', 'microsoft', 'yahoo', 'apple', 'gmx', 'other'] as const;

/** A calm world that knows the good sender. */
function warmWorld(seed = 1): VisibleMailWorld {
  const world = createMailWorld({ parameters: calmParameters, seed });
  for (const ip of ['192.0.2.10', '192.0.2.11', '198.51.100.10']) {
    world.happen({ kind: 'acquaint', name: ip, as: 'ip', mailsPerDay: 100_000 }, dawn);
  }
  for (const name of ['good.example', 'bad.example']) {
    world.happen({ kind: 'acquaint', name, as: 'domain', mailsPerDay: 50_000 }, dawn);
  }
  return world;
}

const handed = fc.record({
  ip: fc.constantFrom('192.0.2.10', '192.0.2.11', '203.0.113.9'),
  domain: fc.constantFrom('good.example', 'bad.example', 'new.example'),
  provider: fc.constantFrom(...providers, 'somewhere.example'),
  unknownShare: fc.double({ min: 0, max: 1, noNaN: true }),
  complaintShare: fc.double({ min: 0, max: 0.1, noNaN: true }),
  trapShare: fc.double({ min: 0, max: 0.01, noNaN: true }),
  spamminess: fc.double({ min: 0, max: 1, noNaN: true }),
  attempt: fc.integer({ min: 1, max: 3 }),
});
const calls = fc.array(
  fc.record({ mails: handed, count: fc.nat(3_000), waitMs: fc.nat(6 * hourMs) }),
  { maxLength: 30 },
);

describe('whatever is handed over', () => {
  test('every mail gets one answer, deferred ones a 4 and refused ones a 5', async () => {
    await fc.assert(
      fc.property(calls, fc.nat(), (all, seed) => {
        const world = createMailWorld({ seed });
        let at = dawn;
        for (const { mails, count, waitMs } of all) {
          at += waitMs;
          const answers = world.hand(mails, count, at, 'token');
          expect(answers.reduce((sum, answer) => sum + answer.count, 0)).toBe(count);
          for (const { kind, reply = '', status = '', folder } of answers) {
            if (kind === 'delivered') expect(folder).toMatch(/^(inbox|spam)$/);
            else
              expect(`${status} ${reply}`).toMatch(
                kind === 'deferred' ? /^4.*smtp; 4/ : /^5.*smtp; 5/,
              );
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('the same seed and the same calls give the same answers and complaints', async () => {
    const replay = (all: readonly { mails: Handed; count: number; waitMs: number }[]) => {
      const world = createMailWorld({ seed: 11 });
      let at = dawn;
      const said = all.map(({ mails, count, waitMs }) => {
        at += waitMs;
        return world.hand(mails, count, at, count);
      });
      return { said, complaints: world.complaintsUntil(at + 30 * dayMs) };
    };
    await fc.assert(
      fc.property(calls, (all) => {
        expect(replay(all)).toEqual(replay(all));
      }),
      { numRuns: 20 },
    );
  });
});

describe('a provider where nothing happens', () => {
  test.each(providers)('%s delivers good mail of a known sender', (provider) => {
    const world = warmWorld();
    let delivered = 0;
    let inbox = 0;
    let sent = 0;
    for (let at = dawn; at < dawn + 3 * dayMs; at += 10 * minuteMs) {
      const answers = world.hand(goodMail({ provider }), 300, at, 0);
      // What is put off comes again, as SES does it.
      const again = countOf(answers, 'deferred');
      const later = world.hand(goodMail({ provider, attempt: 2 }), again, at + 6 * minuteMs, 0);
      delivered += countOf(answers, 'delivered') + countOf(later, 'delivered');
      inbox += countOf(answers, 'inbox') + countOf(later, 'inbox');
      sent += 300;
    }
    expect(delivered / sent).toBeGreaterThan(0.995);
    expect(inbox / sent).toBeGreaterThan(0.99);
  });
});

describe('an event', () => {
  const at = dawn + hourMs;
  const shareOf = (world: VisibleMailWorld, mails: Handed) =>
    countOf(world.hand(mails, 1_000, at, 0), 'delivered') / 1_000;
  const cases: readonly (readonly [string, WorldEvent, Partial<Handed>, Partial<Handed>])[] = [
    [
      'a block of an address stops this address at this provider',
      { kind: 'block-ip', ip: '192.0.2.10', provider: 'microsoft' },
      { provider: 'microsoft' },
      { provider: 'microsoft', ip: '192.0.2.11' },
    ],
    [
      'a block of an address does not reach other providers',
      { kind: 'block-ip', ip: '192.0.2.10', provider: 'microsoft' },
      { provider: 'microsoft' },
      { provider: 'yahoo' },
    ],
    [
      'a block of a range stops neighbours',
      { kind: 'block-range', prefix: '192.0.2.0/24', provider: 'microsoft' },
      { provider: 'microsoft', ip: '192.0.2.11' },
      { provider: 'microsoft', ip: '198.51.100.10' },
    ],
    [
      'a block of a domain follows it to any address',
      { kind: 'block-domain', domain: 'bad.example', provider: 'gmail' },
      { domain: 'bad.example', ip: '198.51.100.10' },
      {},
    ],
    [
      'a quota of a domain puts it off',
      { kind: 'quota-domain', domain: 'bad.example', provider: 'gmail' },
      { domain: 'bad.example' },
      {},
    ],
    [
      'a listed address is refused where the list is asked',
      { kind: 'list-ip', ip: '192.0.2.10', list: 'spamhaus-css' },
      { provider: 'yahoo' },
      { provider: 'gmx' },
    ],
    [
      'a listed link is refused where it is looked at',
      { kind: 'list-domain', domain: 'links.example', list: 'spamhaus-dbl' },
      { provider: 'apple', urlDomain: 'links.example' },
      { provider: 'apple' },
    ],
    [
      'an outage concerns everybody there',
      { kind: 'outage', provider: 'gmail', forMs: 2 * hourMs },
      { ip: '198.51.100.10' },
      { provider: 'apple' },
    ],
    [
      'a given answer is given',
      { kind: 'answer', provider: 'mx.example', status: '5.7.1', reply: 'smtp; 550 5.7.1 S3150' },
      { provider: 'mx.example' },
      { provider: 'other' },
    ],
  ];
  test.each(cases)('%s', (_title, event, hit, spared) => {
    const world = warmWorld();
    world.happen(event, at);
    expect(shareOf(world, goodMail(hit))).toBe(0);
    // Strangers to a small server may be greylisted.
    expect(shareOf(world, goodMail(spared))).toBeGreaterThan(0.8);
  });

  test('ends when its time is over, and when it is forgiven', () => {
    const world = warmWorld();
    const mails = goodMail({ provider: 'microsoft' });
    world.happen({ kind: 'block-ip', ip: mails.ip, provider: 'microsoft', forMs: hourMs }, dawn);
    expect(countOf(world.hand(mails, 100, dawn + hourMs - 1, 0), 'refused')).toBe(100);
    expect(countOf(world.hand(mails, 100, dawn + hourMs, 0), 'delivered')).toBeGreaterThan(90);
    world.happen({ kind: 'block-ip', ip: mails.ip, provider: 'microsoft' }, at);
    world.happen({ kind: 'list-ip', ip: mails.ip, list: 'spamhaus-sbl' }, at);
    world.happen({ kind: 'forgive', name: mails.ip }, at);
    expect(world.listingsOf(mails.ip, at)).toEqual([]);
    expect(countOf(world.hand(mails, 100, at, 0), 'delivered')).toBeGreaterThan(90);
  });
});

describe('who sends too much too soon', () => {
  test('is put off above the cold cap, and then with everything for a while', () => {
    const world = createMailWorld({ parameters: calmParameters });
    const answers = world.hand(goodMail(), 1_000, dawn, 0);
    expect(countOf(answers, 'deferred')).toBeGreaterThanOrEqual(875);
    expect(answers.find(({ kind }) => kind === 'deferred')?.reply).toMatch(/4\.7\.28|smtp; 4/);
    const soon = world.hand(goodMail(), 10, dawn + 9 * minuteMs, 0);
    expect(countOf(soon, 'deferred')).toBe(10);
  });

  test('meets the same wall with another address, where the provider counts the domain', () => {
    const world = createMailWorld({ parameters: calmParameters });
    world.hand(goodMail(), 1_000, dawn, 0);
    const other = (provider: string) =>
      world.hand(goodMail({ ip: '198.51.100.77', provider }), 20, dawn + minuteMs, 0);
    expect(countOf(other('gmail'), 'deferred')).toBe(20);
    world.hand(goodMail({ provider: 'yahoo' }), 1_000, dawn, 0);
    expect(countOf(other('yahoo'), 'deferred')).toBeLessThan(5);
  });
});

describe('a bad list', () => {
  const bad = { domain: 'bad.example', unknownShare: 0.3, complaintShare: 0.03, spamminess: 0.4 };
  const spoil = (world: VisibleMailWorld, provider: string): number => {
    let at = dawn;
    for (; at < dawn + 2 * dayMs; at += hourMs) {
      world.hand(goodMail({ ...bad, provider }), 1_000, at, 0);
    }
    return at;
  };

  test('gets the address blocked at Microsoft: all mail, also the good', () => {
    const world = warmWorld();
    const at = spoil(world, 'microsoft');
    expect(countOf(world.hand(goodMail({ provider: 'microsoft' }), 500, at, 0), 'refused')).toBe(
      500,
    );
    expect(
      countOf(world.hand(goodMail({ provider: 'yahoo' }), 500, at, 0), 'delivered'),
    ).toBeGreaterThan(490);
  });

  test('costs the domain its name at Gmail wherever it sends from, and mail of others goes on elsewhere', () => {
    const world = warmWorld();
    const at = spoil(world, 'gmail');
    const elsewhere = { ip: '198.51.100.10' };
    const moved = world.hand(goodMail({ ...bad, ...elsewhere }), 500, at, 0);
    expect(countOf(moved, 'inbox')).toBeLessThan(50);
    expect(countOf(world.hand(goodMail(elsewhere), 500, at, 0), 'inbox')).toBeGreaterThan(480);
  });

  test('is forgotten: with clean mail the sender is trusted again after some weeks', () => {
    const world = warmWorld();
    let at = spoil(world, 'microsoft');
    for (const end = at + 40 * dayMs; at < end; at += hourMs) {
      world.hand(goodMail({ provider: 'microsoft' }), 50, at, 0);
    }
    const late = world.hand(goodMail({ provider: 'microsoft' }), 50, at, 0);
    expect(countOf(late, 'delivered')).toBeGreaterThanOrEqual(48);
  });

  test('with pristine traps in it brings a listing that every reader of the list sees', () => {
    const world = warmWorld();
    world.hand(goodMail({ ...bad, trapShare: 0.1 }), 3_000, dawn, 0);
    expect(world.listingsOf('192.0.2.10', dawn)).toEqual([]);
    expect(world.listingsOf('192.0.2.10', dawn + dayMs)).toContain('spamhaus-css');
    expect(world.listingsOf('192.0.2.11', dawn + dayMs)).toEqual([]);
  });
});

describe('complaints', () => {
  test('come late, once, with the token, and only from who passes them on', () => {
    const world = warmWorld();
    const angry = { complaintShare: 0.05 };
    for (const provider of ['yahoo', 'gmail'] as const) {
      world.hand(goodMail({ ...angry, provider }), 4_000, dawn, provider);
    }
    expect(world.complaintsUntil(dawn)).toEqual([]);
    const soon = world.complaintsUntil(dawn + 4 * hourMs);
    const late = world.complaintsUntil(dawn + 60 * dayMs);
    const all = [...soon, ...late];
    const count = all.reduce((sum, complaint) => sum + complaint.count, 0);
    expect(new Set(all.map(({ token }) => token))).toEqual(new Set(['yahoo']));
    expect(soon.every(({ at }) => at <= dawn + 4 * hourMs)).toBe(true);
    expect(late.length).toBeGreaterThan(0);
    // 4,000 × 5 % × 90 %, within six standard deviations.
    expect(Math.abs(count - 180)).toBeLessThan(80);
    expect(world.complaintsUntil(dawn + 90 * dayMs)).toEqual([]);
  });
});

describe('a small server that greylists', () => {
  test('takes the mail the second time from the same range, and starts anew with another', () => {
    const first = { provider: 'other', domain: 'new.example' };
    const world = createMailWorld({ parameters: calmParameters });
    const deferred = countOf(world.hand(goodMail(first), 2_000, dawn, 0), 'deferred');
    expect(deferred).toBeGreaterThan(100);
    const again = { ...first, attempt: 2 };
    const elsewhere = world.hand(
      goodMail({ ...again, ip: '198.51.100.10' }),
      200,
      dawn + hourMs,
      0,
    );
    expect(countOf(elsewhere, 'deferred')).toBeGreaterThan(5);
    const here = world.hand(goodMail(again), 100, dawn + hourMs, 0);
    expect(countOf(here, 'delivered')).toBeGreaterThanOrEqual(95);
  });
});

test('outages come by themselves about once a month and go', () => {
  const world = createMailWorld({ seed: 2 });
  const mails = goodMail({ ip: '192.0.2.99' });
  let out = 0;
  for (let at = dawn; at < dawn + 360 * dayMs; at += 10 * minuteMs) {
    const [answer] = world.hand(mails, 1, at, 0);
    if (/4\.3\.0 Temporary|4\.4\.5/.test(answer?.reply ?? '')) out += 1;
  }
  // Twelve of about 65 minutes each.
  expect(out).toBeGreaterThan(12);
  expect(out).toBeLessThan(250);
});
