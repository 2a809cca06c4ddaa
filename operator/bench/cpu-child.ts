/**
 * One function in a process of its own: loads the real bundle, runs the events it is sent, and tells
 * what that took of this process. Started by function-process.ts.
 */
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';

const bundle = z.object({
  handler: z.custom<(event: unknown, context: object) => Promise<{ batchItemFailures: unknown[] }>>(
    (value) => typeof value === 'function',
  ),
});
const order = z.object({ events: z.array(z.unknown()) });

const remainingMs = 120_000;
const context = { getRemainingTimeInMillis: () => remainingMs };
// Its one line a batch is written as in Lambda, to a pipe; nobody reads it here.
const startedAt = performance.now();
const { handler } = bundle.parse(await import(pathToFileURL(process.argv[2] ?? '').href));
process.send?.({ importMs: performance.now() - startedAt });

process.on('message', async (message) => {
  const { events } = order.parse(message);
  const wallBefore = performance.now();
  const cpuBefore = process.cpuUsage();
  let failures = 0;
  for (const event of events) failures += (await handler(event, context)).batchItemFailures.length;
  const { user, system } = process.cpuUsage(cpuBefore);
  process.send?.({
    cpuMs: (user + system) / 1000,
    wallMs: performance.now() - wallBefore,
    failures,
  });
});
