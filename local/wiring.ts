import type { JsonObject, LocalClock, Place } from './aws.ts';
import { type Cloudwatch, createCloudwatch } from './emulators/cloudwatch/cloudwatch.ts';
import { type SendingMetrics, sendingMetrics } from './emulators/cloudwatch/sending-metrics.ts';
import {
  functionMetrics,
  ruleMetrics,
  tableMetrics,
} from './emulators/cloudwatch/service-metrics.ts';
import { type NameServer, openNameServer } from './emulators/dns/name-server.ts';
import { createDnsRecords, type DnsRecords } from './emulators/dns/records.ts';
import { createWorldNames } from './emulators/dns/world-names.ts';
import {
  createDynamodb,
  type Dynamodb,
  type DynamodbOptions,
} from './emulators/dynamodb/dynamodb.ts';
import { createEvents, type Events } from './emulators/events/events.ts';
import { createMessaging, type Messaging } from './emulators/messaging/messaging.ts';
import { createSecrets, type Secrets } from './emulators/secrets/secrets.ts';
import { createSes, type Ses } from './emulators/ses/ses.ts';
import { asText, listOr, objectOr, parseJson, stringAt } from './json-access.ts';
import { createLambdaBox, type LambdaBox, type LambdaBoxOptions } from './lambda/lambda-box.ts';
import type { Meter } from './metering/meter.ts';
import { meterPublish, meterQueues, meterTables } from './metering/metered-services.ts';
import type { Note } from './note.ts';

export type ServicesOptions = {
  readonly place: Place;
  readonly clock: LocalClock;
  readonly endpointUrl: () => string;
  readonly note: Note;
  readonly onLog: (source: string, line: string) => void;
  /** Seed of the SES emulator's dice. */
  readonly seed: number | undefined;
  /** Counts what AWS bills; without one nothing is counted. */
  readonly meter: Meter | undefined;
};

/** Every emulator of the box, each with its hands on those it needs. */
export type WiredEmulators = {
  readonly cloudwatch: Cloudwatch;
  /** With its queues on the meter, where there is one. */
  readonly messaging: Messaging;
  readonly lambda: LambdaBox;
  readonly dynamodb: Dynamodb;
  readonly events: Events;
  readonly secrets: Secrets;
  readonly ses: Ses;
  readonly sending: SendingMetrics;
  readonly records: DnsRecords;
  readonly nameServer: NameServer;
};

/** Builds every emulator and wires them to each other; none has resources yet. */
export async function wireEmulators(options: ServicesOptions): Promise<WiredEmulators> {
  const { place, clock, endpointUrl, note, onLog, meter } = options;
  const cloudwatch: Cloudwatch = createCloudwatch({
    ...{ place, clock },
    publish: (topicArn, notice) => messaging.notify(topicArn, notice),
    invoke: (functionArn, payload) => lambda.invokeAsync(functionArn, payload),
    emit: (event) => events.emit('default', event),
  });
  const { measure } = cloudwatch;
  const messaging = metered(
    await createMessaging({
      ...{ place, endpointUrl, note, measure },
      invokeAsync: (functionArn, payload) => lambda.invokeAsync(functionArn, payload),
      onDropped: (functionArn, message) => onLog('sns', `${functionArn}: ${message}`),
    }),
    meter,
  );
  const records = createDnsRecords(
    createWorldNames({
      listingsOf: (name) => ses.listingsOf(name),
      providerOf: (domain) => ses.providerOf(domain),
    }),
  );
  const nameServer = await openNameServer(records.answer);
  const lambda = createLambdaBox({
    nameServer: nameServer.address,
    ...{ endpointUrl, place, clock, sqs: messaging.sqs },
    ...watchFunctions(cloudwatch, options),
  });
  const dynamodb = createDynamodb({ ...{ place, note }, ...countTables(cloudwatch, meter) });
  // EventBridge hands events to functions asynchronously: accepted first, retried by Lambda.
  const events = createEvents({
    ...{ place, clock, invoke: lambda.invokeAsync, sendMessage: messaging.sendMessage },
    publish: async (topicArn, messages) => {
      for (const message of messages) await messaging.notify(topicArn, { message });
    },
    onDelivered: ruleMetrics(measure),
  });
  const sending = sendingMetrics({
    measure,
    hasReputationMetrics: (name) => ses.hasReputationMetrics(name),
    rateVolume: () => ses.rateVolume(),
  });
  const ses: Ses = createSes({
    ...{ place, clock, publish: messaging.publish, onEvent: sending.onEvent },
    putEvents: (entries) => {
      for (const entry of entries) emitFromService(events, entry);
    },
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  const secrets = createSecrets({ place, clock });
  const stateless = { sending, records, nameServer };
  return { cloudwatch, messaging, lambda, dynamodb, events, secrets, ses, ...stateless };
}

/** What is sent to queues and published to topics goes on the meter, whoever does it. */
function metered(messaging: Messaging, meter: Meter | undefined): Messaging {
  if (meter === undefined) return messaging;
  return {
    ...messaging,
    sqs: meterQueues(messaging.sqs, meter),
    publish: meterPublish(messaging.publish, meter),
    notify: (topicArn, notice) =>
      meterPublish(() => messaging.notify(topicArn, notice), meter)(topicArn, [notice.message]),
  };
}

function watchFunctions(
  { readLog, measure }: Cloudwatch,
  { onLog, meter }: ServicesOptions,
): Pick<LambdaBoxOptions, 'onLog' | 'onRun' | 'onInvoked'> {
  return {
    onLog: (source, line) => {
      readLog(line);
      onLog(source, line);
    },
    onRun: functionMetrics(measure),
    onInvoked: (by) => meter?.add({ by, operation: 'lambda:Invoke', resource: by }, { calls: 1 }),
  };
}

/** Counting takes time: it is done for a meter, or for an alarm that looks at capacity. */
function countTables(
  { measure, watches }: Cloudwatch,
  meter: Meter | undefined,
): Pick<DynamodbOptions, 'onConsumed' | 'isCounting'> {
  const toMeter = meter === undefined ? undefined : meterTables(meter);
  const toMetrics = tableMetrics(measure);
  return {
    isCounting: () => toMeter !== undefined || watches('AWS/DynamoDB'),
    onConsumed: (request, operation, consumed) => {
      toMeter?.(request, operation, consumed);
      toMetrics(consumed);
    },
  };
}

/** Services put events of their own source, which PutEvents refuses to everyone else. */
function emitFromService(events: Events, entry: JsonObject): void {
  const timeSeconds = Number(entry['Time']);
  events.emit('default', {
    source: stringAt(entry, 'Source') ?? '',
    detailType: stringAt(entry, 'DetailType') ?? '',
    detail: objectOr(parseJson(stringAt(entry, 'Detail') ?? '')),
    resources: listOr(entry['Resources']).map(asText),
    ...(Number.isFinite(timeSeconds) ? { timeMs: timeSeconds * 1_000 } : {}),
  });
}
