import { createHash } from 'node:crypto';
import type { JsonObject } from '../../aws.ts';
import { objectOr, stringAt } from '../../json-access.ts';

/**
 * Returns the digest that SQS gives of a message's attributes, in hexadecimal.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: JsonObject): string {
  const digest = createHash('md5');
  for (const name of Object.keys(attributes).sort()) {
    const attribute = objectOr(attributes[name]);
    const type = stringAt(attribute, 'DataType') ?? '';
    digest.update(sized(Buffer.from(name)));
    digest.update(sized(Buffer.from(type)));
    const isBinary = type.startsWith('Binary');
    digest.update(Buffer.from([isBinary ? 2 : 1]));
    digest.update(
      sized(
        isBinary
          ? Buffer.from(stringAt(attribute, 'BinaryValue') ?? '', 'base64')
          : Buffer.from(stringAt(attribute, 'StringValue') ?? ''),
      ),
    );
  }
  return digest.digest('hex');
}

function sized(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
