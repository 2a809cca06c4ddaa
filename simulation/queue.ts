import type { Draw } from '../local/emulators/ses/dice.ts';
import { createFairLines } from './fair-lines.ts';
import type { Scheduler } from './scheduler.ts';

/** What is put into a queue. */
export type Sent = {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Message group: a standard queue hands out groups fairly, it does not order them. */
  readonly group?: string | undefined;
  readonly delayMs?: number;
};

/** What a consumer gets. */
export type Delivery = Sent & {
  readonly messageId: string;
  readonly receiptHandle: string;
  /** Virtual milliseconds since 1970. */
  readonly sentAt: number;
  readonly receiveCount: number;
};

/** A queue's settings, and its dice. */
export type QueueOptions = {
  readonly name: string;
  readonly visibilityMs: number;
  /** Where a message goes that was received `after` times. */
  readonly dead?: { readonly queue: Queue; readonly after: number };
  /** Share of deliveries that come once more. */
  readonly duplicateShare?: number;
  /** Share of deliveries that overtake others. */
  readonly reorderedShare?: number;
};

/** An SQS standard queue: at least once, in about the order of sending, groups served fairly. */
export type Queue = {
  readonly name: string;
  /** Returns the message id. */
  readonly send: (sent: Sent) => string;
  /** Takes up to `count` visible messages; they stay invisible until removed or returned. */
  readonly receive: (count: number) => readonly Delivery[];
  /** Deletes; a handle that a later receive has replaced deletes nothing. */
  readonly remove: (receiptHandle: string) => void;
  /** Lets a message in flight come back after a while; false when it is not in flight under this handle. */
  readonly changeVisibility: (receiptHandle: string, milliseconds: number) => boolean;
  /** Deliveries still to come, visible or not. */
  readonly size: () => number;
  readonly visibleCount: () => number;
  /** Called whenever something becomes visible. */
  readonly onVisible: (listener: () => void) => void;
  readonly counts: () => Readonly<Record<'duplicated' | 'reordered' | 'dead' | 'expired', number>>;
};

/** One copy of a message; a second delivery is a second copy under the same id, which never returns. */
type Copy = Sent & {
  readonly messageId: string;
  readonly isSecond: boolean;
  readonly sentAt: number;
  receiveCount: number;
  state: 'hidden' | 'visible' | 'in flight' | 'gone';
  handle: string;
  cancelReturn: () => void;
};

type About = Omit<Copy, 'state' | 'handle' | 'cancelReturn'>;

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const inFlightMax = 120_000;
const retentionMs = 14 * 86_400_000;
const longestVisibilityMs = 43_200_000;
/** A second delivery comes this much later, at most. */
const duplicateWithinMs = 60_000;

/** Returns an empty queue on virtual time. */
export function createQueue(scheduler: Scheduler, draw: Draw, options: QueueOptions): Queue {
  const { name, visibilityMs, dead, duplicateShare = 0, reorderedShare = 0 } = options;
  const lines = createFairLines<Copy>(draw, reorderedShare);
  const inFlight = new Map<string, Copy>();
  const listeners: (() => void)[] = [];
  const counts = { duplicated: 0, dead: 0, expired: 0 };
  let serial = 0;
  let size = 0;

  const show = (copy: Copy): void => {
    if (copy.isSecond && copy.state === 'in flight') {
      forget(copy);
      return;
    }
    leaveFlight(copy);
    copy.state = 'visible';
    lines.put(copy.group ?? '', copy);
    for (const listener of listeners) listener();
  };
  const showAfter = (copy: Copy, milliseconds: number): void => {
    copy.cancelReturn = scheduler.at(scheduler.now() + milliseconds, () => show(copy));
  };
  const leaveFlight = (copy: Copy): void => {
    copy.cancelReturn();
    if (copy.state === 'in flight') lines.serve(copy.group ?? '', -1);
  };
  const add = (about: About, delayMs: number): void => {
    size += 1;
    const copy: Copy = { ...about, state: 'hidden', handle: '', cancelReturn: () => {} };
    if (delayMs > 0) showAfter(copy, delayMs);
    else show(copy);
  };
  const forget = (copy: Copy): void => {
    leaveFlight(copy);
    inFlight.delete(copy.handle);
    copy.state = 'gone';
    size -= 1;
  };
  const maybeTwice = (copy: Copy): void => {
    if (copy.isSecond || duplicateShare <= 0 || draw() >= duplicateShare) return;
    counts.duplicated += 1;
    add({ ...aboutOf(copy), isSecond: true }, 1 + draw() * duplicateWithinMs);
  };
  /** Returns the copy as it is handed out, unless it is too old or was handed out too often. */
  const handOut = (copy: Copy): Delivery | undefined => {
    inFlight.delete(copy.handle);
    if (copy.state !== 'visible') return undefined;
    if (scheduler.now() - copy.sentAt > retentionMs) {
      counts.expired += 1;
      forget(copy);
      return undefined;
    }
    if (dead !== undefined && copy.receiveCount >= dead.after) {
      counts.dead += 1;
      dead.queue.send(sentOf(copy));
      forget(copy);
      return undefined;
    }
    serial += 1;
    copy.receiveCount += 1;
    copy.state = 'in flight';
    copy.handle = `${name}/${serial}`;
    inFlight.set(copy.handle, copy);
    lines.serve(copy.group ?? '', 1);
    showAfter(copy, visibilityMs);
    maybeTwice(copy);
    return { ...aboutOf(copy), receiptHandle: copy.handle };
  };

  const receive: Queue['receive'] = (count) => {
    const received: Delivery[] = [];
    while (received.length < count && lines.size() > 0 && inFlight.size < inFlightMax) {
      const copy = lines.take();
      const delivery = copy && handOut(copy);
      if (delivery) received.push(delivery);
    }
    return received;
  };
  const remove: Queue['remove'] = (receiptHandle) => {
    const copy = inFlight.get(receiptHandle);
    if (copy !== undefined) forget(copy);
  };
  return {
    name,
    receive,
    remove,
    send: (sent) => {
      serial += 1;
      const messageId = messageIdOf(name, serial);
      const fresh = { messageId, isSecond: false, sentAt: scheduler.now(), receiveCount: 0 };
      add({ ...sent, ...fresh }, sent.delayMs ?? 0);
      return messageId;
    },
    changeVisibility: (receiptHandle, milliseconds) => {
      const copy = inFlight.get(receiptHandle);
      if (copy?.state !== 'in flight') return false;
      copy.cancelReturn();
      showAfter(copy, Math.min(longestVisibilityMs, milliseconds));
      return true;
    },
    size: () => size,
    visibleCount: () => lines.size(),
    onVisible: (listener) => {
      listeners.push(listener);
    },
    counts: () => ({ ...counts, reordered: lines.overtakings() }),
  };
}

function sentOf({ body, attributes, group }: Copy): Sent {
  return { body, ...(attributes ? { attributes } : {}), ...(group ? { group } : {}) };
}

function aboutOf(copy: Copy): About {
  const { messageId, isSecond, sentAt, receiveCount } = copy;
  return { ...sentOf(copy), messageId, isSecond, sentAt, receiveCount };
}

/** SQS's ids are UUIDs; these tell queue and number. */
function messageIdOf(queue: string, serial: number): string {
  let hash = 0;
  for (const character of queue)
    hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  const place = hash.toString(16).padStart(8, '0');
  return `${place}-0000-4000-8000-${serial.toString(16).padStart(12, '0')}`;
}
