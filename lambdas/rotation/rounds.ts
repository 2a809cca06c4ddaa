import { type RotationMessage, rotationMessage } from '../../contract/rotation-command.ts';
import type { QueueRecord } from '../queue-records.ts';

/** A message of the queue, as far as rotation reads it. */
export type RotationRecord = Pick<QueueRecord, 'queueMessageId' | 'body'>;

/** What somebody asks for, and the id of the message that says so. */
export type Asked = { readonly queueMessageId: string; readonly message: RotationMessage };

/** Messages that one run answers, in their order; more than one only where all tell of failures. */
export type Round = readonly [Asked, ...Asked[]];

/** Returns what a message asks for; as a text why it cannot be read. */
export function readAsked({ queueMessageId, body }: RotationRecord): Asked | string {
  const message = rotationMessage.safeParse(parseJson(body));
  return message.success
    ? { queueMessageId, message: message.data }
    : message.error.message.slice(0, 500);
}

/**
 * Returns the rounds of a batch: messages that tell of failures and follow on each other are one look, because
 * in a storm a look for each would take longer than the storm.
 */
export function roundsOf(batch: readonly Asked[]): readonly Round[] {
  const rounds: [Asked, ...Asked[]][] = [];
  for (const asked of batch) {
    const last = rounds.at(-1);
    if (last && isOfFailures(last[0]) && isOfFailures(asked)) last.push(asked);
    else rounds.push([asked]);
  }
  return rounds;
}

/** Returns what a round asks for as a whole: every region of its messages once. */
export function messageOf([first, ...others]: Round): RotationMessage {
  const { message } = first;
  if (message.kind !== 'failures' || others.length === 0) return message;
  const all = [first, ...others].flatMap((asked) =>
    asked.message.kind === 'failures' ? asked.message.regions : [],
  );
  const regions = new Map(
    all.map((region) => [JSON.stringify(Object.entries(region).sort()), region]),
  );
  return { kind: 'failures', regions: [...regions.values()] };
}

/** Returns a round without a message that was answered before, undefined where nothing is left. */
export function without(round: Round, queueMessageId: string | undefined): Round | undefined {
  const [first, ...others] = round.filter((asked) => asked.queueMessageId !== queueMessageId);
  return first && [first, ...others];
}

function isOfFailures({ message }: Asked): boolean {
  return message.kind === 'failures';
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
