/** Things this emulator does not do although a request asked for them; each is said once. */
export class Notes {
  readonly #counts = new Map<string, number>();
  readonly #say: (text: string) => void;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  add(text: string): void {
    const count = this.#counts.get(text) ?? 0;
    this.#counts.set(text, count + 1);
    if (count === 0) this.#say(`ses: ${text}`);
  }

  list(): readonly { readonly text: string; readonly count: number }[] {
    return [...this.#counts].map(([text, count]) => ({ text, count }));
  }
}
