import { expect, test } from 'vitest';
import { ConfigError, checkConfig, warmUpOwner } from '../../contract/pipeline-config.ts';
import { config } from '../../goodstanding.config.ts';

const good = {
  sendingDomains: [{ domain: 'example.com' }],
  streams: { news: { pools: ['shared'] } },
  pools: { shared: { kind: 'shared' } },
};

test('the configuration that a newcomer finds is usable', () => {
  expect(checkConfig(config).deployment).toBe('goodstanding');
});

test('what is left out gets its documented default', () => {
  expect(checkConfig(good)).toEqual({
    deployment: 'goodstanding',
    sendingDomains: [{ domain: 'example.com', existing: false, mailFrom: 'bounce' }],
    sendingAddresses: [],
    tenancy: 'single',
    streams: {
      news: {
        pools: ['shared'],
        retiringPools: [],
        lane: 'marketing',
        deliveryEvents: false,
        maxDeliverySeconds: 50_400,
        ambiguous: 'leave',
        bulk: false,
        storeRequests: false,
        outcomeEvents: false,
        ageAlarmSeconds: 900,
        failover: [],
        whenNothingIsWarm: 'hold',
        rescue: false,
      },
    },
    pools: { shared: { kind: 'shared', retiring: false } },
    canary: true,
    retention: { ledgerDays: 30, logDays: 30, contentDays: 60 },
    limits: { initialSendRatePerSecond: 1, sendRateHeadroom: 0.97, tenantShare: 0.5 },
    indexes: { recipient: false, sesMessageId: false, tenant: false },
    reputation: {
      autonomy: {},
      vetoMinutes: 60,
      movedShareMax: 0.2,
      holdsMax: 5,
      blocklists: { keepers: ['spamhaus'] },
    },
  });
});

test.each<[string, object, string]>([
  [
    'no stream at all',
    { streams: {} },
    'streams: got none; allowed: at least one; define one such as transactional',
  ],
  [
    'nobody to send as',
    { sendingDomains: [] },
    'sendingDomains: got none; allowed: at least one domain, or one address in sendingAddresses; name one you own',
  ],
  [
    'a deployment that AWS names cannot carry',
    { deployment: 'My_Mail' },
    'deployment: got "My_Mail"; allowed: 1 to 20 of a-z, 0-9 and -, beginning with a letter, as it becomes part of AWS names; correct the value',
  ],
  [
    'a stream that AWS names cannot carry',
    { streams: { 'N E': { pools: ['shared'] } } },
    'streams.N E: got "N E"; allowed: 1 to 20 of a-z, 0-9 and -, beginning with a letter, as it becomes part of AWS names; choose another name',
  ],
  [
    'an unknown field',
    { domains: [] },
    'the file: got the unknown field domains; allowed: deployment, sendingDomains, sendingAddresses, tenancy, streams, pools, alarmEmail, canary, retention, limits, indexes, reputation; correct the name or remove it',
  ],
  [
    'an unknown field of a stream',
    { streams: { news: { pools: ['shared'], pool: 'x' } } },
    'streams.news: got the unknown field pool; allowed: pools, retiringPools, lane, deliveryEvents, maxDeliverySeconds, ambiguous, bulk, storeRequests, outcomeEvents, ageAlarmSeconds, failover, whenNothingIsWarm, rescue; correct the name or remove it',
  ],
  [
    'an unknown field of a zone',
    {
      sendingDomains: [{ domain: 'a.example.com', zone: { id: 'Z1', name: 'example.com', x: 1 } }],
    },
    'sendingDomains.0.zone: got the unknown field x; allowed: id, name; correct the name or remove it',
  ],
  [
    'a pool nobody defined',
    { streams: { news: { pools: ['fast', 'shared'] } } },
    'streams.news.pools: got fast; allowed: shared; add the pool under pools or correct the name',
  ],
  [
    'a pool named like an inherited property',
    { streams: { news: { pools: ['constructor'] } } },
    'streams.news.pools: got constructor; allowed: shared; add the pool under pools or correct the name',
  ],
  [
    'a pool named twice',
    { streams: { news: { pools: ['shared', 'shared'] } } },
    'streams.news.pools: got shared twice; allowed: once; remove one',
  ],
  [
    'a stream without pools',
    { streams: { news: { pools: [] } } },
    'streams.news.pools: got []; allowed: at least 1 in the list; correct the value',
  ],
  [
    'a stream whose pools all retire',
    { pools: { shared: { kind: 'shared', retiring: true } } },
    'streams.news.pools: got only retiring pools (shared); allowed: at least one that takes mail; add one first',
  ],
  [
    'two sets of one name',
    {
      streams: { 'a-b': { pools: ['c'] }, a: { pools: ['b-c'] } },
      pools: { c: { kind: 'shared' }, 'b-c': { kind: 'shared' } },
    },
    'streams, pools: got two pairs that make the configuration set …-a-b-c; allowed: one; rename a stream or a pool',
  ],
  [
    'a kind of pool that SES has not',
    { pools: { shared: { kind: 'dedicated' } } },
    'pools.shared.kind: got "dedicated"; allowed: shared, standard, managed; choose one of these',
  ],
  [
    'a pool without a kind',
    { pools: { shared: {} } },
    'pools.shared.kind: got nothing; allowed: shared, standard, managed; choose one of these',
  ],
  [
    'a domain that is none',
    { sendingDomains: [{ domain: 'Example.com' }] },
    'sendingDomains.0.domain: got "Example.com"; allowed: a lower-case DNS name such as mail.example.com (IDN as xn--…); correct the value',
  ],
  [
    'a domain given twice',
    { sendingDomains: [{ domain: 'a.com' }, { domain: 'a.com' }] },
    'sendingDomains, sendingAddresses: got a.com twice; allowed: once; remove one',
  ],
  [
    'a zone that does not hold the domain',
    { sendingDomains: [{ domain: 'notexample.com', zone: { id: 'Z1', name: 'example.com' } }] },
    'sendingDomains.0.zone: got example.com for notexample.com; allowed: a zone that holds the domain; give that one or leave zone out',
  ],
  [
    'a MAIL FROM that is more than a label',
    { sendingDomains: [{ domain: 'a.com', mailFrom: 'x.a.com' }] },
    'sendingDomains.0.mailFrom: got "x.a.com"; allowed: one DNS label such as bounce, without the domain; correct the value',
  ],
  [
    'an address that is none',
    { alarmEmail: 'oncall' },
    'alarmEmail: got "oncall"; allowed: an e-mail address such as ops@example.com; correct the value',
  ],
  [
    'a delivery time that SES refuses',
    { streams: { news: { pools: ['shared'], maxDeliverySeconds: 60 } } },
    'streams.news.maxDeliverySeconds: got 60; allowed: at least 300; correct the value',
  ],
  [
    'a content retention that ends before parked mail does',
    { retention: { contentDays: 29 } },
    'retention.contentDays: got 29; allowed: at least 30; correct the value',
  ],
  [
    'a log retention that CloudWatch lacks',
    { retention: { logDays: 8 } },
    'retention.logDays: got 8; allowed: 1, 3, 5, 7, 14, 30, 60, 90, 180, 365; choose one of these',
  ],
  [
    'more than all of the rate',
    { limits: { sendRateHeadroom: 1.5 } },
    'limits.sendRateHeadroom: got 1.5; allowed: at most 1; correct the value',
  ],
  [
    'a number in quotes',
    { limits: { dispatchConcurrency: '3' } },
    'limits.dispatchConcurrency: got "3"; allowed: number; correct the value',
  ],
])('%s is refused in plain words', (_, change, expected) => {
  expect(problemsOf({ ...good, ...change })).toEqual([expected]);
});

test('every problem is told at once', () => {
  const problems = problemsOf({ ...good, tenancy: 'none', alarmEmail: 'x', extra: 1 });
  expect(problems.map((line) => line.split(':')[0])).toEqual(['tenancy', 'alarmEmail', 'the file']);
});

test('a file that exports nothing is refused too', () => {
  expect(problemsOf(undefined)).toEqual(['the file: got nothing; allowed: object; add the field']);
});

function problemsOf(config: unknown): readonly string[] {
  try {
    checkConfig(config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/^ {2}- /, ''));
  }
  return [];
}

test('a standard pool is warmed up by us, what SES owns by SES, unless it is said otherwise', () => {
  expect(warmUpOwner({ kind: 'standard' })).toBe('ours');
  expect(warmUpOwner({ kind: 'standard', warmUp: 'ses' })).toBe('ses');
  expect(warmUpOwner({ kind: 'managed' })).toBe('ses');
  expect(warmUpOwner({ kind: 'shared' })).toBe('ses');
});

/** A marketing stream beside a transactional one, and pools of every kind. */
const mixed = (news: object, over: object = {}) => ({
  sendingDomains: [{ domain: 'example.com' }],
  streams: {
    receipts: { lane: 'transactional', pools: ['leased'], ...over },
    news: { pools: ['spare'], ...news },
  },
  pools: {
    shared: { kind: 'shared' },
    leased: { kind: 'standard' },
    spare: { kind: 'standard' },
    old: { kind: 'standard', retiring: true },
  },
});

test.each<[string, object, string]>([
  [
    'a failover pool that is not there',
    mixed({ failover: ['gone'] }),
    'streams.news.failover: got gone; allowed: shared, leased, spare, old',
  ],
  [
    'a failover pool that is its own already',
    mixed({ failover: ['spare'] }),
    'streams.news.failover: got spare, which is among its pools',
  ],
  [
    'a failover pool that retires',
    mixed({ failover: ['old'] }),
    'streams.news.failover: got old, which is retiring',
  ],
  [
    'the same failover pool twice',
    mixed({ failover: ['shared', 'shared'] }),
    'streams.news.failover: got shared twice',
  ],
  [
    'marketing that would spill into a transactional pool',
    mixed({ failover: ['leased'] }),
    'streams.news.failover: got leased, which carries transactional mail',
  ],
  [
    'marketing that would spill at all',
    mixed({ failover: ['shared'], whenNothingIsWarm: 'spill' }),
    'streams.news.whenNothingIsWarm: got spill in the marketing lane',
  ],
  [
    'a spill with nowhere to go',
    mixed({}, { whenNothingIsWarm: 'spill' }),
    'streams.receipts.whenNothingIsWarm: got spill without a shared pool',
  ],
  [
    'a rescue of what is not stored',
    mixed({}, { rescue: true }),
    'streams.receipts.rescue: got true without storeRequests',
  ],
  [
    'a warm-up that SES decides itself',
    { ...good, pools: { shared: { kind: 'shared', warmUp: 'ours' } } },
    'pools.shared.warmUp: got ours for a shared pool; allowed: ses',
  ],
  [
    'a pool by the name of the quarantine',
    { ...good, pools: { ...good.pools, quarantine: { kind: 'standard' } } },
    'pools.quarantine: got a pool of this name',
  ],
  [
    'a change window that spans midnight',
    { ...good, reputation: { changeWindows: [{ from: '22:00', to: '02:00' }] } },
    'reputation.changeWindows.0: got 22:00 to 02:00',
  ],
  [
    'a kind of action that there is not',
    { ...good, reputation: { autonomy: { fly: 'act' } } },
    'reputation.autonomy: got the unknown field fly; allowed: hold-tenant, hold-pair, slow',
  ],
])('%s is refused, and the answer says what to do', (_, input, problem) => {
  expect(() => checkConfig(input)).toThrow(problem);
});

test('a failover list, a spill and a rescue that fit together are accepted', () => {
  const over = {
    failover: ['shared'],
    whenNothingIsWarm: 'spill',
    rescue: true,
    storeRequests: true,
  };
  expect(checkConfig(mixed({ failover: ['shared'] }, over)).streams['receipts']).toMatchObject(
    over,
  );
});
