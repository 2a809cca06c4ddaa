import { reportResidentBytes } from './resident-bytes.ts';
import { runRuntime } from './runtime-loop.ts';

// The box holds the other end of standard input: when the box is gone, so is this worker.
process.stdin.resume().once('end', () => process.exit(0));

// Lambda sets no such thing, so the function must not find it; Node has read it by now.
delete process.env['NODE_COMPILE_CACHE'];

const runtimeApi = process.env['AWS_LAMBDA_RUNTIME_API'];
if (runtimeApi === undefined) {
  throw new Error(
    'AWS_LAMBDA_RUNTIME_API is not set: this program is started by the local runtime',
  );
}
reportResidentBytes(runtimeApi);
await runRuntime(runtimeApi);
