import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A handler as Lambda's Node 24 runtime knows it: it returns its result, or a promise of it. */
export type Handler = (event: unknown, context: object) => unknown;

const extensions = ['', '.js', '.mjs', '.cjs'] as const;

/**
 * Loads `file.export` (`index.handler`, `folder/file.nested.name`) from the task root.
 *
 * @throws Error named like Lambda's own start-up errors, when there is no such file or function, or
 * the handler wants a callback, which Node 24 on Lambda no longer gives.
 */
export async function loadHandler(taskRoot: string, handler: string): Promise<Handler> {
  const split = /^((?:.*\/)?[^./]+)\.(.+)$/.exec(handler);
  if (split?.[1] === undefined || split[2] === undefined) {
    throw startError(
      'Runtime.MalformedHandlerName',
      `handler got ${handler}, allowed is file.export`,
    );
  }
  const base = resolve(taskRoot, split[1]);
  const file = extensions.map((extension) => base + extension).find((path) => existsSync(path));
  if (file === undefined) {
    throw startError(
      'Runtime.ImportModuleError',
      `no module ${split[1]} (.js, .mjs, .cjs) in the asset`,
    );
  }
  const loaded: unknown = await import(pathToFileURL(file).href);
  const found = exportOf(loaded, split[2]);
  if (!isHandler(found)) {
    throw startError(
      'Runtime.HandlerNotFound',
      `${handler} is undefined or not exported as a function`,
    );
  }
  if (found.length >= 3) {
    throw startError(
      'Runtime.CallbackHandlerDeprecated',
      `${handler} takes a callback: Lambda removed callback handlers with Node.js 24, ` +
        'make it an async function that returns its result',
    );
  }
  return found;
}

/** A CommonJS module has its exports under `default` when its names cannot be told beforehand. */
function exportOf(loaded: unknown, path: string): unknown {
  const direct = path.split('.').reduce(childOf, loaded);
  return direct ?? path.split('.').reduce(childOf, childOf(loaded, 'default'));
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function';
}

function startError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
