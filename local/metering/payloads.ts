import type { JsonObject } from '../aws.ts';
import { isObject, listOr, objectOr, stringAt } from '../json-access.ts';

/** @see https://aws.amazon.com/sqs/pricing/ and https://aws.amazon.com/eventbridge/pricing/ */
const payloadStepBytes = 64 * 1024;

/** Returns how many requests a payload is billed as; an empty one is billed as one. */
export function payloadsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / payloadStepBytes));
}

/** Returns the payload bytes of one SQS request, or of its answer where that carries the messages. */
export function queuePayloadBytes(body: JsonObject): number {
  const messages = [body['Entries'], body['Messages']].flatMap(listOr).filter(isObject);
  return (messages.length > 0 ? messages : [body]).reduce(
    (sum, message) => sum + messageBytes(message),
    0,
  );
}

/** Returns the bytes of an entry of PutEvents, as EventBridge counts them. */
export function eventBytes(entry: JsonObject): number {
  const timeBytes = entry['Time'] === undefined ? 0 : 14;
  return ['Source', 'DetailType', 'Detail'].reduce(
    (sum, key) => sum + Buffer.byteLength(stringAt(entry, key) ?? ''),
    timeBytes,
  );
}

/** A message is its body and its attributes: name, type and value. */
function messageBytes(message: JsonObject): number {
  const body = stringAt(message, 'MessageBody') ?? stringAt(message, 'Body') ?? '';
  const attributes = Object.entries(objectOr(message['MessageAttributes']));
  return attributes.reduce((sum, [name, value]) => {
    const { DataType, StringValue, BinaryValue } = objectOr(value);
    const texts = [name, String(DataType ?? ''), String(StringValue ?? '')];
    return (
      sum +
      texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0) +
      Buffer.byteLength(String(BinaryValue ?? ''), 'base64')
    );
  }, Buffer.byteLength(body));
}
