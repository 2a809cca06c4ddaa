import type { Message } from './message.ts';

const messagesMax = 50_000;
/** Kept request bodies are the larger part of memory; half a gigabyte would hurt a laptop. */
const bytesMax = 256 * 1024 * 1024;

/** The accepted messages, oldest first; when full, the oldest go and are counted. */
export class Mailbox {
  readonly #messages = new Map<string, Message>();
  #nextIndex = 1;
  #bytes = 0;
  #dropped = 0;

  /** Messages that no longer fit. */
  get dropped(): number {
    return this.#dropped;
  }

  add(message: Omit<Message, 'index'>): Message {
    const kept: Message = { ...message, index: this.#nextIndex };
    this.#nextIndex += 1;
    this.#messages.set(kept.messageId, kept);
    this.#bytes += kept.sizeBytes;
    while (this.#messages.size > messagesMax || this.#bytes > bytesMax) this.#dropOldest();
    return kept;
  }

  get(messageId: string): Message | undefined {
    return this.#messages.get(messageId);
  }

  /** In order of acceptance. */
  all(): IterableIterator<Message> {
    return this.#messages.values();
  }

  clear(): void {
    this.#messages.clear();
    this.#bytes = 0;
    this.#dropped = 0;
  }

  #dropOldest(): void {
    const [oldest] = this.#messages.values();
    if (oldest === undefined) {
      this.#bytes = 0;
      return;
    }
    this.#messages.delete(oldest.messageId);
    this.#bytes -= oldest.sizeBytes;
    this.#dropped += 1;
  }
}
