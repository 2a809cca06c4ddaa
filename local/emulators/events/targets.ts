import type { Json } from '../../aws.ts';
import { parseJson } from '../../json-access.ts';

/** The hands of the emulator: how each kind of target is reached. */
export type TargetHands = {
  readonly invoke: (
    functionArn: string,
    payload: Json,
  ) => Promise<{ readonly error?: { readonly type: string; readonly message: string } }>;
  /** `group` is the message group of a FIFO queue. */
  readonly sendMessage: (queueArn: string, body: string, group?: string) => Promise<void>;
  readonly publish: (topicArn: string, messages: string[]) => Promise<void>;
};

type Target = { readonly arn: string; readonly group: string | undefined };

type Deliver = (hands: TargetHands, target: Target, text: string) => Promise<void>;

/** Service in the target's ARN → how an input, as text, gets there. */
const deliveries: Readonly<Record<string, Deliver>> = {
  lambda: async (hands, { arn }, text) => {
    const payload = parseJson(text);
    if (payload === undefined) {
      throw new Error(`input for ${arn} got ${text.slice(0, 200)}, allowed is JSON`);
    }
    const { error } = await hands.invoke(arn, payload);
    if (error !== undefined) throw new Error(`${error.type}: ${error.message}`);
  },
  sqs: (hands, { arn, group }, text) => hands.sendMessage(arn, text, group),
  sns: (hands, { arn }, text) => hands.publish(arn, [text]),
};

/**
 * Finds how a target is reached.
 *
 * @throws Error when the ARN is not that of a function, a queue or a topic.
 */
export function targetDelivery(
  arn: string,
  hands: TargetHands,
  group?: string,
): (text: string) => Promise<void> {
  const deliver = deliveries[arn.split(':')[2] ?? ''];
  if (deliver !== undefined) return (text) => deliver(hands, { arn, group }, text);
  throw new Error(
    `target got ${arn}, allowed in the local runtime are Lambda functions, SQS queues and SNS topics`,
  );
}
