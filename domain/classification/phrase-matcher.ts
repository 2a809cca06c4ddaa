/**
 * Finds phrases among the words of a reply. A phrase is words in order: `a|b` is one of several, `stem*`
 * whatever begins so (three letters at least), `?word` may be absent, `~` lets up to four other words stand
 * between, `{name}` is an entry of a vocabulary. No regular expression runs over text that strangers write,
 * and each phrase is followed through bounded steps.
 */

/** A phrase with what it means. */
export type Phrase<Meaning> = { readonly phrase: string; readonly meaning: Meaning };

/** Returns every meaning whose phrase stands in the words. */
export type PhraseMatcher<Meaning> = (words: readonly string[]) => readonly Meaning[];

type Step = {
  /** The words that fit, as they stand in the phrase: what is written alike is looked up once. */
  readonly choice: string;
  readonly optional: boolean;
  /** Other words that may stand before it. */
  readonly gap: number;
};

type Compiled<Meaning> = { readonly steps: readonly Step[]; readonly meaning: Meaning };

/** Which choices a word fits. */
type Index = {
  readonly exact: ReadonlyMap<string, readonly string[]>;
  readonly stems: ReadonlyMap<
    string,
    readonly { readonly stem: string; readonly choice: string }[]
  >;
};

/** A reply as phrases see it. */
type Seen = {
  /** Where each choice fits, ascending. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  /** By place: how many words stand before it, not counting addresses, hosts and IPs. */
  readonly wordsBefore: readonly number[];
  /** By place: its sentence. */
  readonly sentence: readonly number[];
};

const gapMax = 4;
const stemLettersMin = 3;
/** Addresses, hosts and IPs count as no word, but not without end. */
const reachMax = 16;

/** Compiles phrases once. @throws where a phrase cannot be looked up, which is a mistake in a table */
export function compilePhrases<Meaning>(
  phrases: readonly Phrase<Meaning>[],
  vocabulary: Readonly<Record<string, string>>,
): PhraseMatcher<Meaning> {
  const compiled = phrases.map(({ phrase, meaning }) => ({
    steps: stepsOf(phrase, vocabulary),
    meaning,
  }));
  const index = indexOf(new Set(compiled.flatMap(({ steps }) => steps.map((step) => step.choice))));
  const byFirst = Map.groupBy(compiled, ({ steps }) => steps[0]?.choice ?? '');
  return (words) => {
    const seen = look(words, index);
    const candidates: Compiled<Meaning>[] = [];
    for (const choice of seen.places.keys()) candidates.push(...(byFirst.get(choice) ?? []));
    return candidates.filter(({ steps }) => stands(steps, seen)).map(({ meaning }) => meaning);
  };
}

function stepsOf(phrase: string, vocabulary: Readonly<Record<string, string>>): readonly Step[] {
  const steps: Step[] = [];
  let gap = 0;
  for (const part of phrase.split(' ')) {
    if (part === '~') {
      gap = gapMax;
      continue;
    }
    const choice = part.replace(/^\?/, '').replace(/\{(\w+)\}/g, (_, name) => {
      const listed = vocabulary[String(name)];
      if (listed === undefined) throw new Error(`phrase "${phrase}": no vocabulary ${name}`);
      return listed;
    });
    if (choice.split('|').some((word) => word.endsWith('*') && word.length <= stemLettersMin))
      throw new Error(`phrase "${phrase}": a stem needs ${stemLettersMin} letters`);
    steps.push({ choice, optional: part.startsWith('?'), gap });
    gap = 0;
  }
  if (steps.at(0)?.optional || steps.at(-1)?.optional)
    throw new Error(`phrase "${phrase}": its first and last words cannot be absent`);
  return steps;
}

function indexOf(choices: ReadonlySet<string>): Index {
  const all = [...choices].flatMap((choice) => choice.split('|').map((word) => ({ word, choice })));
  const exact = Map.groupBy(
    all.filter(({ word }) => !word.endsWith('*')),
    ({ word }) => word,
  );
  const stems = Map.groupBy(
    all
      .filter(({ word }) => word.endsWith('*'))
      .map(({ word, choice }) => ({ stem: word.slice(0, -1), choice })),
    ({ stem }) => stem.slice(0, stemLettersMin),
  );
  return {
    exact: new Map([...exact].map(([word, found]) => [word, found.map(({ choice }) => choice)])),
    stems,
  };
}

function look(words: readonly string[], { exact, stems }: Index): Seen {
  const places = new Map<string, number[]>();
  const wordsBefore: number[] = [];
  const sentence: number[] = [];
  let count = 0;
  let current = 0;
  words.forEach((word, at) => {
    const fits = (choice: string) => {
      const known = places.get(choice);
      if (!known) places.set(choice, [at]);
      else if (known.at(-1) !== at) known.push(at);
    };
    wordsBefore.push(count);
    sentence.push(current);
    if (word === '.' || word === '!' || word === '?') current += 1;
    if (!word.startsWith('@')) count += 1;
    exact.get(word)?.forEach(fits);
    for (const { stem, choice } of stems.get(word.slice(0, stemLettersMin)) ?? [])
      if (word.startsWith(stem)) fits(choice);
  });
  return { places, wordsBefore, sentence };
}

/** Follows every way through the phrase at once: the first place that fits may not be the right one. */
function stands(steps: readonly Step[], seen: Seen): boolean {
  const { places, wordsBefore, sentence } = seen;
  if (steps.some(({ choice, optional }) => !optional && !places.has(choice))) return false;
  const [first, ...rest] = steps;
  let ends = places.get(first?.choice ?? '') ?? [];
  for (const { choice, optional, gap } of rest) {
    const follows = (end: number, at: number) =>
      at > end &&
      at - end <= reachMax &&
      sentence[at] === sentence[end] &&
      (wordsBefore[at] ?? 0) - (wordsBefore[end + 1] ?? 0) <= gap;
    const next = followers(ends, places.get(choice) ?? [], follows);
    ends = optional ? [...new Set([...ends, ...next])].sort((a, b) => a - b) : next;
    if (ends.length === 0) return false;
  }
  return true;
}

/** Both lists ascend, so that only places within reach of an end are compared. */
function followers(
  ends: readonly number[],
  places: readonly number[],
  follows: (end: number, at: number) => boolean,
): readonly number[] {
  let from = 0;
  return places.filter((at) => {
    while ((ends[from] ?? at) < at - reachMax) from += 1;
    for (let index = from; (ends[index] ?? at) < at; index += 1)
      if (follows(ends[index] ?? at, at)) return true;
    return false;
  });
}
