/**
 * Goal: a mail is sent once, however often it is asked for, and is not lost when the process that sends
 * it dies. Method: copies at once, a delivery that SQS repeats, and worker processes that are killed
 * while SES is taking a batch.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readQueueUrl } from '../../adapters/intake.ts';
import { toItem } from '../../adapters/items.ts';
import { ledgerKeys } from '../../contract/table-keys.ts';
import { messageIdOf } from '../../domain/message-id.ts';
import { findDeadQueues, listParked } from '../../operator/actions/parked.ts';
import { redriveParked } from '../../operator/actions/parked-move.ts';
import { lookedAtMax } from '../../operator/actions/parked-walk.ts';
import { batch, message, newId } from '../support/requests.ts';
import { changeAccount, mailsTo, mailsWith, script } from './support/mailboxes.ts';
import { outcomeOf, until, untilAll, untilOne } from './support/outcomes.ts';
import { changeRate } from './support/pace.ts';
import { deliveryEvent, publishEvent } from './support/ses-events.ts';
import { invoke, newTenant, openWorld, redelivery, type World } from './support/world.ts';

const tenant = 'acme';
/** SQS brings a message back 12 minutes after the function that took it died; here, 6 seconds. */
const visibilitySeconds = 6;
let world: World;

beforeAll(async () => {
  world = await openWorld({ journey: 'once', stack: 'many' });
  await newTenant(world, tenant);
  for (const stream of ['transactional', 'marketing']) await shortenVisibility(stream);
});

afterAll(() => world.close());

describe('sent once', { concurrent: false }, () => {
  test('a request that is enqueued 25 times at once becomes one mail', async () => {
    await changeAccount(world, { latencyMs: 200 });
    const id = newId();
    const to = `${id}@recipient.example`;
    await world.enqueue(Array.from({ length: 25 }, () => message({ id, tenant, to })));
    await untilOne(world, { id, tenant }, 'delivered');
    await changeAccount(world, { latencyMs: 0 });
    await until(() => world.runtime.idle(), Boolean);
    expect(await mailsTo(world, to)).toHaveLength(1);
    const { facts } = await untilOne(world, { id, tenant }, 'delivered');
    expect(facts.map(({ what }) => what).sort()).toEqual(['accepted', 'delivery']);
  });

  test('a message that SQS delivers again becomes no second mail', async () => {
    const id = newId();
    const to = `${id}@recipient.example`;
    const request = batch([{ to, data: { name: 'Ada' } }], { id, tenant });
    const [messageId] = await world.enqueue([request]);
    await untilOne(world, { id, tenant }, 'delivered');
    const refused = await invoke(world, world.names.dispatchFunction('transactional'), {
      Records: [redelivery(messageId, request)],
    });
    expect(refused).toBeUndefined();
    expect(await mailsTo(world, to)).toHaveLength(1);
  });

  test('when every process dies in the middle of a batch, nothing is lost, and what is unsure is told', async () => {
    const [sure, unsure] = [newId(), newId()];
    const recipients = (id: string) =>
      Array.from({ length: 40 }, (_, index) => ({
        to: `${id}-${index}@recipient.example`,
        data: { name: 'Ada' },
      }));
    const taken = (id: string) => mailsWith(world, messageIdOf(tenant, id));
    // Slow enough to be interrupted; a new process reads the new rate before its first mail.
    await changeRate(world, 10);
    await killWhen(async () => true);
    // The mailboxes say nothing by themselves, so that what SES reports is certain.
    await script(
      world,
      recipients(sure).map(({ to }) => ({ address: to, outcome: 'silent' })),
    );
    await world.enqueue([batch(recipients(sure), { id: sure, tenant })]);
    await killWhen(async () => (await taken(sure)).length >= 3);
    const bulk = batch(recipients(unsure), { id: unsure, tenant, stream: 'marketing' });
    await world.enqueue([bulk], 'marketing');
    await killWhen(async () => (await taken(unsure)).length >= 3);
    const halfway = { sure: await taken(sure), unsure: (await taken(unsure)).length };
    expect(halfway.sure.length).toBeLessThan(40);
    expect(halfway.unsure).toBeLessThan(40);
    await changeRate(world, 500);
    for (const { destination } of halfway.sure)
      for (const to of destination.to) await publishEvent(world, to, deliveryEvent);
    await until(
      async () => (await outcomeOf(world, { id: sure, tenant }))?.recipients ?? [],
      (all) => all.filter(isDelivered).length === halfway.sure.length,
    );
    await letTimePass(sure, unsure);

    // SES has told whom it took, so only the others are sent to.
    await until(
      async () => (await outcomeOf(world, { id: sure, tenant }))?.recipients,
      (all) => all?.every(({ outcome }) => outcome === 'delivered' || outcome === 'accepted'),
    );
    const received = (await taken(sure)).flatMap(({ destination }) => destination.to);
    expect([received.length, new Set(received).size]).toEqual([40, 40]);

    // This stream hears of no deliveries, and leaves it to a person rather than to send twice.
    const left = await until(
      () => outcomeOf(world, { id: unsure, tenant }),
      (found) => found?.state === 'waiting',
    );
    const isLeft = ({ reason }: { readonly reason?: string }) => reason === 'ambiguous';
    const leftCount = left?.recipients.filter(isLeft).length ?? 0;
    expect(left?.recipients[0]).toMatchObject({ outcome: 'parked', reason: 'ambiguous' });
    expect(leftCount).toBeGreaterThanOrEqual(halfway.unsure);
    // Those whom the dead process never began are sent to: they are nobody's doubt.
    expect((await taken(unsure)).length).toBe(halfway.unsure + 40 - leftCount);
    await redrive('marketing');
    await untilAll(world, { id: unsure, tenant }, 'accepted');
    const copies = (await taken(unsure)).flatMap(({ destination }) => destination.to);
    expect(new Set(copies).size).toBe(40);
    expect(copies.length).toBeLessThanOrEqual(40 + halfway.unsure);
  });
});

async function shortenVisibility(stream: string): Promise<void> {
  const { sqs } = world.backend;
  await sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl: await readQueueUrl(sqs, world.names.intakeQueue(stream)),
      Attributes: { VisibilityTimeout: String(visibilitySeconds) },
    }),
  );
}

/** Kills when it is time, and waits until the dead are missed and what was on its way is at SES. */
async function killWhen(isTime: () => Promise<boolean>): Promise<void> {
  await until(isTime, Boolean);
  killWorkers();
  await sleep(100);
}

/** Kills every worker process of this file's runtime, as a lost machine would. */
function killWorkers(): void {
  const workers = processes().filter(
    ({ parent, args }) => parent === process.pid && /lambda\/worker\/main/.test(args),
  );
  expect(workers.length).toBeGreaterThan(0);
  for (const { pid } of workers) process.kill(pid, 'SIGKILL');
}

type Process = { readonly pid: number; readonly parent: number; readonly args: string };

/** A machine with Node and npm alone may have no ps; Linux tells in /proc what ps would. */
function processes(): readonly Process[] {
  if (process.platform === 'linux')
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => processAt(Number(name)));
  const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return list.split('\n').flatMap((line) => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid ? [{ pid: Number(pid), parent: Number(parent), args }] : [];
  });
}

function processAt(pid: number): readonly Process[] {
  try {
    const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return [{ pid, parent: Number(parent), args }];
  } catch {
    // It ended while we looked.
    return [];
  }
}

/** Dates claims back: nobody waits the 15 minutes in which SES may still tell what became of a mail. */
async function letTimePass(...ids: readonly string[]): Promise<void> {
  const { ledger } = world.backend.tables;
  for (const id of ids)
    await ledger.dynamo.send(
      new UpdateItemCommand({
        TableName: ledger.name,
        Key: toItem(ledgerKeys.request(messageIdOf(tenant, id))),
        UpdateExpression: 'SET claimedAt = claimedAt - :past',
        ConditionExpression: '#state = :claimed',
        ExpressionAttributeNames: { '#state': 'state' },
        ExpressionAttributeValues: toItem({ ':past': 16 * 60_000, ':claimed': 'claimed' }),
      }),
    );
}

function isDelivered({ outcome }: { readonly outcome: string }): boolean {
  return outcome === 'delivered';
}

async function redrive(stream: string): Promise<void> {
  const queues = await findDeadQueues(world.backend, stream);
  const { groups } = await listParked(world.backend, queues, { lookedAtMax });
  expect(groups).toMatchObject([{ reason: 'ambiguous', count: 1 }]);
  const result = await redriveParked(world.backend, queues, {
    lookedAtMax,
    filter: {},
    dryRun: false,
    startedAt: Date.now(),
  });
  expect(result).toMatchObject({ redriven: 1, failed: 0 });
}
