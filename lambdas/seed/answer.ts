import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { describeError, log } from '../../adapters/log.ts';

/**
 * Does the work of a custom resource and tells CloudFormation how it went; a failure's text is what the
 * person who deploys reads.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
export async function answerCloudFormation(
  event: CloudFormationCustomResourceEvent,
  work: () => Promise<void>,
): Promise<void> {
  const problem = await work().then(
    () => undefined,
    (error: unknown) => {
      log('seed.failed', describeError(error));
      return error instanceof Error ? error.message : String(error);
    },
  );
  const answer = JSON.stringify({
    Status: problem === undefined ? 'SUCCESS' : 'FAILED',
    Reason: problem ?? 'seeded',
    PhysicalResourceId:
      event.RequestType === 'Create' ? 'directory-seed' : event.PhysicalResourceId,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    Data: {},
  });
  const told = await fetch(event.ResponseURL, {
    method: 'PUT',
    body: answer,
    headers: { 'content-type': '', 'content-length': String(Buffer.byteLength(answer)) },
  });
  if (!told.ok) throw new Error(`CloudFormation took the answer not: HTTP ${told.status}`);
}
