/** What a template engine may look up: words, or names in square brackets, joined by dots or slashes. */
const paths =
  /(?:\[[^\]]*\]|[^\s[\]{}()|=~&#/^!>"'`,.]+)(?:[./](?:\[[^\]]*\]|[^\s[\]{}()|=~&#/^!>"'`,.]+))*/g;

/** Placeholders of SES's templates, with two braces or three. */
const placeholders = /\{\{\{?([^{}]*)\}\}/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const control = /[\x00-\x1f\x7f]/;

/**
 * Returns the sentence that refuses a recipient whose data would put a line break or another control
 * character into the Subject, undefined when it may be sent. SES renders `{{name}}` after our checks, so
 * the subject alone does not tell. Whatever a placeholder names is looked at in full, lists and objects
 * included: what a block (`{{#each}}`) takes from it is known to the template engine alone.
 * @see https://docs.aws.amazon.com/ses/latest/dg/send-personalized-email-advanced.html
 */
export function subjectProblem(
  subject: string,
  data: Readonly<Record<string, unknown>>,
): string | undefined {
  // What `this` stands for inside a block is named by the block, which is looked at as well.
  for (const [, expression = ''] of subject.matchAll(placeholders))
    for (const [path] of expression.matchAll(paths))
      if (path !== 'this' && holdsControl(valueAt(path, data)))
        return `content.subject: the data for ${shown(path)} holds a line break or control character`;
  return undefined;
}

function valueAt(path: string, data: Readonly<Record<string, unknown>>): unknown {
  let value: unknown = data;
  for (const [, bracketed, plain] of path.matchAll(/\[([^\]]*)\]|([^./]+)/g)) {
    const name = bracketed ?? plain ?? '';
    if (plain === 'this') continue;
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? new Map(Object.entries(value)).get(name)
        : undefined;
  }
  return value;
}

function holdsControl(value: unknown): boolean {
  if (typeof value === 'string') return control.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsControl);
}

function shown(path: string): string {
  return path.replace(/[^\x20-\x7e]/g, '?').slice(0, 60);
}
