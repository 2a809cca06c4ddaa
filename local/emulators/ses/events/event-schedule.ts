import { realTimer, type Timer } from '../../../timer.ts';
import type { Notes } from '../notes.ts';

type Step = () => void;
type Publish = (topicArn: string, messages: string[]) => Promise<void>;

const tickMs = 5;
const publishAttempts = 3;
const retryMs = 200;

/**
 * The one flush loop of the emulator: steps fall due, put event JSON on a topic's pile, and every
 * pile goes out in one publish. Runs on the real clock unless another timer is given, because callers
 * wait for it in real time, and stops by itself when nothing is due.
 */
export class EventSchedule {
  readonly #publish: Publish;
  readonly #notes: Notes;
  readonly #timer: Timer;
  readonly #slots = new Map<number, Step[]>();
  readonly #piles = new Map<string, string[]>();
  #flushedTick: number;
  #waiting = 0;
  #inFlight = 0;
  #cancelFlush: (() => void) | undefined;
  #closed = false;

  constructor(options: {
    readonly publish: Publish;
    readonly notes: Notes;
    readonly timer?: Timer | undefined;
  }) {
    this.#publish = options.publish;
    this.#notes = options.notes;
    this.#timer = options.timer ?? realTimer;
    this.#flushedTick = this.#nowTick();
  }

  /** Steps not yet run plus messages whose publication has not been confirmed. */
  get pending(): number {
    return this.#waiting + this.#inFlight;
  }

  after(delayMs: number, step: Step): void {
    const tick = Math.max(this.#flushedTick + 1, this.#nowTick() + Math.ceil(delayMs / tickMs));
    const slot = this.#slots.get(tick);
    if (slot === undefined) this.#slots.set(tick, [step]);
    else slot.push(step);
    this.#waiting += 1;
    this.#wake();
  }

  /** Puts one message on a topic's pile; it leaves with the next flush. */
  enqueue(topicArn: string, message: string): void {
    const pile = this.#piles.get(topicArn);
    if (pile === undefined) this.#piles.set(topicArn, [message]);
    else pile.push(message);
    this.#inFlight += 1;
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#cancelFlush?.();
    this.#slots.clear();
    this.#piles.clear();
    this.#waiting = 0;
    this.#inFlight = 0;
  }

  #wake(): void {
    if (this.#cancelFlush !== undefined || this.#closed) return;
    this.#cancelFlush = this.#timer.after(tickMs, () => this.#flush());
  }

  #flush(): void {
    this.#cancelFlush = undefined;
    const now = this.#nowTick();
    // Set first, so that a step which schedules another never lands in a tick already visited.
    this.#flushedTick = now;
    // In order of time, so that a Delivery never overtakes its Send.
    const due = [...this.#slots.keys()].filter((tick) => tick <= now).sort((a, b) => a - b);
    for (const tick of due) this.#runSlot(tick);
    for (const [topicArn, messages] of this.#piles) void this.#send(topicArn, messages);
    this.#piles.clear();
    if (this.#waiting > 0) this.#wake();
  }

  #runSlot(tick: number): void {
    const steps = this.#slots.get(tick);
    if (steps === undefined) return;
    this.#slots.delete(tick);
    for (const step of steps) {
      this.#waiting -= 1;
      step();
    }
  }

  async #send(topicArn: string, messages: string[]): Promise<void> {
    for (let attempt = 1; attempt <= publishAttempts && !this.#closed; attempt += 1) {
      try {
        await this.#publish(topicArn, messages);
        break;
      } catch (cause) {
        if (attempt === publishAttempts) {
          this.#notes.add(
            `events lost: topic ${topicArn} refused ${publishAttempts} times: ${cause}`,
          );
        } else {
          await new Promise<void>((resume) => this.#timer.after(retryMs, resume));
        }
      }
    }
    if (!this.#closed) this.#inFlight -= messages.length;
  }
  #nowTick(): number {
    return Math.floor(this.#timer.now() / tickMs);
  }
}
