import { deleteHeld, listHeld, readHeld } from '../adapters/held-mail.ts';
import { type QueueBody, sendBodies } from '../adapters/intake.ts';
import {
  deleteParked,
  type ParkedMessage,
  receiveParked,
  returnToView,
} from '../adapters/parked-mail.ts';
import { releaseTenant } from '../adapters/tenant-directory.ts';
import type { Draw } from '../local/emulators/ses/dice.ts';
import { queueUrlOf } from './aws/queues.ts';
import { names, type Streams } from './deployment.ts';
import type { World } from './world.ts';

/** Somebody who mends causes and sends mail on, as `goodstanding dlq redrive` and `tenants release` do. */
export type Person = {
  /** Sends back what is parked for one reason, or everything that may go; returns how much that was. */
  readonly redrive: (reason: string) => Promise<number>;
  readonly releaseTenant: (tenant: string) => Promise<boolean>;
  /** Puts a released tenant's waiting mail back into its queues; returns how much that was. */
  readonly returnHeld: (tenant: string) => Promise<number>;
  /** What was sent on, by why it waited. */
  readonly done: ReadonlyMap<string, number>;
  /** How much of it comes a second time. */
  readonly mendedTwice: () => number;
};

/** Longer than a redrive takes. */
const hiddenSeconds = 600;

/** Stands for every reason but one: ambiguous mail goes only where this person decided so. */
export const everyReason = 'every reason';

/** Returns a person without latency and faults, who may die between two steps. */
export function createPerson(
  world: World,
  about: {
    readonly streams: Streams;
    /** Streams whose ambiguous mail is sent again. */
    readonly resends: ReadonlySet<string>;
    /** Share of messages that are sent back and not taken away: they come a second time. */
    readonly mendedTwice: number;
  },
  draw: Draw,
): Person {
  const { sqs, s3 } = world.clients;
  const store = { s3, bucket: 'content' };
  const done = new Map<string, number>();
  const note = (what: string) => done.set(what, (done.get(what) ?? 0) + 1);
  let mendedTwice = 0;
  const diesBetween = () => {
    if (draw() >= about.mendedTwice) return false;
    mendedTwice += 1;
    return true;
  };
  const isMeant = (message: ParkedMessage, from: DeadQueue, reason: string) =>
    message.reason === 'ambiguous'
      ? about.resends.has(from.stream) && (reason === everyReason || reason === 'ambiguous')
      : reason === everyReason || reason === message.reason;
  const redriveQueue = async (dead: DeadQueue, reason: string): Promise<number> => {
    const fromUrl = queueUrlOf(dead.from);
    const kept: string[] = [];
    let count = 0;
    for (;;) {
      const messages = await receiveParked(sqs, fromUrl, hiddenSeconds);
      if (messages.length === 0) break;
      const meant = messages.filter((message) => isMeant(message, dead, reason));
      await sendBodies(sqs, queueUrlOf(dead.to), meant.map(bodyOf));
      const gone = meant.filter(() => !diesBetween());
      await deleteParked(sqs, fromUrl, gone.map(handleOf));
      for (const { reason: why } of meant) note(`redriven: ${why}`);
      count += meant.length;
      kept.push(...messages.filter((message) => !meant.includes(message)).map(handleOf));
    }
    await returnToView(sqs, fromUrl, kept);
    return count;
  };
  return {
    done,
    mendedTwice: () => mendedTwice,
    redrive: async (reason) => {
      let count = 0;
      for (const dead of deadQueuesOf(about.streams)) count += await redriveQueue(dead, reason);
      return count;
    },
    releaseTenant: (tenant) =>
      releaseTenant(world.table('directory'), tenant, world.scheduler.now()),
    returnHeld: async (tenant) => {
      let count = 0;
      for await (const keys of listHeld(store, tenant))
        for (const key of keys) {
          const mail = await readHeld(store, key);
          if (mail === undefined || mail === 'unreadable') throw new Error(`got ${key} ${mail}`);
          const bodies = [{ body: mail.body, group: tenant }];
          await sendBodies(sqs, queueUrlOf(names.intakeQueue(mail.stream)), bodies);
          if (!diesBetween()) await deleteHeld(store, key);
          note('released');
          count += 1;
        }
      return count;
    },
  };
}

type DeadQueue = { readonly stream: string; readonly from: string; readonly to: string };

function deadQueuesOf(streams: Streams): readonly DeadQueue[] {
  return [
    ...Object.keys(streams).map((stream) => ({
      stream,
      from: names.parkedQueue(stream),
      to: names.intakeQueue(stream),
    })),
    { stream: '', from: names.feedbackDeadQueue, to: names.feedbackQueue },
    { stream: '', from: names.deliveryDeadQueue, to: names.deliveryQueue },
  ];
}

/** Dispatch reads in the attribute that a person has decided. */
function bodyOf({ body, tenant, since }: ParkedMessage): QueueBody {
  return {
    body,
    ...(tenant === undefined ? {} : { group: tenant }),
    attributes: { parkedAt: new Date(since).toISOString() },
  };
}

function handleOf({ receiptHandle }: ParkedMessage): string {
  return receiptHandle;
}
