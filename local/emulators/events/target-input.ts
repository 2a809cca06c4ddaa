import * as z from 'zod';
import type { Json } from '../../aws.ts';
import { isList, isObject } from '../../json-access.ts';

/** The three ways to say what a target gets instead of the event; at most one is given. */
export const targetInputShape = {
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .strictObject({
      InputPathsMap: z.record(z.string(), z.string()).default({}),
      InputTemplate: z.string(),
    })
    .optional(),
};

export type TargetInput = z.output<z.ZodObject<typeof targetInputShape>>;

/** What a target gets for an event. */
export type MakeInput = (
  event: Json,
  rule: { readonly arn: string; readonly name: string },
) => Json;

/**
 * Compiles a target's Input, InputPath or InputTransformer.
 *
 * @throws Error when more than one is given, or one is malformed.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function compileInput(input: TargetInput): MakeInput {
  const given = [input.Input, input.InputPath, input.InputTransformer].filter(
    (one) => one !== undefined,
  );
  if (given.length > 1) {
    throw new Error(
      'target got more than one of Input, InputPath and InputTransformer, allowed is one',
    );
  }
  if (input.Input !== undefined) {
    const constant = parse(input.Input, 'Input');
    return () => constant;
  }
  if (input.InputPath !== undefined) {
    const read = compilePath(input.InputPath);
    return (event) => read(event) ?? null;
  }
  if (input.InputTransformer !== undefined) return compileTransformer(input.InputTransformer);
  return (event) => event;
}

function compileTransformer(transformer: NonNullable<TargetInput['InputTransformer']>): MakeInput {
  const { InputTemplate: template, InputPathsMap } = transformer;
  const reads = Object.entries(InputPathsMap).map(
    ([name, path]) => [name, compilePath(path)] as const,
  );
  return (event, rule) => {
    const values = new Map<string, Json | undefined>(
      reads.map(([name, read]) => [name, read(event)]),
    );
    values.set('aws.events.rule-arn', rule.arn);
    values.set('aws.events.rule-name', rule.name);
    values.set('aws.events.event', event);
    values.set('aws.events.event.json', event);
    values.set('aws.events.event.ingestion-time', isObject(event) ? event['time'] : undefined);
    return parse(fillTemplate(template, values), 'InputTemplate');
  };
}

/**
 * Within quotes a variable becomes plain text, outside it becomes JSON; one without a value becomes
 * nothing within quotes and an empty text outside.
 */
function fillTemplate(template: string, values: ReadonlyMap<string, Json | undefined>): string {
  let quoted = false;
  return template.replaceAll(/\\.|"|<([A-Za-z0-9_.-]+)>/g, (token, name: string | undefined) => {
    if (token === '"') quoted = !quoted;
    if (name === undefined) return token;
    if (!values.has(name))
      throw new Error(`InputTemplate got <${name}>, which InputPathsMap does not name`);
    const value = values.get(name) ?? '';
    const json = JSON.stringify(value);
    if (!quoted) return json;
    return typeof value === 'string' ? json.slice(1, -1) : JSON.stringify(json).slice(1, -1);
  });
}

/** `$`, `$.detail.name`, `$.resources[0]`. */
function compilePath(path: string): (event: Json) => Json | undefined {
  if (!/^\$(\.[\w-]+|\[\d+\])*$/.test(path)) {
    throw new Error(
      `event path got ${path}, allowed are $, names and indexes such as $.detail.list[0]`,
    );
  }
  const steps = [...path.matchAll(/\.([\w-]+)|\[(\d+)\]/g)].map(
    (step) => step[1] ?? Number(step[2]),
  );
  return (event) =>
    steps.reduce<Json | undefined>((value, step) => {
      if (typeof step === 'number') return isList(value) ? value[step] : undefined;
      return isObject(value) ? value[step] : undefined;
    }, event);
}

function parse(text: string, what: string): Json {
  try {
    const parsed: Json = JSON.parse(text);
    return parsed;
  } catch (cause) {
    throw new Error(`${what} got ${text.slice(0, 200)}, allowed is JSON`, { cause });
  }
}
