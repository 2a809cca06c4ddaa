import {
  GetEventSourceMappingCommand,
  type LambdaClient,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';

/** Whether Lambda reads a queue, or is on its way there. `gone`: a deploy has removed the mapping. */
export type MappingState = 'enabled' | 'disabled' | 'gone';

/** Lambda's states, of which most are on their way; an unknown one counts as enabled. */
const disabledStates: ReadonlySet<string> = new Set(['Disabled', 'Disabling']);

/** Returns whether Lambda reads a queue for a function. @throws when Lambda does not answer */
export async function readMapping(lambda: LambdaClient, uuid: string): Promise<MappingState> {
  try {
    const { State = '' } = await lambda.send(new GetEventSourceMappingCommand({ UUID: uuid }));
    if (State === 'Deleting') return 'gone';
    return disabledStates.has(State) ? 'disabled' : 'enabled';
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return 'gone';
    throw error;
  }
}

/**
 * Lets Lambda read a queue, or stop; it takes up to a minute to do so. Idempotent. Returns false while
 * Lambda is still busy with the change before: ask again later. A mapping that is gone asks for nothing.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
 */
export async function setMapping(
  lambda: LambdaClient,
  uuid: string,
  state: Exclude<MappingState, 'gone'>,
): Promise<boolean> {
  try {
    const Enabled = state === 'enabled';
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled }));
    return true;
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return true;
    if (isNamed(error, 'ResourceInUseException', 'ResourceConflictException')) return false;
    throw error;
  }
}

function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
