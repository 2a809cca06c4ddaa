/** What every answer of the console carries: it may do nothing but what the page's own files do. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from './lookup-model.ts';

/** An answer before it is written; `data` as JSON. */
export type Answer =
  | { readonly status: number; readonly data: unknown }
  | {
      readonly status: number;
      readonly type: string;
      readonly text: string;
      readonly policy: string;
    };

/** The page: its own script and style, nothing inline, nothing from elsewhere, in nobody's frame. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A mail's HTML: no script, no form, nothing from the network, an origin of its own. */
export const mailPolicy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox',
].join('; ');

const nothingPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** Bytes of a question; the longest holds a reason of a few lines. */
const questionBytesMax = 65_536;

const always = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // Links of a mail, too, would have their names looked up before anybody clicks.
  'x-dns-prefetch-control': 'off',
};

/** Returns a refusal. */
export function refuse(status: number, error: string): Answer {
  return { status, data: { error } satisfies Refusal };
}

/** Returns the headers of an answer of this type and policy. */
export function headersOf(type: string, policy = nothingPolicy): Readonly<Record<string, string>> {
  return { ...always, 'content-type': type, 'content-security-policy': policy };
}

/** Writes an answer. */
export function write(response: ServerResponse, answer: Answer): void {
  const isData = 'data' in answer;
  const body = isData ? JSON.stringify(answer.data) : answer.text;
  const type = isData ? 'application/json; charset=utf-8' : answer.type;
  response.writeHead(answer.status, headersOf(type, isData ? undefined : answer.policy));
  response.end(body);
}

/** Returns the JSON of a question; undefined where it is none, too long, or not said to be JSON. */
export async function readQuestion(request: IncomingMessage): Promise<unknown> {
  // A form of a foreign page can send no JSON without asking first.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > questionBytesMax) return undefined;
    chunks.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
