import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAddress, parseAddress } from '../../domain/address.ts';
import {
  type Admission,
  type GateFacts,
  gate,
  gateChecks,
  judgeRecipients,
  ownsSender,
} from '../../domain/gate.ts';
import { dayMs, epochMs, hourMs } from '../../domain/time.ts';

const now = epochMs(Date.parse('2026-03-01T09:00:00Z'));

function address(text: string) {
  const parsed = parseAddress(text);
  if (!isAddress(parsed)) throw new Error(text);
  return parsed;
}

type Change = {
  readonly request?: Partial<GateFacts['request']>;
  readonly tenant?: GateFacts['tenant'] | 'none';
};

/** Facts under which mail is admitted, but for the change. */
function facts({ request, tenant }: Change = {}): GateFacts {
  const active = { status: 'active', fromOwned: ['example.com'] } as const;
  return {
    request: {
      tenant: 'acme',
      stream: 'transactional',
      senders: [address('ada@example.com')],
      pointsToContent: false,
      ...request,
    },
    tenant: tenant === 'none' ? undefined : (tenant ?? active),
    stream: 'transactional',
    streams: ['transactional', 'marketing'],
    pools: ['shared', 'spare'],
    now,
    sendAheadMs: 365 * dayMs,
    contentKeptMs: 60 * dayMs,
  };
}

function name(admission: Admission): string {
  return 'reason' in admission ? `${admission.kind} ${admission.reason}` : admission.kind;
}

const foreign = { senders: [address('eve@evil.example')] };
const held = { status: 'held', fromOwned: ['example.com'] } as const;
const suspended = { status: 'suspended', fromOwned: ['example.com'] } as const;

describe('the gate', () => {
  test.each<[string, Change, string]>([
    ['admits mail that nothing speaks against', {}, 'admit'],
    ['admits a declared pool', { request: { pool: 'spare' } }, 'admit'],
    ['refuses an unknown stream', { request: { stream: 'pigeon' } }, 'reject stream-unknown'],
    ['refuses another stream', { request: { stream: 'marketing' } }, 'reject stream-mismatch'],
    ['refuses an unknown pool', { request: { pool: 'mine' } }, 'reject pool-unknown'],
    ['refuses an unknown tenant', { tenant: 'none' }, 'reject tenant-unknown'],
    ['refuses a suspended tenant', { tenant: suspended }, 'reject tenant-suspended'],
    [
      "refuses a stream that is not the tenant's",
      { tenant: { ...held, streams: ['marketing'] } },
      'reject tenant-stream-forbidden',
    ],
    ['refuses a foreign From', { request: foreign }, 'reject from-domain-foreign'],
    [
      'refuses when any of several senders is foreign',
      { request: { senders: [address('ada@example.com'), ...foreign.senders] } },
      'reject from-domain-foreign',
    ],
    ['ends mail at its expiry', { request: { expiresAt: now } }, 'expire'],
    ['admits mail before its expiry', { request: { expiresAt: epochMs(now + 1) } }, 'admit'],
    ['defers mail until it is due', { request: { sendAt: epochMs(now + 1) } }, 'defer send-at'],
    ['admits mail that is due', { request: { sendAt: now } }, 'admit'],
    [
      'refuses a time too far ahead',
      { request: { sendAt: epochMs(now + 365 * dayMs + 1) } },
      'reject send-at-too-far',
    ],
    [
      'defers mail for a year',
      { request: { sendAt: epochMs(now + 365 * dayMs) } },
      'defer send-at',
    ],
    [
      'refuses a time by which its content in the bucket will be gone',
      { request: { sendAt: epochMs(now + 59 * dayMs), pointsToContent: true } },
      'reject send-at-too-far',
    ],
    [
      'defers mail with content in the bucket for as long as the bucket keeps it, but for two days',
      { request: { sendAt: epochMs(now + 58 * dayMs), pointsToContent: true } },
      'defer send-at',
    ],
    [
      'refuses mail that would wait only to expire',
      { request: { sendAt: epochMs(now + 2), expiresAt: epochMs(now + 2) } },
      'reject expires-before-send',
    ],
    [
      'defers mail that expires after it is due',
      { request: { sendAt: epochMs(now + 2), expiresAt: epochMs(now + 3) } },
      'defer send-at',
    ],
    ['holds the mail of a held tenant', { tenant: held }, 'hold tenant-held'],
  ])('%s', (_, change, expected) => expect(name(gate(facts(change)))).toBe(expected));

  test.each<[string, Change, string]>([
    [
      'a foreign From before a hold',
      { request: foreign, tenant: held },
      'reject from-domain-foreign',
    ],
    [
      'an expiry before a hold: expired mail is not kept for a person',
      { request: { expiresAt: now }, tenant: held },
      'expire',
    ],
    [
      'an impossible time before a hold',
      { request: { sendAt: epochMs(now + 366 * dayMs) }, tenant: held },
      'reject send-at-too-far',
    ],
    [
      'a hold before the clock: a held tenant keeps nothing in the queue',
      { request: { sendAt: epochMs(now + hourMs) }, tenant: held },
      'hold tenant-held',
    ],
  ])('judges %s', (_, change, expected) => expect(name(gate(facts(change)))).toBe(expected));

  const anyFacts = fc
    .record({
      stream: fc.constantFrom('transactional', 'marketing', 'pigeon'),
      pool: fc.constantFrom(undefined, 'shared', 'mine'),
      sender: fc.constantFrom('ada@example.com', 'eve@evil.example'),
      sendAt: fc.option(fc.integer({ min: -10_000, max: 10_000 }), { nil: undefined }),
      expiresAt: fc.option(fc.integer({ min: -10_000, max: 10_000 }), { nil: undefined }),
      status: fc.constantFrom('active', 'held', 'suspended', 'none'),
      streams: fc.constantFrom(undefined, ['marketing'], ['transactional']),
    })
    .map(({ stream, pool, sender, sendAt, expiresAt, status, streams }) =>
      facts({
        request: {
          stream,
          senders: [address(sender)],
          ...(pool === undefined ? {} : { pool }),
          ...(sendAt === undefined ? {} : { sendAt: epochMs(now + sendAt * hourMs) }),
          ...(expiresAt === undefined ? {} : { expiresAt: epochMs(now + expiresAt * hourMs) }),
        },
        tenant:
          status === 'none'
            ? 'none'
            : {
                status: status === 'held' || status === 'suspended' ? status : 'active',
                fromOwned: ['example.com'],
                ...(streams === undefined ? {} : { streams }),
              },
      }),
    );

  test('gives the answer of the first check that objects, for any facts', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const first = gateChecks.map(([, check]) => check(given)).find((answer) => answer);
        expect(gate(given)).toEqual(first ?? { kind: 'admit' });
      }),
    );
  });

  test('admits only mail that is owned, active, due and not expired, for any facts', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        if (gate(given).kind !== 'admit') return;
        const { request, tenant } = given;
        expect(tenant?.status).toBe('active');
        expect(request.stream).toBe(given.stream);
        for (const sender of request.senders) expect(sender.domain).toBe('example.com');
        expect(request.sendAt ?? now).toBeLessThanOrEqual(now);
        expect(request.expiresAt ?? now + 1).toBeGreaterThan(now);
      }),
    );
  });
});

describe('who owns a sender', () => {
  test.each([
    [['example.com'], 'ada@example.com', true],
    [['example.com'], 'ada@mail.example.com', true],
    [['example.com'], 'ada@evil-example.com', false],
    [['example.com'], 'ada@example.com.evil.example', false],
    [['example.com'], 'ada@example.org', false],
    [['example.com'], 'ada@com', false],
    [['mail.example.com'], 'ada@example.com', false],
    [['xn--bcher-kva.example'], 'ada@bücher.example', true],
    [['ada@example.com'], 'Ada@Example.com', true],
    [['Ada@Example.com'], 'ada@example.com', true],
    [['ada@example.com'], 'eve@example.com', false],
    [['ada@example.com'], 'ada@mail.example.com', false],
    [[], 'ada@example.com', false],
    [[''], 'ada@example.com', false],
  ])('with %j owned, %s: %s', (owned, sender, expected) => {
    const parsed = parseAddress(sender);
    expect(isAddress(parsed) && ownsSender(owned, parsed)).toBe(expected);
  });

  test('is never whoever has a domain that only ends alike', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9-]{1,20}$/), (prefix) => {
        const parsed = parseAddress(`ada@${prefix}example.com`);
        if (isAddress(parsed)) expect(ownsSender(['example.com'], parsed)).toBe(false);
      }),
    );
  });
});

describe('recipients of a batch', () => {
  test('are judged each by itself, and every address is kept once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom('a@b.example', 'A@B.example', 'x'), fc.emailAddress())),
        (recipients) => {
          const verdicts = judgeRecipients(recipients);
          expect(verdicts).toHaveLength(recipients.length);
          const kept = verdicts.flatMap((one) => (one.ok ? one.address.address.toLowerCase() : []));
          expect(new Set(kept).size).toBe(kept.length);
          const valid = recipients.map(parseAddress).filter(isAddress);
          expect(new Set(valid.map((one) => one.address.toLowerCase()))).toEqual(new Set(kept));
        },
      ),
    );
  });
});
