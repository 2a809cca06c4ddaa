/** What a run of the account function carries over, and what it switches; AWS is plain values. */
import { describe, expect, test } from 'vitest';
import type { MappingState } from '../../adapters/event-source.ts';
import type { SesAccount } from '../../adapters/ses-account.ts';
import type { KnownSwitch } from '../../adapters/switch-store.ts';
import { neverSwitched, type SwitchHint } from '../../domain/sending-switch.ts';
import { dayMs, epochMs, hourMs, minuteMs } from '../../domain/time.ts';
import { type AccountPorts, createWatch } from '../../lambdas/account/account.ts';

const production: SesAccount = {
  sendRatePerSecond: 14,
  dailyQuota: 50_000,
  sentLast24Hours: 12_500,
  sendingEnabled: true,
  shutDown: false,
  productionAccess: true,
  inReview: false,
};
const paused = { sendingEnabled: false };

/** A deployment with two streams, of which the first has two queues. */
function createWorld() {
  const mappings = new Map<string, MappingState>([
    ['t1', 'enabled'],
    ['t2', 'enabled'],
    ['m1', 'enabled'],
  ]);
  const states = new Map<string, Omit<KnownSwitch, 'hint'>>();
  const hints = new Map<string, SwitchHint>();
  const lines: { readonly code: string; readonly stream?: unknown; readonly message?: unknown }[] =
    [];
  const measured: Parameters<AccountPorts['measure']>[0][] = [];
  const rates: number[] = [];
  const world = { now: 1_800_000_000_000, account: production };
  const ports: AccountPorts = {
    clock: () => epochMs(world.now),
    streams: {
      transactional: { mappings: ['t1', 't2'], environments: 2, recipients: 10 },
      marketing: { mappings: ['m1'], environments: 2, recipients: 50 },
    },
    readAccount: async () => world.account,
    writeSendRate: async (rate) => {
      rates.push(rate);
    },
    readSwitches: async () =>
      new Map(
        ['transactional', 'marketing'].map((stream) => {
          const hint = hints.get(stream);
          const known = states.get(stream) ?? { state: neverSwitched, ours: [] };
          return [stream, { ...known, ...(hint ? { hint } : {}) }];
        }),
      ),
    writeSwitch: async (stream, { state, ours, version }) => {
      if (states.get(stream)?.version !== version) return undefined;
      const next = (version ?? 0) + 1;
      states.set(stream, { state, ours, version: next });
      return next;
    },
    readMapping: async (uuid) => mappings.get(uuid) ?? 'gone',
    setMapping: async (uuid, state) => {
      if (mappings.has(uuid)) mappings.set(uuid, state);
      return true;
    },
    log: (code, fields) => lines.push({ code, ...fields }),
    measure: (told) => measured.push(told),
  };
  /** One run a minute, with the account as given and some ports replaced. */
  const run = async (account: Partial<SesAccount> = {}, over: Partial<AccountPorts> = {}) => {
    world.now += minuteMs;
    world.account = { ...production, ...account };
    await createWatch({ ...ports, ...over })();
  };
  return { world, mappings, states, hints, lines, measured, rates, ports, run };
}

const on = (world: ReturnType<typeof createWorld>) =>
  [...world.mappings].flatMap(([uuid, state]) => (state === 'enabled' ? [uuid] : []));

describe('what SES says', () => {
  test.each<[string, Partial<SesAccount>, object]>([
    ['rate, quota and standing are passed on', {}, { quotaUsedPercent: 25, sendingEnabled: 1 }],
    ['no quota is never used up', { dailyQuota: -1 }, { quotaUsedPercent: 0, sendingEnabled: 1 }],
    ['a pause shows', paused, { quotaUsedPercent: 25, sendingEnabled: 0 }],
    ['so does a review', { inReview: true }, { sendingEnabled: 1, inReview: 1 }],
    ['so does a shutdown', { shutDown: true }, { quotaUsedPercent: 25, sendingEnabled: 0 }],
  ])('%s', async (_, account, expected) => {
    const world = createWorld();
    await world.run(account);
    expect(world.rates).toEqual([14]);
    expect(world.measured).toMatchObject([expected]);
  });

  test('when it does not answer nothing is written or switched, and the run fails', async () => {
    const world = createWorld();
    const readAccount = () => Promise.reject(new Error('SES is away'));
    await expect(world.run({}, { readAccount })).rejects.toThrow('SES is away');
    expect(world.rates).toEqual([]);
    expect(world.measured).toEqual([]);
  });

  test('without a rate fails the run, unless the account is closed anyway', async () => {
    const world = createWorld();
    const readAccount = (closed: object) => async () => {
      const { sendRatePerSecond: _, ...rest } = production;
      return { ...rest, ...closed };
    };
    await expect(world.run({}, { readAccount: readAccount({}) })).rejects.toThrow('no send rate');
    await world.run({}, { readAccount: readAccount({ shutDown: true }) });
    expect(world.rates).toEqual([]);
    expect(on(world)).toEqual([]);
  });

  test('a rate that needs more environments than are deployed is told once, with what to set', async () => {
    const world = createWorld();
    world.world.account = { ...production, sendRatePerSecond: 500 };
    const watch = createWatch(world.ports);
    await watch();
    await watch();
    const told = world.lines.filter(({ code }) => code === 'account.rate-unused');
    expect(told).toHaveLength(1);
    expect(told[0]?.message).toMatch(
      /initialSendRatePerSecond to 500 .* set it to 10, then deploy/,
    );
    await world.run();
    expect(world.lines.filter(({ code }) => code === 'account.rate-unused')).toHaveLength(1);
  });
});

describe('while SES takes nothing', () => {
  test('every queue of every stream is off, and on again when it takes mail', async () => {
    const world = createWorld();
    await world.run(paused);
    expect(on(world)).toEqual([]);
    expect(world.measured.at(-1)?.switchedOff).toEqual(['transactional', 'marketing']);
    await world.run();
    expect(on(world)).toEqual(['t1', 't2', 'm1']);
    expect(world.measured.at(-1)?.switchedOff).toEqual([]);
    expect(world.lines.map(({ code, stream }) => `${code} ${stream}`)).toEqual([
      'switch.off transactional',
      'switch.off marketing',
      'switch.on transactional',
      'switch.on marketing',
    ]);
  });

  test('what an operator switched off by hand stays off', async () => {
    const world = createWorld();
    world.mappings.set('t2', 'disabled');
    await world.run(paused);
    await world.run(paused);
    await world.run();
    await world.run();
    expect(on(world)).toEqual(['t1', 'm1']);
  });

  test('what a deploy switches on or adds meanwhile goes off, and comes back with the others', async () => {
    const world = createWorld();
    world.mappings.delete('t2');
    await world.run(paused);
    world.mappings.set('t1', 'enabled');
    world.mappings.set('t2', 'enabled');
    await world.run(paused);
    expect(on(world)).toEqual([]);
    await world.run();
    expect(on(world).sort()).toEqual(['m1', 't1', 't2']);
  });

  test('a mapping that a deploy removed is nobody’s concern', async () => {
    const world = createWorld();
    await world.run(paused);
    world.mappings.delete('t2');
    await world.run();
    expect(on(world)).toEqual(['t1', 'm1']);
  });

  test('a hint for one stream switches that one off alone', async () => {
    const world = createWorld();
    world.hints.set('marketing', {
      reason: 'sending-paused',
      seenAt: epochMs(world.world.now + minuteMs - 1),
    });
    await world.run();
    expect(on(world)).toEqual(['t1', 't2']);
    await world.run();
    expect(on(world)).toEqual(['t1', 't2', 'm1']);
  });
});

describe('what SES takes no mail for longer than a day', () => {
  test('is drained for an hour, is told as off all the while, and goes on when SES takes mail', async () => {
    const world = createWorld();
    world.mappings.set('m1', 'disabled');
    await world.run(paused);
    world.world.now += dayMs;
    await world.run(paused);
    expect(on(world)).toEqual(['t1', 't2']);
    expect(world.measured.at(-1)?.switchedOff).toEqual(['transactional', 'marketing']);
    expect(world.lines.at(-1)).toMatchObject({
      code: 'switch.drain',
      reason: 'sending-paused',
      drainUntil: expect.any(String),
    });
    world.world.now += hourMs;
    await world.run(paused);
    expect(on(world)).toEqual([]);
    world.world.now += dayMs;
    await world.run(paused);
    await world.run();
    expect(on(world)).toEqual(['t1', 't2']);
    expect(world.measured.at(-1)?.switchedOff).toEqual([]);
  });
});

describe('a run that breaks off', () => {
  const died = () => Promise.reject(new Error('died'));

  test('before anything is off has written down what it meant to do; the next one does it', async () => {
    const world = createWorld();
    await expect(world.run(paused, { setMapping: died })).rejects.toThrow('died');
    expect(on(world)).toEqual(['t1', 't2', 'm1']);
    await world.run(paused);
    expect(on(world)).toEqual([]);
    await world.run();
    expect(on(world)).toEqual(['t1', 't2', 'm1']);
  });

  test('before it wrote that all is on again is repeated', async () => {
    const world = createWorld();
    await world.run(paused);
    await expect(world.run({}, { writeSwitch: died })).rejects.toThrow('died');
    await world.run();
    expect(on(world)).toEqual(['t1', 't2', 'm1']);
    expect(world.states.get('transactional')).toMatchObject({ state: { on: true }, ours: [] });
  });

  test('in one stream does not keep the other from being switched', async () => {
    const world = createWorld();
    const readMapping = (uuid: string) => (uuid === 't1' ? died() : world.ports.readMapping(uuid));
    await expect(world.run(paused, { readMapping })).rejects.toThrow('died');
    expect(on(world)).toEqual(['t1', 't2']);
    expect(world.rates).toEqual([14]);
  });

  test('because Lambda is busy stays off in our memory and tries again', async () => {
    const world = createWorld();
    await world.run(paused);
    await world.run({}, { setMapping: async () => false });
    expect(world.measured.at(-1)?.switchedOff).toEqual(['transactional', 'marketing']);
    await world.run();
    expect(on(world)).toEqual(['t1', 't2', 'm1']);
  });

  test.each(['readMapping', 'writeSwitch', 'setMapping'] as const)(
    'or two at once, the second switching on within the first’s %s, leave nothing off for good',
    async (call) => {
      const world = createWorld();
      await world.run(paused);
      // A deploy has switched one on, so that the first run has something to switch off again.
      world.mappings.set('t1', 'enabled');
      for (const when of ['before', 'after']) {
        let met = false;
        const meet = async <T>(work: () => Promise<T>): Promise<T> => {
          const second = async () => {
            if (met) return;
            met = true;
            await world.run();
          };
          if (when === 'before') await second();
          const answer = await work();
          if (when === 'after') await second();
          return answer;
        };
        const real = world.ports;
        await world.run(paused, {
          readMapping: (uuid) =>
            call === 'readMapping' ? meet(() => real.readMapping(uuid)) : real.readMapping(uuid),
          writeSwitch: (stream, known) =>
            call === 'writeSwitch'
              ? meet(() => real.writeSwitch(stream, known))
              : real.writeSwitch(stream, known),
          setMapping: (uuid, state) =>
            call === 'setMapping'
              ? meet(() => real.setMapping(uuid, state))
              : real.setMapping(uuid, state),
        });
        expect(met).toBe(true);
        // The next run of a healthy account finds, or brings, everything on.
        await world.run();
        expect(on(world)).toEqual(['t1', 't2', 'm1']);
        await world.run(paused);
        world.mappings.set('t1', 'enabled');
      }
    },
  );

  test('or comes second leaves the switch to the one that wrote first', async () => {
    const world = createWorld();
    await world.run(paused, { writeSwitch: async () => undefined });
    expect(on(world)).toEqual(['t1', 't2', 'm1']);
  });
});

test('a stream that is off for a spent quota alone is no pause of SES: the quota says so itself', async () => {
  const world = createWorld();
  await world.run({ sentLast24Hours: 50_000 });
  expect(on(world)).toEqual([]);
  expect(world.measured.at(-1)).toMatchObject({ quotaUsedPercent: 100, switchedOff: [] });
});

test('canaries leave with a run, and one that fails does not fail it', async () => {
  const world = createWorld();
  const failures: unknown[] = [];
  const canaries = {
    plan: { from: 'canary@example.com', streams: { marketing: ['a'] } },
    lastLeaseAt: async () => epochMs(world.world.now),
    send: () => Promise.reject(new Error('SES is away')),
    failure: (error: unknown) => failures.push(error),
  };
  const watch = createWatch({ ...world.ports, canaries });
  for (let minute = 0; minute < 20; minute += 1) {
    world.world.now += minuteMs;
    await watch();
  }
  expect(failures.length).toBeGreaterThan(0);
  expect(world.rates).toHaveLength(20);
});
