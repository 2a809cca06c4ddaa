import Handlebars from 'handlebars';
import { budgetHelpers, type RenderBudget } from './rendering-budget.ts';

/** Rendering either gives text or says, in SES's words, what the Rendering Failure event will. */
export type Rendered =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: string };

type Compiled = (data: unknown) => string;

const cacheSize = 500;
const compiled = new Map<string, Compiled>();
const inspected = new Map<string, Inspection>();

const handlebars = Handlebars.create();
handlebars.registerHelper('helperMissing', (...args: readonly unknown[]) => {
  const options: unknown = args.at(-1);
  const named = typeof options === 'object' && options !== null && 'name' in options;
  throw new Error(missing(named ? String(options.name) : 'unknown'));
});
// SES's documentation lists no `log`, and a mail must not write to this process's console.
handlebars.unregisterHelper('log');

/**
 * Renders one part as SES does: no HTML escaping, built-in helpers only, own properties only, and
 * an attribute that the data lacks is an error. `{{#if x}}` may test a missing attribute.
 * @see https://docs.aws.amazon.com/ses/latest/dg/send-personalized-email-advanced.html
 */
export function render(source: string, data: unknown): Rendered {
  if (!source.includes('{{')) return { ok: true, text: source };
  try {
    return { ok: true, text: compile(source)(data) };
  } catch (cause) {
    return { ok: false, error: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** What can be said of a template part without data. */
export type Inspection = {
  /** Why Handlebars cannot read it. */
  readonly fault: string | undefined;
  /** Whether it does more than plain substitution, which inline templates may not. */
  readonly beyondSubstitution: boolean;
};

/** Reads a template part without rendering it. */
export function inspect(source: string): Inspection {
  if (!source.includes('{{')) return { fault: undefined, beyondSubstitution: false };
  const known = inspected.get(source);
  if (known !== undefined) return known;
  const inspection = inspectNew(source);
  remember(inspected, source, inspection);
  return inspection;
}

function inspectNew(source: string): Inspection {
  try {
    const { body } = handlebars.parse(source);
    return { fault: undefined, beyondSubstitution: body.some(isBeyondSubstitution) };
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause);
    return { fault, beyondSubstitution: false };
  }
}

function isBeyondSubstitution(statement: hbs.AST.Statement): boolean {
  if (statement.type === 'ContentStatement' || statement.type === 'CommentStatement') return false;
  return !isMustache(statement) || statement.params.length > 0;
}

/** Keeps the newest; a run has a few templates, but inline ones come with every request. */
function remember<T>(cache: Map<string, T>, source: string, value: T): void {
  const [oldest] = cache.keys();
  if (cache.size >= cacheSize && oldest !== undefined) cache.delete(oldest);
  cache.set(source, value);
}

function compile(source: string): Compiled {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const program = handlebars.parse(source);
  new Instrumented().accept(program);
  const template = handlebars.compile<unknown>(program, { noEscape: true });
  const run: Compiled = (data) => {
    const budget: RenderBudget = { steps: 0, characters: 0 };
    return template(data, { helpers: budgetHelpers(budget, missing) });
  };
  remember(compiled, source, run);
  return run;
}

function missing(name: string): string {
  return `Attribute '${name}' is not present in the rendering data.`;
}

/**
 * Rewrites `{{a.b}}` to a call that insists on a value, and opens every block and partial with a
 * step of the budget, so that no template can loop or grow for ever.
 */
class Instrumented extends Handlebars.Visitor {
  override Program(program: hbs.AST.Program): void {
    super.Program(program);
    const characters = program.body.reduce((sum, part) => sum + contentLength(part), 0);
    program.body.unshift(call('ses:step', [numberLiteral(characters)]));
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    if (!isPath(mustache.path) || mustache.params.length > 0 || mustache.hash !== undefined) return;
    mustache.params = [mustache.path, stringLiteral(mustache.path.original)];
    mustache.path = path('ses:required');
  }
}

function contentLength(statement: hbs.AST.Statement): number {
  return isContent(statement) ? statement.value.length : 0;
}

function isMustache(node: hbs.AST.Node): node is hbs.AST.MustacheStatement {
  return node.type === 'MustacheStatement';
}

function isContent(node: hbs.AST.Node): node is hbs.AST.ContentStatement {
  return node.type === 'ContentStatement';
}

function isPath(node: hbs.AST.Node): node is hbs.AST.PathExpression {
  return node.type === 'PathExpression';
}

const nowhere: hbs.AST.SourceLocation = {
  source: 'ses',
  start: { line: 1, column: 0 },
  end: { line: 1, column: 0 },
};

function path(name: string): hbs.AST.PathExpression {
  return {
    type: 'PathExpression',
    data: false,
    depth: 0,
    parts: [name],
    original: name,
    loc: nowhere,
  };
}

function stringLiteral(value: string): hbs.AST.StringLiteral {
  return { type: 'StringLiteral', value, original: value, loc: nowhere };
}

function numberLiteral(value: number): hbs.AST.NumberLiteral {
  return { type: 'NumberLiteral', value, original: value, loc: nowhere };
}

function call(name: string, params: hbs.AST.Expression[]): hbs.AST.MustacheStatement {
  const strip = { open: false, close: false };
  return {
    type: 'MustacheStatement',
    path: path(name),
    params,
    hash: { type: 'Hash', pairs: [], loc: nowhere },
    escaped: false,
    strip,
    loc: nowhere,
  };
}
