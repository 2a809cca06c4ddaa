import { gunzipSync } from 'node:zlib';
import type { AwsRequest, Emulator } from '../../aws.ts';
import { parseJson } from '../../json-access.ts';
import { CloudwatchError, refusal } from './errors.ts';
import type { Operation } from './operation.ts';

/** Largest body after it is unpacked: AWS takes 1 MB. */
const bodyBytesMax = 1024 * 1024;

/**
 * Answers service `monitoring` in the AWS JSON 1.0 protocol, which SDKs for JavaScript speak; the
 * older Query protocol and CBOR are refused.
 */
export function createCloudwatchApi(operations: Readonly<Record<string, Operation>>): Emulator {
  return async (request) => {
    try {
      const name = operationName(request);
      const run = operations[name];
      if (run === undefined) throw unsupported(name, operations);
      return {
        status: 200,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: JSON.stringify(run(parseJson(bodyText(request)) ?? {})),
      };
    } catch (cause) {
      if (cause instanceof CloudwatchError) return refusal(cause);
      throw cause;
    }
  };
}

/** @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
function operationName({ headers }: AwsRequest): string {
  const [, name] =
    /^GraniteServiceVersion20100801\.(\w+)$/.exec(headers['x-amz-target'] ?? '') ?? [];
  if (name !== undefined) return name;
  throw new CloudwatchError(
    'UnknownOperationException',
    'the local CloudWatch speaks AWS JSON 1.0 only: set the header "x-amz-target: GraniteServiceVersion20100801.OPERATION", as the AWS SDK for JavaScript does',
  );
}

/** The SDK packs the body of a large PutMetricData. */
function bodyText({ headers, body }: AwsRequest): string {
  if (headers['content-encoding'] !== 'gzip') return body.toString();
  try {
    return gunzipSync(body, { maxOutputLength: bodyBytesMax }).toString();
  } catch (cause) {
    throw new CloudwatchError(
      'InvalidParameterValue',
      `the packed body cannot be read, or is more than ${bodyBytesMax} bytes: ${String(cause)}`,
    );
  }
}

function unsupported(
  name: string,
  operations: Readonly<Record<string, Operation>>,
): CloudwatchError {
  const known = Object.keys(operations).join(', ');
  return new CloudwatchError(
    'UnknownOperationException',
    `the local runtime does not support ${name} of CloudWatch, it supports ${known}`,
  );
}
