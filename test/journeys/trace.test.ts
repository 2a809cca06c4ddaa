/**
 * Goal: whoever asks for a mail gets one time line that tells all that happened to it. Method: mails that are
 * delivered, bounce, wait for their tenant and wait for a person go through the pipeline, then trace is asked.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeAudit } from '../../adapters/audit-log.ts';
import { holdTenant, releaseTenant } from '../../adapters/tenant-directory.ts';
import { epochMs, minuteMs } from '../../domain/time.ts';
import type { MailTrace } from '../../domain/trace/model.ts';
import { findDeadQueues } from '../../operator/actions/parked.ts';
import { redriveParked } from '../../operator/actions/parked-move.ts';
import { lookedAtMax } from '../../operator/actions/parked-walk.ts';
import { releaseHeld } from '../../operator/actions/release-held.ts';
import { traceMail } from '../../operator/actions/trace.ts';
import type { TraceAnswer, TraceQuestion } from '../../operator/actions/trace-question.ts';
import { message, newId } from '../support/requests.ts';
import { mailsTo, verify } from './support/mailboxes.ts';
import { until, untilKnown, untilOne } from './support/outcomes.ts';
import { newTenant, openWorld, type World } from './support/world.ts';

const tenant = 'acme';
const itemsMax = 20;
let world: World;

beforeAll(async () => {
  world = await openWorld({ journey: 'trace', stack: 'many' });
  await newTenant(world, tenant, ['sender.example', 'other.example']);
});

afterAll(() => world.close());

async function ask(question: TraceQuestion): Promise<TraceAnswer> {
  const answer = await traceMail(world.backend, question);
  expect(answer.itemsRead).toBeLessThanOrEqual(itemsMax);
  return answer;
}

async function traced(id: string, whose = tenant): Promise<MailTrace> {
  const { trace } = await ask({ ask: 'id', id, tenant: whose });
  if (!trace) throw new Error(`nothing is known of ${id}`);
  return trace;
}

const stagesOf = ({ entries }: MailTrace) => entries.map(({ stage }) => stage);

test('a delivered mail is found by every way of asking, and each tells the same line', async () => {
  const id = newId();
  const to = `${id}@recipient.example`;
  await world.enqueue([message({ id, tenant, to })]);
  const { sesMessageIds } = await untilKnown(world, { id, tenant }, ['accepted', 'delivery']);
  const byId = await traced(id);
  expect(stagesOf(byId)).toEqual(
    expect.arrayContaining(['enqueued', 'gate', 'assignment', 'attempt', 'answer', 'event']),
  );
  expect(byId.entries.map(({ text }) => text)).toContain(
    "delivered: the mailbox provider's server took it",
  );
  const [sesMessageId = ''] = sesMessageIds;
  const questions: readonly TraceQuestion[] = [
    { ask: 'id', id: byId.messageId },
    { ask: 'ses-message-id', sesMessageId },
    { ask: 'recipient', address: to },
  ];
  for (const question of questions) {
    // The indexes are written after the mail has left.
    const { trace } = await until(
      () => ask(question),
      (answer) => answer.trace !== undefined,
    );
    expect(trace?.entries).toEqual(byId.entries);
  }
  const now = epochMs(Date.now());
  const since = epochMs(now - 10 * minuteMs);
  const { mails } = await ask({ ask: 'tenant', tenant, since, until: now });
  expect(mails).toContainEqual(
    expect.objectContaining({ messageId: byId.messageId, sesMessageId }),
  );
});

test('a bounced mail says why, and the suppression that followed', async () => {
  const id = newId();
  const to = `bounce+${id}@simulator.amazonses.com`;
  await world.enqueue([message({ id, tenant, to })]);
  await untilOne(world, { id, tenant }, 'bounced');
  // The event stands in the ledger before the suppression is written.
  const trace = await until(
    () => traced(id),
    ({ entries }) => entries.some(({ stage }) => stage === 'suppression'),
  );
  const bounce = trace.entries.find(({ text }) => text.startsWith('bounced'));
  expect(bounce?.reason).toBe('invalid-recipient');
  expect(bounce?.details).toContain("it blames the tenant's list of addresses");
  const last = trace.entries.find(({ stage }) => stage === 'suppression');
  expect(last?.details).toContain('by an SES event about this mail');
});

test('a held mail tells of its hold, and of its release with who and why', async () => {
  const held = await newTenant(world, 'trace-held');
  const { directory, evidence } = world.backend.tables;
  await holdTenant(directory, { tenant: held, why: 'spam?' }, Date.now());
  const id = newId();
  await world.enqueue([message({ id, tenant: held, to: `${id}@recipient.example` })]);
  await untilOne(world, { id, tenant: held }, 'held');
  const waits = await traced(id, held);
  expect(waits.next).toEqual([`when it may go on: goodstanding tenants release ${held}`]);
  expect(stagesOf(waits)).toEqual(['enqueued', 'hold']);
  const at = epochMs(Date.now());
  const act = { action: 'tenants.release', subject: held, by: 'grace', why: 'it was none' };
  await writeAudit(evidence, { ...act, at });
  await releaseTenant(directory, held, Date.now());
  await releaseHeld(world.backend, { tenant: held });
  await untilOne(world, { id, tenant: held }, 'delivered');
  const { entries } = await traced(id, held);
  expect(entries.find(({ stage }) => stage === 'hold')?.text).toBe('held: tenant-held');
  expect(entries.find(({ stage }) => stage === 'release')?.details).toContain(
    'by grace: it was none',
  );
});

test('a parked mail tells of its park and its redrive, and is sent once', async () => {
  const id = newId();
  const to = `${id}@recipient.example`;
  await verify(world, 'other.example', false);
  await world.enqueue([message({ id, tenant, to, from: 'ada@other.example' })]);
  await untilOne(world, { id, tenant }, 'parked');
  const parked = await traced(id);
  expect(parked.next.join()).toContain('goodstanding dlq redrive --reason identity-unverified');
  await verify(world, 'other.example');
  const queues = await findDeadQueues(world.backend, 'transactional');
  await until(
    () =>
      redriveParked(world.backend, queues, {
        ...{ filter: { reason: 'identity-unverified' }, dryRun: false },
        ...{ startedAt: Date.now(), lookedAtMax },
      }),
    ({ redriven }) => redriven === 1,
  );
  await untilOne(world, { id, tenant }, 'delivered');
  const { entries } = await traced(id);
  const stages = entries.map(({ stage }) => stage);
  expect(stages.indexOf('park')).toBeGreaterThan(0);
  expect(stages.indexOf('redrive')).toBeGreaterThan(stages.indexOf('park'));
  expect(stages.indexOf('attempt')).toBeGreaterThan(stages.indexOf('redrive'));
  expect(entries.find(({ stage }) => stage === 'park')?.text).toBe('parked: identity-unverified');
  expect(await mailsTo(world, to)).toHaveLength(1);
});
