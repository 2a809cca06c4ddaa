import type { Json, JsonObject } from '../../aws.ts';
import { asText, isObject, listOr, objectOr, stringAt } from '../../json-access.ts';
import { md5OfAttributes } from './message-attributes.ts';

/**
 * fauxqs forgets the MessageGroupId of a message on a standard queue; AWS keeps it (fair queues)
 * and returns it. Here it travels as a message attribute of this name, which callers cannot use
 * (SQS reserves names that begin with `AWS.`), and is taken off again on receive.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 */
const carrier = 'AWS.MessageGroupId';
const callBytesMax = 1_048_576;

/**
 * Returns a SendMessage or SendMessageBatch input whose group ids survive a standard queue. fauxqs counts
 * what carries them, AWS does not: a call that fills SQS's limit goes without, and is received without.
 */
export function carryGroups(input: JsonObject): JsonObject {
  if (stringAt(input, 'QueueUrl')?.endsWith('.fifo')) return input;
  const entries = input['Entries'];
  const carried = (entries === undefined ? [input] : listOr(entries)).map((entry) =>
    carryGroup(objectOr(entry)),
  );
  if (sum(carried.map(messageBytes)) > callBytesMax) return input;
  return entries === undefined ? (carried[0] ?? input) : { ...input, Entries: carried };
}

/** Returns the answer to a send with the digests that the caller's own attributes have. */
export function correctSendDigests(input: JsonObject, answer: JsonObject): JsonObject {
  const entries = input['Entries'];
  if (entries === undefined) return correctDigest(answer, objectOr(input['MessageAttributes']));
  const attributesById = new Map(
    listOr(entries).map((entry) => {
      const { Id = '', MessageAttributes } = objectOr(entry);
      return [asText(Id), objectOr(MessageAttributes)] as const;
    }),
  );
  const successful = listOr(answer['Successful']).map((entry) => {
    const sent = objectOr(entry);
    return correctDigest(sent, attributesById.get(asText(sent['Id'] ?? '')) ?? {});
  });
  return { ...answer, Successful: successful };
}

/** Returns a ReceiveMessage input that lets the carried group id through. */
export function askForGroups(input: JsonObject): JsonObject {
  const names = listOr(input['MessageAttributeNames']);
  return names.length === 0 ? input : { ...input, MessageAttributeNames: [...names, carrier] };
}

/**
 * Returns the received messages as AWS would give them: the group id among the system attributes
 * when asked for, and no message attributes but the ones asked for.
 */
export function restoreGroups(input: JsonObject, answer: JsonObject): JsonObject {
  const systemNames = [
    ...listOr(input['AttributeNames']),
    ...listOr(input['MessageSystemAttributeNames']),
  ];
  const wantsGroup = systemNames.includes('All') || systemNames.includes('MessageGroupId');
  const wantsAttributes = listOr(input['MessageAttributeNames']).length > 0;
  const messages = listOr(answer['Messages']).map((one) => {
    const message = objectOr(one);
    const { [carrier]: carried, ...attributes } = objectOr(message['MessageAttributes']);
    const group = isObject(carried) ? stringAt(carried, 'StringValue') : undefined;
    return {
      ...withAttributes(message, wantsAttributes ? attributes : {}),
      ...(wantsGroup && group !== undefined
        ? { Attributes: { ...objectOr(message['Attributes']), MessageGroupId: group } }
        : {}),
    };
  });
  return { ...answer, Messages: messages };
}

function carryGroup(message: JsonObject): JsonObject {
  const group = stringAt(message, 'MessageGroupId');
  if (group === undefined) return message;
  const attributes: Record<string, Json> = { ...objectOr(message['MessageAttributes']) };
  attributes[carrier] = { DataType: 'String', StringValue: group };
  return { ...message, MessageAttributes: attributes };
}

/** An attribute counts with its name, type and value. */
function messageBytes({ MessageBody, MessageAttributes }: JsonObject): number {
  const attributes = Object.entries(objectOr(MessageAttributes)).flatMap(([name, attribute]) => [
    name,
    ...Object.values(objectOr(attribute)).map((value) => asText(value)),
  ]);
  return sum([asText(MessageBody ?? ''), ...attributes].map((text) => Buffer.byteLength(text)));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function correctDigest(sent: JsonObject, attributes: JsonObject): JsonObject {
  const { MD5OfMessageAttributes: _ofCarried, ...rest } = sent;
  if (Object.keys(attributes).length === 0) return rest;
  return { ...rest, MD5OfMessageAttributes: md5OfAttributes(attributes) };
}

function withAttributes(message: JsonObject, attributes: JsonObject): JsonObject {
  const { MessageAttributes: _all, ...rest } = message;
  const corrected = correctDigest(rest, attributes);
  return Object.keys(attributes).length === 0
    ? corrected
    : { ...corrected, MessageAttributes: attributes };
}
