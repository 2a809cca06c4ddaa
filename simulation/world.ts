/**
 * The simulation: the real stages and adapters on real SDK clients, against AWS in this process, on
 * virtual time. Hours of traffic take seconds, and a seed replays.
 *
 * ```ts
 * const world = await createWorld({ seed: 1, streams, ratePerSecond: 100 });
 * await world.putTenant('acme');
 * world.enqueue('transactional', request, 'acme');      // now, or in world.scheduler.at(...)
 * await world.settle();                                 // until queues and events are drained
 * world.observer.acceptances;                           // what SES took, and when
 * world.metrics.get('Throttled');                       // what the stages counted
 * await world.close();
 * ```
 *
 * Everything has a knob: `latency` of each service, `faults` that calls meet, `skewMs` of environments'
 * clocks, `eventLag` of SES's events, `queueDice` (second and overtaking deliveries), `over` to replace
 * dispatch's ports, `ses.change('account', …)` for rate, burst, quota and pause while it runs.
 */
import * as z from 'zod';
import { seedTenant } from '../adapters/directory-seed.ts';
import type { Table } from '../adapters/items.ts';
import { directoryKeys } from '../contract/table-keys.ts';
import type { Draw } from '../local/emulators/ses/dice.ts';
import { type Bucket, createBucket } from './aws/bucket.ts';
import { type Clients, createClients } from './aws/clients.ts';
import { createSimulatedDynamodb } from './aws/dynamodb.ts';
import { unknownOperation } from './aws/failure.ts';
import { createMappingAnswers } from './aws/mappings.ts';
import { createQueueAnswers } from './aws/queues.ts';
import { createSimulatedSes, type SimulatedSes } from './aws/ses.ts';
import type { Consumer } from './consumer.ts';
import {
  deploySes,
  names,
  recipientSecret,
  type Streams,
  seedTables,
  senderDomain,
} from './deployment.ts';
import { diceFor, type Spread } from './dice.ts';
import { startFunctions } from './functions.ts';
import type { Answer, Faults, Latency, ServiceName } from './network.ts';
import { createObserver, type Observer } from './observer.ts';
import type { Queue } from './queue.ts';
import { createEventPath, createQueues, type QueueDice } from './queues.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import type { DispatchOver } from './stages.ts';

/** The deployment, and the world it stands in; what is left out is usual and goes well. */
export type WorldOptions = {
  readonly seed: number;
  readonly streams: Streams;
  /** SES's rate, recipients per second. */
  readonly ratePerSecond: number;
  /** Tokens that SES saves up, in seconds of its rate. */
  readonly burstSeconds?: number;
  readonly latency?: Partial<Latency>;
  readonly faults?: Faults;
  /** Clocks of environments are off by at most this. */
  readonly skewMs?: number;
  /** From something that happens at SES to its event in our queue. */
  readonly eventLag?: Spread;
  readonly queueDice?: QueueDice;
  readonly over?: DispatchOver;
  /** Between two runs of the account function. @default a minute, as deployed */
  readonly accountEveryMs?: number;
};

/** A running deployment, and every hold on it that an experiment needs. */
export type World = {
  readonly scheduler: Scheduler;
  readonly observer: Observer;
  readonly ses: SimulatedSes;
  readonly bucket: Bucket;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly consumers: ReadonlyMap<string, Consumer>;
  /** Clients without latency and faults, for whoever looks on. */
  readonly clients: Clients;
  /** What the stages counted, by metric name. */
  readonly metrics: ReadonlyMap<string, number>;
  /** Failures that the stages told of, by error name and message. */
  readonly failures: ReadonlyMap<string, number>;
  /** Events that SNS delivered twice. */
  readonly duplicatedEvents: () => number;
  readonly table: (name: keyof typeof names.tables) => Table;
  readonly draw: (purpose: string) => Draw;
  /** Puts a request into a stream's queue now; returns SQS's message id. */
  readonly enqueue: (stream: string, body: object | string, tenant: string) => string;
  readonly putTenant: (tenant: string) => Promise<void>;
  /** Lets time pass until nothing is under way any more, or so much time has passed. */
  readonly settle: (withinMs?: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** 2030-01-01: far from the real clock, so that code which reads that one is found. */
const startMs = Date.UTC(2030, 0, 1);
const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;
const usualEventLag: Spread = { medianMs: 300, p99Ms: 5_000 };
const exactQueues: QueueDice = { duplicateShare: 0, reorderedShare: 0, duplicateEventShare: 0 };

/** Returns a deployed pipeline at rest. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const { seed, streams, queueDice = exactQueues } = options;
  const scheduler = createScheduler(startMs);
  const draw = (purpose: string) => diceFor(seed, purpose);
  const queues = createQueues(scheduler, draw, { streams, queueDice });
  const consumers = new Map<string, Consumer>();
  const dynamodb = createSimulatedDynamodb();
  const bucket = createBucket();
  const observer = createObserver();
  const events = createEventPath(scheduler, draw('events'), {
    queues,
    lag: options.eventLag ?? usualEventLag,
    duplicateShare: queueDice.duplicateEventShare,
  });
  const ses = createSimulatedSes(scheduler, { seed, publish: events.publish });
  const services: Readonly<Record<ServiceName, Answer>> = {
    dynamodb: dynamodb.answer,
    ses: ses.answer,
    sqs: createQueueAnswers(queues),
    s3: bucket.answer,
    lambda: createMappingAnswers(consumers),
    events: answerPutEvents,
    secretsmanager: async ({ operation }) => {
      if (operation !== 'GetSecretValue') throw unknownOperation('Secrets Manager', operation);
      return { SecretString: recipientSecret };
    },
  };
  const answer: Answer = async (call) => {
    const said = await services[call.service](call).catch((error: unknown) => {
      observer.seeRefusal(call, error);
      throw error;
    });
    observer.see(call, said, scheduler.now());
    return said;
  };
  const clients = createClients((service, operation, input) =>
    answer({ service, operation, input }),
  );
  const table = (name: keyof typeof names.tables): Table => ({
    dynamo: clients.dynamo,
    name: names.tables[name],
  });
  await Promise.all(Object.values(names.tables).map(dynamodb.createTable));
  await deploySes(ses, streams);
  await ses.change('account', {
    maxSendRate: options.ratePerSecond,
    burstSeconds: options.burstSeconds ?? 1,
    max24HourSend: -1,
  });
  await seedTables({ assignments: table('assignments'), pacing: table('pacing') }, streams, {
    at: scheduler.now(),
    ratePerSecond: options.ratePerSecond,
  });
  const functions = startFunctions(scheduler, { ...options, draw, queues, answer });
  for (const consumer of functions.consumers) consumers.set(consumer.name, consumer);

  const isBusy = () =>
    [...queues.values()].some((queue) => !isDead(queue.name) && queue.size() > 0) ||
    [...bucket.objects.keys()].some((key) => key.startsWith('later/'));
  return {
    scheduler,
    observer,
    ses,
    bucket,
    queues,
    consumers,
    clients,
    table,
    draw,
    metrics: functions.metrics,
    failures: functions.failures,
    duplicatedEvents: events.duplicated,
    enqueue: (stream, body, tenant) => {
      const queue = queues.get(names.intakeQueue(stream));
      if (queue === undefined) throw new Error(`no stream ${stream}`);
      return queue.send({
        body: typeof body === 'string' ? body : JSON.stringify(body),
        group: tenant,
      });
    },
    putTenant: (tenant) =>
      seedTenant(table('directory'), {
        ...directoryKeys.tenant(tenant),
        tenant,
        status: 'active',
        fromOwned: [senderDomain],
        createdAt: scheduler.now(),
        updatedAt: scheduler.now(),
      }),
    settle: async (withinMs = 30 * dayMs) => {
      const end = scheduler.now() + withinMs;
      await scheduler.run(end);
      // Mail that waits in the bucket, or behind a mapping that is off, waits for a schedule.
      while (isBusy() && scheduler.now() < end) {
        scheduler.at(scheduler.now() + minuteMs, () => {});
        await scheduler.run(end);
      }
    },
    close: async () => {
      ses.close();
      await dynamodb.close();
    },
  };
}

const putEventsInput = z.looseObject({ Entries: z.array(z.unknown()) });

/** The bus takes everything; nobody listens. */
const answerPutEvents: Answer = async ({ operation, input }) => {
  if (operation !== 'PutEvents') throw unknownOperation('EventBridge', operation);
  const { Entries } = putEventsInput.parse(input);
  return { FailedEntryCount: 0, Entries: Entries.map((_, index) => ({ EventId: `${index}` })) };
};

function isDead(queueName: string): boolean {
  return /-(parked|dead)$/.test(queueName);
}
