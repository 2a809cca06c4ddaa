import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readDecisions } from '../../adapters/decision-log.ts';
import { readQueueUrl } from '../../adapters/intake.ts';
import { askRotation } from '../../adapters/rotation-queue.ts';
import type { OperatorCommand } from '../../contract/rotation-command.ts';
import { decisionIdOf } from '../../domain/rotation/decision-id.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import { epochMs, minuteMs } from '../../domain/time.ts';
import type { Backend } from './backend.ts';

const pollMs = 300;

/** Clocks may differ a little, and the queue keeps its order: what stands before it is answered first. */
const backMs = 10 * minuteMs;

/**
 * Puts a command into the rotation queue and waits for the decision that it becomes; undefined when none came
 * in time. The command is carried out all the same then: only the answer is late.
 */
export async function askAndWait(
  { sqs, names, tables }: Backend,
  command: OperatorCommand,
  waitMs: number,
): Promise<{ readonly id: string; readonly decision: Decision | undefined }> {
  const queueUrl = await readQueueUrl(sqs, names.rotationQueue);
  const asked = { message: { kind: 'command', command }, slot: randomUUID() } as const;
  const id = decisionIdOf(await askRotation(sqs, queueUrl, asked), 0);
  const began = Date.now();
  for (;;) {
    const now = Date.now();
    const found = await readDecisions(
      tables.evidence,
      epochMs(began - backMs),
      epochMs(now + backMs),
    );
    const decision = found.find((one) => one.id === id);
    if (decision || now + pollMs > began + waitMs) return { id, decision };
    await sleep(pollMs);
  }
}
