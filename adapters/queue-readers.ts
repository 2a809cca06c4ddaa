import { type LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda';

/** Lambda's states in which it reads nothing; an unknown one counts as reading. */
const silentStates: ReadonlySet<string> = new Set(['Disabled', 'Disabling']);

/**
 * Returns the queues that Lambda does not read for a function although it should, by name. One call for the
 * first hundred mappings; a function of ours has two.
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html
 */
export async function readUnreadQueues(
  lambda: LambdaClient,
  functionName: string,
): Promise<ReadonlySet<string>> {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName: functionName }),
  );
  return new Set(
    EventSourceMappings.flatMap(({ State = '', EventSourceArn }) => {
      const queue = EventSourceArn?.split(':').at(-1);
      return silentStates.has(State) && queue !== undefined ? [queue] : [];
    }),
  );
}
