import { createInterface } from 'node:readline';
import * as z from 'zod';
import { classify } from '../../domain/classification/classify.ts';
import type { Classified, Diagnosis } from '../../domain/classification/reasons.ts';

/** What became of one line, by its number from 1; `problem` says why it cannot be read. */
export type ClassifiedLine =
  | { readonly line: number; readonly classified: Classified }
  | { readonly line: number; readonly problem: string };

const example = '{"diagnostic":"550 5.1.1 user unknown"}';

/** A field that is null says as little as one that is absent: both are written. */
const maybe = z.nullish(z.string()).transform((value) => value ?? undefined);

/** Other fields are ignored, so that labelled files can be given as they are. */
const diagnosis = z.looseObject({
  diagnostic: maybe,
  status: maybe,
  bounceType: maybe,
  bounceSubType: maybe,
  delayType: maybe,
  recipientDomain: maybe,
});

/** Yields what each line of JSON means, in order, as it is read; blank lines are passed over. */
export async function* classifyLines(input: NodeJS.ReadableStream): AsyncGenerator<ClassifiedLine> {
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    // Editors on Windows begin a file with a byte order mark, which is no part of the JSON.
    const content = line === 1 ? text.replace(/^\ufeff/, '') : text;
    if (content.trim() === '') continue;
    const read = readDiagnosis(content);
    yield typeof read === 'string'
      ? { line, problem: `${read}; a line is an object such as ${example}` }
      : { line, classified: classify(read) };
  }
}

function readDiagnosis(text: string): Diagnosis | string {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return 'got what is not JSON';
  }
  const parsed = diagnosis.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return [...(issue?.path ?? []), issue?.message].join(': ');
  }
  return Object.fromEntries(
    Object.entries(parsed.data).filter(
      ([name, value]) => value !== undefined && Object.hasOwn(diagnosis.shape, name),
    ),
  );
}
