/** Calls by which a proof takes a part of a local deployment away and brings it back; no function makes them. */
import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  InvokeCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  GetConfigurationSetEventDestinationsCommand,
  type SESv2Client,
  UpdateConfigurationSetEventDestinationCommand,
} from '@aws-sdk/client-sesv2';
import type { Table } from './items.ts';

export type Feeding = 'Enabled' | 'Disabled';

/** A composite that rings: since when, and its metric alarms that ring, with the length of their periods. */
export type RingingComposite = {
  readonly atMs: number;
  readonly alarms: readonly { readonly name: string; readonly periodSeconds: number }[];
};

/** Invokes a function and waits for its end; returns whether it succeeded. */
export async function invokeFunction(
  lambda: LambdaClient,
  FunctionName: string,
  event: object,
): Promise<boolean> {
  const Payload = JSON.stringify(event);
  const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName, Payload }));
  return FunctionError === undefined;
}

/** Switches every queue of a function on or off; Lambda takes a moment for it. */
export async function feedFunction(
  lambda: LambdaClient,
  functionName: string,
  feeding: Feeding,
): Promise<void> {
  for (const { UUID } of await mappingsOf(lambda, functionName))
    await lambda.send(
      new UpdateEventSourceMappingCommand({ UUID, Enabled: feeding === 'Enabled' }),
    );
}

/** Returns whether every queue of a function is in this state. */
export async function isFed(
  lambda: LambdaClient,
  functionName: string,
  feeding: Feeding,
): Promise<boolean> {
  return (await mappingsOf(lambda, functionName)).every(({ State }) => State === feeding);
}

/** Enables or disables the event destinations of a configuration set. */
export async function publishEvents(
  ses: SESv2Client,
  ConfigurationSetName: string,
  state: Feeding,
): Promise<void> {
  const { EventDestinations = [] } = await ses.send(
    new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName }),
  );
  for (const { Name, MatchingEventTypes, SnsDestination } of EventDestinations)
    await ses.send(
      new UpdateConfigurationSetEventDestinationCommand({
        ...{ ConfigurationSetName, EventDestinationName: Name },
        EventDestination: { Enabled: state === 'Enabled', MatchingEventTypes, SnsDestination },
      }),
    );
}

/** Deletes a table and returns what creates it again, empty. */
export async function deleteTable({ dynamo, name }: Table): Promise<() => Promise<void>> {
  const { Table: was } = await dynamo.send(new DescribeTableCommand({ TableName: name }));
  await dynamo.send(new DeleteTableCommand({ TableName: name }));
  return async () => {
    await dynamo.send(
      new CreateTableCommand({
        TableName: name,
        KeySchema: was?.KeySchema,
        AttributeDefinitions: was?.AttributeDefinitions,
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  };
}

/** Returns a composite that rings, undefined while it is silent; `childPrefix` begins its metric alarms' names. */
export async function readRingingComposite(
  cloudwatch: CloudWatchClient,
  { name, childPrefix }: { readonly name: string; readonly childPrefix: string },
): Promise<RingingComposite | undefined> {
  const { CompositeAlarms: [composite] = [] } = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ['CompositeAlarm'] }),
  );
  if (composite?.StateValue !== 'ALARM') return undefined;
  const { MetricAlarms = [] } = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: childPrefix, StateValue: 'ALARM' }),
  );
  return {
    atMs: composite.StateTransitionedTimestamp?.getTime() ?? Date.now(),
    alarms: MetricAlarms.map(({ AlarmName = '', Period, Metrics = [] }) => ({
      name: AlarmName,
      periodSeconds:
        Period ?? Math.max(...Metrics.map((one) => one.MetricStat?.Period ?? one.Period ?? 0)),
    })),
  };
}

async function mappingsOf(lambda: LambdaClient, FunctionName: string) {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName }),
  );
  return EventSourceMappings;
}
