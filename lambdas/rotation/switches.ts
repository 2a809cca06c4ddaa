import type { OperatorCommand } from '../../contract/rotation-command.ts';
import { decisionIdOf } from '../../domain/rotation/decision-id.ts';
import type { Decision } from '../../domain/rotation/model.ts';
import type { EpochMs } from '../../domain/time.ts';
import { tell } from './carry-out.ts';
import type { HandPorts, StandingPorts } from './ports.ts';

/** What a person says of how much the loop may do by itself. */
export type Switch = Extract<OperatorCommand, { readonly do: 'automation' | 'autonomy' }>;

/** Returns whether a command is a switch, which needs neither evidence nor what stands. */
export function isSwitch(command: OperatorCommand): command is Switch {
  return command.do === 'automation' || command.do === 'autonomy';
}

/**
 * Writes a switch and its record. It waits for nothing that another message has begun: it is what a person
 * reaches for when that goes wrong. Its last word counts, so writing it twice is harmless.
 */
export async function throwSwitch(
  { command, queueMessageId }: { readonly command: Switch; readonly queueMessageId: string },
  ports: HandPorts & Pick<StandingPorts, 'readAutomation'>,
  now: EpochMs,
): Promise<void> {
  const { by, why } = command;
  const before = await ports.readAutomation();
  const { state, autonomy } = before ?? { state: 'on', autonomy: {} };
  const isResumed = command.do === 'automation' && command.state === 'on';
  const resumedAt = isResumed ? now : before?.resumedAt;
  await ports.putAutomation({
    state: command.do === 'automation' ? command.state : state,
    autonomy: command.do === 'autonomy' ? { ...autonomy, [command.kind]: command.level } : autonomy,
    ...(resumedAt === undefined ? {} : { resumedAt }),
    at: now,
    by,
    why,
  });
  const decision: Decision = {
    id: decisionIdOf(queueMessageId, 0),
    at: now,
    autonomy: 'act',
    done: true,
    actions: [],
    evidence: [
      command.do === 'automation'
        ? `automation is ${command.state}`
        : `${command.kind} is at ${command.level}`,
    ],
    counterEvidence: [],
    by,
    why,
  };
  await ports.putDecision(decision);
  await tell(decision, ports, now);
}
