/**
 * dynalite parses a request's expressions anew each time, which was half of its work in a fault run.
 * A program asks with the same few texts again and again; only the values change.
 */

/** One of dynalite's parsers; it takes names and values out of the context as it finds them in the text. */
export type ExpressionParser = {
  parse: (text: string, options: { readonly context: ExpressionContext }) => unknown;
};

/** Names and values of one request, and those that none of its expressions has used yet. */
export type ExpressionContext = {
  readonly attrNames?: Readonly<Record<string, string>> | undefined;
  readonly attrVals?: Readonly<Record<string, object>> | undefined;
  readonly unusedAttrNames: Record<string, boolean>;
  readonly unusedAttrVals: Record<string, boolean>;
};

type Remembered = {
  /** What the text means, with the values of the first request in it. */
  readonly meaning: unknown;
  /** Those values, each with its name: the places where later requests put theirs. */
  readonly places: ReadonlyMap<object, string>;
  readonly names: readonly string[];
  readonly values: readonly string[];
};

/** What these say of a value depends on more of it than its type. */
const dependsOnValues = /between|attribute_type/i;

/** Texts of one program; one that writes values into its texts is not worth remembering. */
const rememberedMax = 1_000;

/** Makes a parser answer from memory where it has read the same text about values of the same types. */
export function rememberExpressions(parser: ExpressionParser): void {
  const { parse } = parser;
  const known = new Map<string, Remembered>();
  parser.parse = (text, options) => {
    const { context } = options;
    if (dependsOnValues.test(text)) return parse(text, options);
    const key = keyOf(text, context);
    const before = known.get(key);
    if (before !== undefined) {
      for (const name of before.names) delete context.unusedAttrNames[name];
      for (const name of before.values) delete context.unusedAttrVals[name];
      return copyOf(before.meaning, (node) => {
        const name = before.places.get(node);
        return name === undefined ? undefined : context.attrVals?.[name];
      });
    }
    const { attrNames = {}, attrVals = {} } = context;
    const unusedAttrNames = allOf(attrNames);
    const unusedAttrVals = allOf(attrVals);
    const meaning = parse(text, { context: { ...context, unusedAttrNames, unusedAttrVals } });
    const names = Object.keys(attrNames).filter((name) => !(name in unusedAttrNames));
    const values = Object.keys(attrVals).filter((name) => !(name in unusedAttrVals));
    for (const name of names) delete context.unusedAttrNames[name];
    for (const name of values) delete context.unusedAttrVals[name];
    // A text that cannot be understood is answered with what is wrong about it.
    if (typeof meaning !== 'string' && known.size < rememberedMax) {
      const places = new Map(Object.entries(attrVals).map(([name, value]) => [value, name]));
      const kept = copyOf(meaning, (node) => (places.has(node) ? node : undefined));
      known.set(key, { meaning: kept, places, names, values });
    }
    return meaning;
  };
}

function keyOf(text: string, { attrNames, attrVals = {} }: ExpressionContext): string {
  const types = Object.entries(attrVals).flatMap(([name, value]) => [name, ...Object.keys(value)]);
  return JSON.stringify([text, attrNames, types]);
}

function allOf(named: object): Record<string, boolean> {
  return Object.fromEntries(Object.keys(named).map((name) => [name, true]));
}

/** Copies a tree; what `instead` gives for a node stands in its place, uncopied. */
function copyOf(node: unknown, instead: (node: object) => object | undefined): unknown {
  if (typeof node !== 'object' || node === null) return node;
  const given = instead(node);
  if (given !== undefined) return given;
  if (Array.isArray(node)) return node.map((one) => copyOf(one, instead));
  const copy: Record<string, unknown> = Object.create(Object.getPrototypeOf(node));
  for (const [name, one] of Object.entries(node)) copy[name] = copyOf(one, instead);
  return copy;
}
