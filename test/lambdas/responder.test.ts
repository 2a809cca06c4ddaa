/**
 * Goal: who is woken reads what it is, once. Method: the responder's work over tables in memory, with alarms
 * and people as plain values.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import type { AlarmStanding } from '../../adapters/cloudwatch.ts';
import { putDecision, readDecisions } from '../../adapters/decision-log.ts';
import {
  changeBoard,
  putIncident,
  readBoard,
  readIncident,
  readIncidents,
} from '../../adapters/incident-store.ts';
import type { PeopleNotice } from '../../adapters/people-notice.ts';
import { type AlarmKind, alarmKinds } from '../../contract/alarm-kinds.ts';
import { alarmKindNames } from '../../contract/alarm-names.ts';
import { testReason } from '../../contract/incident.ts';
import type { OrderItem } from '../../contract/rotation-items.ts';
import { quietMs, settleMs } from '../../domain/incidents/settle.ts';
import { claimMs } from '../../domain/incidents/tell.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { type EpochMs, epochMs, hourMs, minuteMs, secondMs } from '../../domain/time.ts';
import type { ResponderPorts } from '../../lambdas/responder/ports.ts';
import { type Heard, readEvent } from '../../lambdas/responder/read-event.ts';
import { respond } from '../../lambdas/responder/respond.ts';
import { dynamoOfFile, type Tables } from '../support/dynamo.ts';
import { at } from '../support/incidents.ts';

const dynamo = await dynamoOfFile();
const client = dynamo.connectDirectly();

/** A deployment whose alarms a test sets, and whose people are a list. */
function createWorld(tables: Tables) {
  const { evidence } = tables;
  const [told, asked, lines]: [PeopleNotice[], string[], string[]] = [[], [], []];
  const state: { now: EpochMs; alarms: AlarmStanding[]; surveys: number; deaf: number } = {
    ...{ now: at(0), alarms: [], surveys: 0, deaf: 0 },
  };
  const ports: ResponderPorts = {
    clock: () => state.now,
    deployment: 'acme',
    log: (code) => lines.push(code),
    readRinging: async () => {
      state.surveys += 1;
      return state.alarms;
    },
    readBoard: () => readBoard(evidence),
    changeBoard: (change) => changeBoard(evidence, change),
    putIncident: (incident) => putIncident(evidence, incident),
    readDecisions: (since, now) => readDecisions(evidence, since, now),
    readSwitches: async () => new Map(),
    readAutomation: async () => undefined,
    readOrders: async () => [],
    readPoolStandings: async () => [],
    readAllowances: async () => [],
    askRotation: async (what) => {
      asked.push(what);
    },
    tellPeople: async (notice) => {
      if (state.deaf > 0) {
        state.deaf -= 1;
        throw new Error('SNS takes nothing');
      }
      told.push(notice);
      return `notice-${told.length}`;
    },
  };
  return {
    tables,
    ...{ told, asked, lines, state },
    /** Sets a metric alarm and its composite, as CloudWatch shows them. */
    ring: (kind: AlarmKind, about: string, reason = 'Threshold Crossed') => {
      const common = { state: 'alarm', since: state.now } as const;
      const description = `[page] The ${about} part is in trouble.`;
      state.alarms.push(
        { ...common, name: `acme-${kind}`, kind: 'composite', reason: 'a child rings' },
        { ...common, name: `acme-${kind}.${about}`, kind: 'metric', reason, description },
      );
    },
    /** Hears that a kind rings or is silent. */
    hear: (kind: AlarmKind, value: 'ALARM' | 'OK', over: Partial<ResponderPorts> = {}) => {
      if (value === 'OK') state.alarms = state.alarms.filter(({ name }) => !name.includes(kind));
      const heard = readEvent('acme', changeOf(`acme-${kind}`, value, state.now));
      return respond(heard, { ...ports, ...over });
    },
    respond: (heard: Heard) => respond(heard, ports),
    tick: (over: Partial<ResponderPorts> = {}) => {
      const event = { 'detail-type': 'Scheduled Event', time: new Date(state.now).toISOString() };
      return respond(readEvent('acme', event), { ...ports, ...over });
    },
    later: (ms: number) => {
      state.now = epochMs(state.now + ms);
    },
    subjects: () => told.map(({ subject }) => subject),
  };
}

/** AWS writes the offset without a colon. */
function changeOf(alarmName: string, value: string, now: number, previous = ''): object {
  return {
    'detail-type': 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    detail: {
      alarmName,
      state: { value, reason: 'x', timestamp: new Date(now).toISOString().replace('Z', '+0000') },
      previousState: { value: previous },
    },
  };
}

const quarantine: Decision = {
  id: 'd1',
  at: at(-5 * minuteMs),
  autonomy: 'act',
  done: true,
  actions: [
    {
      kind: 'quarantine',
      pool: 'leased',
      provider: 'microsoft',
      standing: { state: 'quarantined', since: at(-5 * minuteMs) },
    },
  ],
  evidence: ['since 14:10 UTC: 9 of 31 mails to microsoft blocked'],
  counterEvidence: [],
  undo: 'goodstanding decisions undo d1',
};

let world: ReturnType<typeof createWorld>;

beforeEach(async () => {
  world = createWorld(await dynamo.createTables(client));
});

describe('an alarm that rings', () => {
  test('is told once, with what rings, what was done and what to do', async () => {
    world.ring('ses-stopped', 'account', 'Threshold Crossed: 1 datapoint');
    await world.hear('ses-stopped', 'ALARM', {
      readSwitches: async () =>
        new Map([
          ['marketing', { on: false, since: at(0), trips: 1, reason: 'sending-paused' as const }],
        ]),
    });
    const [notice, ...more] = world.told;
    expect(more).toEqual([]);
    expect(notice?.subject).toBe('Goodstanding page: SES takes no mail');
    for (const words of [
      'SES takes no mail of the stream marketing since 14:20 UTC (sending-paused',
      'Mail waits in its queues',
      'ses-stopped.account: Threshold Crossed: 1 datapoint',
      'npx goodstanding status',
      'docs/runbook.md#ses-stopped',
      'alarms ack 2026-11-21-142000-ses-stopped',
    ])
      expect(notice?.text).toContain(words);
    expect(notice?.chat).toMatchObject({ thread: '2026-11-21-142000-ses-stopped' });
    expect(world.asked).toEqual(['ses-stopped: alarm']);
  });

  test('says once why several streams stand still, not once for each and again for its alarm', async () => {
    const off = { on: false, since: at(0), trips: 1, reason: 'sending-paused' as const };
    for (const stream of ['marketing', 'receipts']) world.ring('ses-stopped', stream);
    await world.hear('ses-stopped', 'ALARM', {
      readSwitches: async () =>
        new Map([
          ['receipts', off],
          ['marketing', off],
        ]),
    });
    const said = world.told[0]?.text ?? '';
    expect(said).toContain('no mail of the streams marketing, receipts since 14:20 UTC');
    expect(said.match(/sending-paused/g)).toHaveLength(1);
    expect(said).not.toContain('The marketing part is in trouble');
  });

  test('is told once although its event comes three times at once', async () => {
    world.ring('ses-stopped', 'account');
    await Promise.all([1, 2, 3].map(() => world.hear('ses-stopped', 'ALARM')));
    expect(world.told).toHaveLength(1);
  });

  test('is told once each, and noted, when all kinds ring at once', async () => {
    const kinds = alarmKindNames.filter((kind) => alarmKinds[kind].causedBy.length === 0);
    for (const kind of kinds) world.ring(kind, 'part');
    await Promise.all(kinds.map((kind) => world.hear(kind, 'ALARM')));
    expect(world.told).toHaveLength(kinds.length - 1); // The responder's own trouble tells itself.
    const { board } = await readBoard(world.tables.evidence);
    expect(board.incidents.flatMap(({ tellings }) => tellings)).toHaveLength(kinds.length);
    for (const { tellings } of board.incidents) expect(tellings[0]?.toldAt).toBe(at(0));
  });

  test('makes one incident record, which is closed when it is over', async () => {
    world.ring('ses-stopped', 'account');
    await world.hear('ses-stopped', 'ALARM');
    world.later(5 * minuteMs);
    await world.hear('ses-stopped', 'OK');
    world.later(quietMs);
    await world.tick();
    const found = await readIncidents(world.tables.evidence, at(0), world.state.now);
    expect(found).toMatchObject([
      {
        kind: 'ses-stopped',
        status: 'closed',
        closedAt: at(5 * minuteMs),
        tellings: [
          { why: 'opened', notice: 'notice-1' },
          { why: 'over', notice: 'notice-2' },
        ],
      },
    ]);
    expect(world.subjects()).toEqual([
      'Goodstanding page: SES takes no mail',
      'Goodstanding page: over: SES takes no mail',
    ]);
    expect((await readBoard(world.tables.evidence)).board.incidents).toEqual([]);
  });

  test('about room names the pool and the provider that have none left', async () => {
    world.ring('no-warm-capacity', 'mail.waits');
    const day = { dayCap: 50, dayLeft: 0, daySent: 50, dayResetsAt: world.state.now + hourMs };
    const hour = { cap: 5, left: 3, sent: 2, resetsAt: world.state.now + hourMs };
    const item = { pk: 'allowance', sk: 'north#gmail', periodMs: hourMs, pool: 'north' };
    const readAllowances = async () => [
      { ...item, ...hour, ...day, provider: 'gmail' },
      { ...item, ...hour, provider: 'yahoo' },
    ];
    await world.hear('no-warm-capacity', 'ALARM', { readAllowances });
    world.state.now = epochMs(world.state.now + settleMs);
    await world.tick({ readAllowances });
    expect(world.told[0]?.text).toContain(
      'Pool north has sent all that it may to gmail, 50, until',
    );
    expect(world.told[0]?.text).not.toContain('yahoo');
  });

  test('is told by its own words where nothing else can be read', async () => {
    world.ring('pool-quarantined', 'pools');
    await world.hear('pool-quarantined', 'ALARM', {
      readPoolStandings: () => Promise.reject(new Error('the table is gone')),
    });
    expect(world.told[0]?.text).toContain('What happened: The pools part is in trouble.');
    expect(world.lines).toContain('responder.facts-unreadable');
  });

  test('is told although CloudWatch does not say how alarms stand', async () => {
    const readRinging = () => Promise.reject(new Error('throttled'));
    await world.hear('ses-stopped', 'ALARM', { readRinging });
    expect(world.told[0]?.text).toContain('What happened: SES has paused or suspended sending');
    expect(world.lines).toContain('responder.alarms-unreadable');
  });

  test('is told a little later when people cannot be reached at once', async () => {
    world.ring('ses-stopped', 'account');
    world.state.deaf = 1;
    await expect(world.hear('ses-stopped', 'ALARM')).rejects.toThrow('SNS takes nothing');
    await world.hear('ses-stopped', 'ALARM');
    expect(world.told).toEqual([]);
    world.later(claimMs);
    await world.tick();
    await world.tick();
    expect(world.told).toHaveLength(1);
  });

  test('is told although the reputation loop cannot be asked', async () => {
    world.ring('ses-stopped', 'account');
    const failing = { askRotation: () => Promise.reject(new Error('no queue')) };
    await expect(world.hear('ses-stopped', 'ALARM', failing)).rejects.toThrow('no queue');
    expect(world.told).toHaveLength(1);
  });

  test('is found without its event when alarms are asked how they stand', async () => {
    world.ring('ses-stopped', 'account');
    world.later(10 * minuteMs);
    await world.tick();
    expect(world.told).toHaveLength(1);
  });
});

test('the alarm about the responder itself has told people by then, and is told no second time', async () => {
  world.ring('responder-down', 'errors');
  await world.hear('responder-down', 'ALARM');
  expect(world.told).toEqual([]);
  const { board } = await readBoard(world.tables.evidence);
  expect(board.incidents).toMatchObject([{ tellings: [{ notice: 'the alarm itself' }] }]);
});

describe('a consequence', () => {
  test('waits for its cause, and is told when nothing explains it', async () => {
    world.ring('mail-late', 'marketing');
    await world.hear('mail-late', 'ALARM');
    expect(world.told).toEqual([]);
    world.later(settleMs);
    await world.tick();
    expect(world.subjects()).toEqual(['Goodstanding page: Mail leaves too slowly']);
  });

  test('is attached to the cause that rang at the same moment', async () => {
    world.ring('mail-late', 'marketing');
    world.ring('ses-stopped', 'account');
    await Promise.all([world.hear('mail-late', 'ALARM'), world.hear('ses-stopped', 'ALARM')]);
    world.later(2 * settleMs);
    await world.tick();
    expect(world.subjects()).toEqual(['Goodstanding page: SES takes no mail']);
    const { board } = await readBoard(world.tables.evidence);
    expect(board.incidents.map(({ parts }) => parts.map(({ kind }) => kind))).toEqual([
      ['ses-stopped', 'mail-late'],
    ]);
  });
});

describe('what the reputation loop has told people itself', () => {
  test('is written down and not told again', async () => {
    await putDecision(world.tables.evidence, quarantine);
    world.ring('pool-quarantined', 'pools');
    await world.hear('pool-quarantined', 'ALARM');
    expect(world.told).toEqual([]);
    const id = '2026-11-21-142000-pool-quarantined';
    expect(await readIncident(world.tables.evidence, id)).toMatchObject({
      status: 'open',
      tellings: [{ why: 'opened', byDecision: 'd1' }],
      findings: {
        decisions: ['d1'],
        did: ['pool leased takes no mail to microsoft'],
        undo: ['npx goodstanding decisions undo d1'],
      },
    });
  });

  test.each([
    ['it only observed', { done: false, autonomy: 'observe' as const }],
    ['it was long ago', { at: at(-60 * minuteMs) }],
  ])('is told by the alarm where %s', async (_why, over) => {
    await putDecision(world.tables.evidence, { ...quarantine, ...over });
    world.ring('pool-quarantined', 'pools');
    await world.hear('pool-quarantined', 'ALARM');
    expect(world.told).toHaveLength(1);
  });

  test('is told by the alarm where a brake called nobody', async () => {
    const { undo: _, ...rest } = quarantine;
    const braked: Decision = { ...rest, done: false, actions: [], brake: 'nothing-warm' };
    await putDecision(world.tables.evidence, braked);
    world.ring('no-warm-capacity', 'marketing');
    await world.hear('no-warm-capacity', 'ALARM');
    world.later(settleMs);
    await world.tick();
    expect(world.told).toHaveLength(1);
  });
});

describe('a test of an alarm', () => {
  const announce = async (kind: AlarmKind) => {
    const test = {
      kind,
      by: 'ana',
      since: world.state.now,
      until: epochMs(world.state.now + 5 * minuteMs),
    };
    await changeBoard(world.tables.evidence, (board) => ({ ...board, tests: [test] }));
  };

  test('arrives as a test, at once, and asks the loop for nothing', async () => {
    await announce('mail-late');
    world.later(secondMs);
    world.ring('mail-late', 'marketing', testReason('ana'));
    await world.hear('mail-late', 'ALARM');
    expect(world.subjects()).toEqual(['[test] Goodstanding page: Mail leaves too slowly']);
    expect(world.told[0]?.text).toContain('This is a test by ana. Nothing is wrong.');
    expect(world.asked).toEqual([]);
  });

  test('arrives once although CloudWatch says again that it rings', async () => {
    await announce('mail-late');
    world.ring('mail-late', 'marketing', testReason('ana'));
    await world.hear('mail-late', 'ALARM');
    world.later(secondMs);
    await world.hear('mail-late', 'ALARM');
    expect(world.told).toHaveLength(1);
  });

  test('is none when the same kind rings by itself', async () => {
    await announce('ses-stopped');
    world.later(secondMs);
    world.ring('ses-stopped', 'account', testReason('ana'));
    world.ring('ses-stopped', 'marketing');
    await world.hear('ses-stopped', 'ALARM');
    expect(world.subjects()).toEqual(['Goodstanding page: SES takes no mail']);
  });
});

describe('what comes from outside', () => {
  test('is neither an address nor a line break in what people read', async () => {
    world.ring('ses-stopped', 'account', 'mail of\nada@example.com\u0007 waits');
    await world.hear('ses-stopped', 'ALARM');
    const { text = '' } = world.told[0] ?? {};
    expect(text).toContain('mail of …@example.com waits');
  });

  test('is refused where it is no event of ours', async () => {
    expect(() => readEvent('acme', { 'detail-type': 'Other' })).toThrow();
    const suppressed = changeOf('acme-mail-late', 'OK', world.state.now, 'OK');
    expect(readEvent('acme', suppressed).news).toEqual([]);
    for (const name of ['other-mail-late', 'acme-unknown', 'acme-mail-late.marketing'])
      expect(readEvent('acme', changeOf(name, 'ALARM', world.state.now)).news).toEqual([]);
    const unknown = changeOf('acme-mail-late', 'INSUFFICIENT_DATA', world.state.now);
    expect(readEvent('acme', unknown).news).toEqual([]);
  });
});

test('while all is silent a tick asks CloudWatch every ten minutes and writes nothing', async () => {
  const changeBoard: ResponderPorts['changeBoard'] = async (change) => {
    const { board } = await readBoard(world.tables.evidence);
    expect(await change(board)).toBe(board);
    return board;
  };
  for (let minute = 0; minute < 20; minute += 1) {
    await world.tick({ changeBoard });
    world.later(minuteMs);
  }
  expect(world.state.surveys).toBe(2);
});

describe('while an incident is open', () => {
  test('another alarm of its kind is told, although somebody has the incident in hand', async () => {
    world.ring('mail-parked', 'reason.ambiguous');
    await world.hear('mail-parked', 'ALARM');
    world.later(settleMs);
    await world.tick();
    await changeBoard(world.tables.evidence, (board) => ({
      ...board,
      incidents: board.incidents.map((one) => ({
        ...one,
        acked: { at: world.state.now, by: 'ana', why: 'I look' },
      })),
    }));
    world.later(60 * minuteMs);
    world.ring('mail-parked', 'reason.access-denied');
    await world.tick();
    world.later(minuteMs);
    await world.tick();
    expect(world.subjects()).toEqual([
      'Goodstanding page: Mail is parked',
      'Goodstanding page: more: Mail is parked',
    ]);
    expect(world.told[1]?.text).toContain('The reason.access-denied part is in trouble.');
  });

  test('a tick that comes late counts as now, so that nobody says a word that another has just claimed', async () => {
    world.ring('mail-late', 'marketing');
    await world.hear('mail-late', 'ALARM');
    world.later(settleMs);
    const lateTick = readEvent('acme', {
      'detail-type': 'Scheduled Event',
      time: new Date(world.state.now - settleMs).toISOString(),
    });
    await world.respond(lateTick);
    const { board } = await readBoard(world.tables.evidence);
    expect(board.incidents).toMatchObject([{ tellings: [{ claimedAt: world.state.now }] }]);
  });

  test('thousands of held tenants do not make the board too large to be written', async () => {
    const orders = Array.from({ length: 5_000 }, (_, index) => holdOf(`tenant-${index}`));
    world.ring('tenant-held', 'tenants');
    await world.hear('tenant-held', 'ALARM', { readOrders: async () => orders });
    const { board } = await readBoard(world.tables.evidence);
    expect(JSON.stringify(board).length).toBeLessThan(10_000);
    expect(world.told).toHaveLength(1);
  });
});

function holdOf(tenant: string): OrderItem {
  return {
    ...{ pk: 'stream#marketing', sk: `order#${tenant}`, id: `${tenant}.1`, kind: 'hold' },
    ...{ region: { tenant }, share: 0, since: at(0), until: at(60 * minuteMs), decision: 'd1' },
  };
}
