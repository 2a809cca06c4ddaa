/** Faults of mail on its way to SES, and of SES itself. */
import * as z from 'zod';
import { type Feeding, feedFunction, isFed } from '../../adapters/induced-faults.ts';
import { waitedAttribute, writeWaited } from '../../contract/waiting-mail.ts';
import { epochMs, minuteMs } from '../../domain/time.ts';
import { otherDomain, tenants } from './alarm-config.ts';
import { type Mail, type Stage, waitForLog, waitUntil } from './alarm-stage.ts';
import type { AlarmFault } from './alarm-trial.ts';

const tenant = tenants[0];

/** Mail that was due so long ago: later than the alarm allows. */
const lateMs = 20 * minuteMs;

/** So much arrives at once and again and again, so that some of it waits, and never none leaves. */
const lateMails = 20;
const slowPerSecond = 40;

/** So many that a few of other faults, which come late, do not spend the rest of the quota. */
const mailsOfQuota = 100;

/** Of the quota that is spent when the alarm must ring. */
const spentShare = 0.9;

const mailParked: AlarmFault = {
  name: 'the identity of a From domain is not verified any more',
  kind: 'mail-parked',
  by: 'the identity loses its verification, and mail leaves from it',
  induce: async (stage) => {
    await verify(stage, false);
    const line = stage.logs.length;
    await sendUnverified(stage);
    await waitForLog(stage, /"Parked":1/, line);
  },
  // Who looks at parked mail hides it for a moment, which is minutes for the alarm.
  goOn: sendUnverified,
  names: ['identity-unverified', 'the From identity is not verified in SES'],
  shows: ['identity-unverified'],
  heal: async (stage) => {
    await verify(stage, true);
    const words = ['dlq', 'redrive', '--reason', 'identity-unverified', '--yes'];
    await stage.command([...words, '--why', 'DNS records added']);
  },
};

const mailLate: AlarmFault = {
  name: 'mail comes out of its queue long after it was due',
  kind: 'mail-late',
  by: 'more arrives than SES takes in a second, and an attribute says that it was due 20 minutes ago: the runtime’s queues keep real time',
  induce: async (stage) => {
    await setAccount(stage, { maxSendRate: slowPerSecond });
    await lookAtAccount(stage);
    const line = stage.logs.length;
    await sendLate(stage);
    await waitForLog(stage, /"DueAgeInSeconds":\d{4}/, line);
  },
  goOn: sendLate,
  names: ['transactional', '900 s'],
  shows: [/intake +transactional +([1-9]\d* +\d+|0 +[1-9])/],
  heal: async (stage) => {
    await setAccount(stage, { maxSendRate: 500 });
    await lookAtAccount(stage);
  },
};

const mailStuck: AlarmFault = {
  name: 'the dispatch function of a stream is not fed any more',
  kind: 'mail-stuck',
  by: 'the event source mapping of the marketing stream is switched off, and mail arrives',
  induce: async (stage) => {
    await feed(stage, 'marketing', 'Disabled');
    await stage.send([mailOf('stuck', 'marketing')]);
  },
  names: ['marketing'],
  shows: [/intake +marketing +1 /],
  heal: (stage) => feed(stage, 'marketing', 'Enabled'),
};

const quotaNearlySpent: AlarmFault = {
  name: 'the quota of 24 hours is nearly spent',
  kind: 'ses-quota',
  by: 'AWS lowers the quota until nine tenths of it are used',
  prepare: async (stage) => {
    const requests = ['quota-1', 'quota-2'].map((id) => ({
      ...{ id, tenant },
      to: Array.from({ length: mailsOfQuota / 2 }, (_, index) => `${id}-${index}@reader.example`),
    }));
    await stage.send(requests);
    await waitUntil('mail left', async () => (await sentToday(stage)) >= mailsOfQuota);
  },
  induce: async (stage) => {
    const max24HourSend = Math.ceil((await sentToday(stage)) / spentShare);
    await setAccount(stage, { max24HourSend });
    await lookAtAccount(stage);
  },
  goOn: lookAtAccount,
  names: ["80 % of SES's quota for 24 hours is used"],
  shows: [/in 24 h \([89]\d(\.\d)? %\)/],
  heal: async (stage) => {
    await setAccount(stage, { max24HourSend: 5_000_000 });
    await lookAtAccount(stage);
  },
};

const accountInReview: AlarmFault = {
  name: 'AWS puts the account under review',
  kind: 'ses-stopped',
  by: 'GetAccount says PROBATION',
  induce: async (stage) => {
    await setAccount(stage, { inReview: true });
    await lookAtAccount(stage);
  },
  goOn: lookAtAccount,
  names: ['AWS has put this account under review'],
  shows: [/review/],
  heal: async (stage) => {
    await setAccount(stage, { inReview: false });
    await lookAtAccount(stage);
  },
};

const accountPaused: AlarmFault = {
  name: 'SES pauses the account while mail arrives',
  kind: 'ses-stopped',
  by: 'the account is paused, and a mail arrives',
  induce: async (stage) => {
    await setAccount(stage, { sendingEnabled: false });
    await lookAtAccount(stage);
    await waitForFeed(stage, 'transactional', 'Disabled');
    await stage.send([mailOf('paused')]);
  },
  goOn: lookAtAccount,
  names: ['sending-paused', 'transactional', 'marketing'],
  shows: [/paused/],
  attaches: ['mail-stuck'],
  heal: async (stage) => {
    await setAccount(stage, { sendingEnabled: true });
    await lookAtAccount(stage);
    await waitForFeed(stage, 'transactional', 'Enabled');
  },
};

/** The faults of this table. What is late leaves some mail behind that comes again after a while, so it is the last. */
export const mailFaults: readonly AlarmFault[] = [
  mailParked,
  mailStuck,
  quotaNearlySpent,
  accountInReview,
  accountPaused,
  mailLate,
];

function mailOf(id: string, stream = 'transactional'): Mail {
  return { id, tenant, stream, to: [`${id}@reader.example`] };
}

async function sendUnverified(stage: Stage): Promise<void> {
  await stage.send([{ ...mailOf(`parked-${Date.now()}`), domain: otherDomain }]);
}

/** An attribute carries what a mail that waited elsewhere has behind it. */
async function sendLate(stage: Stage): Promise<void> {
  const now = Date.now();
  const dueAt = epochMs(now - lateMs);
  const waited = { enqueuedAt: dueAt, dueAt, receiveCount: 0, firstQueueMessageId: 'late' };
  const mails = Array.from({ length: lateMails }, (_, index) => mailOf(`late-${now}-${index}`));
  await stage.send(mails, { [waitedAttribute]: writeWaited(waited) });
}

async function verify({ local }: Stage, verified: boolean): Promise<void> {
  await local('/ses/identities', { method: 'PUT', body: { identity: otherDomain, verified } });
}

async function setAccount({ local }: Stage, body: object): Promise<void> {
  await local('/ses/account', { method: 'PUT', body });
}

/** Lets the account function run, which notices what SES says of the account. */
async function lookAtAccount({ invoke, backend }: Stage): Promise<void> {
  if (!(await invoke(backend.names.accountFunction)))
    throw new Error('the account function failed');
}

const account = z.object({ sentLast24Hours: z.number() });

async function sentToday({ local }: Stage): Promise<number> {
  return account.parse(await local('/ses/account')).sentLast24Hours;
}

/** Switches the queues of a stream's dispatch, and waits until that is so. */
async function feed(stage: Stage, stream: string, feeding: Feeding): Promise<void> {
  const { lambda, names } = stage.backend;
  await feedFunction(lambda, names.dispatchFunction(stream), feeding);
  await waitForFeed(stage, stream, feeding);
}

async function waitForFeed({ backend }: Stage, stream: string, feeding: Feeding): Promise<void> {
  const { lambda, names } = backend;
  await waitUntil(`the queues of ${stream} are ${feeding}`, () =>
    isFed(lambda, names.dispatchFunction(stream), feeding),
  );
}
