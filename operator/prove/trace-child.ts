/** Entry of the process that measures traces: it may use more memory than the one that asks. */
import { runTraces } from './trace-run.ts';

const run = await runTraces(Number(process.argv[2]), (progress) => process.send?.({ progress }));
process.send?.({ run });
process.disconnect?.();
