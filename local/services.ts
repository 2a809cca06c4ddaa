import type { JsonObject, LocalClock, Place, ResourceProviders } from './aws.ts';
import { openNameServer } from './emulators/dns/name-server.ts';
import { createDnsRecords, type DnsRecords } from './emulators/dns/records.ts';
import { createWorldNames } from './emulators/dns/world-names.ts';
import { createDynamodb, type Dynamodb } from './emulators/dynamodb/dynamodb.ts';
import { createEvents, type Events } from './emulators/events/events.ts';
import { createMessaging, type Messaging } from './emulators/messaging/messaging.ts';
import { createSecrets } from './emulators/secrets/secrets.ts';
import { createSes, type Ses } from './emulators/ses/ses.ts';
import type { EndpointOptions } from './endpoint.ts';
import { asText, listOr, objectOr, parseJson, stringAt } from './json-access.ts';
import { createLambdaBox, type LambdaBox } from './lambda/lambda-box.ts';
import type { Meter } from './metering/meter.ts';
import {
  meterCalls,
  meterEvents,
  meterPublish,
  meterQueues,
  meterTables,
} from './metering/metered-services.ts';
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

/** All emulators of the box, wired to each other. */
export type Services = {
  readonly lambda: LambdaBox;
  readonly messaging: Messaging;
  readonly ses: Ses;
  readonly fillTable: Dynamodb['fill'];
  readonly providers: ResourceProviders;
  readonly emulators: EndpointOptions['emulators'];
  readonly localRoutes: EndpointOptions['localRoutes'];
  /** Begins polling and schedules; to be called when all resources exist. */
  readonly start: () => void;
  readonly close: () => Promise<void>;
};

/** Builds every emulator; none has resources yet. */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { place, clock, endpointUrl, note, onLog, meter } = options;
  const messaging: Messaging = await createMessaging({
    place,
    endpointUrl,
    note,
    invokeAsync: (functionArn, payload) => lambda.invokeAsync(functionArn, payload),
    onDropped: (functionArn, message) => onLog('sns', `${functionArn}: ${message}`),
  });
  const { sns, s3, sts, sendMessage } = messaging;
  const sqs = meter ? meterQueues(messaging.sqs, meter) : messaging.sqs;
  const publish = meter ? meterPublish(messaging.publish, meter) : messaging.publish;
  const records = createDnsRecords(
    createWorldNames({
      listingsOf: (name) => ses.listingsOf(name),
      providerOf: (domain) => ses.providerOf(domain),
    }),
  );
  const nameServer = await openNameServer(records.answer);
  const lambda = createLambdaBox({
    nameServer: nameServer.address,
    ...{ endpointUrl, place, clock, sqs, onLog },
    onInvoked: (by) => meter?.add({ by, operation: 'lambda:Invoke', resource: by }, { calls: 1 }),
  });
  const dynamodb = createDynamodb({
    ...{ place, note },
    ...(meter ? { onConsumed: meterTables(meter) } : {}),
  });
  const secrets = createSecrets({ place, clock });
  // EventBridge hands events to functions asynchronously: accepted first, retried by Lambda.
  const events = createEvents({ place, clock, invoke: lambda.invokeAsync, sendMessage, publish });
  const ses: Ses = createSes({
    place,
    clock,
    publish,
    putEvents: (entries) => {
      for (const entry of entries) emitFromService(events, entry);
    },
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  });
  return {
    lambda,
    messaging,
    ses,
    fillTable: dynamodb.fill,
    providers: {
      ...messaging.providers,
      ...dynamodb.providers,
      ...lambda.providers,
      ...events.providers,
      ...secrets.providers,
      ...ses.providers,
    },
    emulators: {
      ...{ sqs, sns, sts },
      dynamodb: dynamodb.handle,
      events: meter ? meterEvents(events.handle, meter) : events.handle,
      ...withCalls(
        { s3, lambda: lambda.handle, secretsmanager: secrets.handle, ses: ses.handle },
        meter,
      ),
    },
    localRoutes: localRoutesOf(events, ses, records),
    start: () => {
      lambda.start();
      events.start();
    },
    close: async () => {
      events.close();
      ses.close();
      await lambda.close();
      await messaging.close();
      await dynamodb.close();
      await nameServer.close();
    },
  };
}

function withCalls(
  emulators: EndpointOptions['emulators'],
  meter: Meter | undefined,
): EndpointOptions['emulators'] {
  if (meter === undefined) return emulators;
  return Object.fromEntries(
    Object.entries(emulators).map(([service, one]) => [service, meterCalls(one, meter)]),
  );
}

function localRoutesOf(events: Events, ses: Ses, records: DnsRecords): Services['localRoutes'] {
  return {
    '/_local/dns': records.local,
    '/_local/schedules': events.local,
    '/_local/events': events.local,
    '/_local/messages': ses.local,
    '/_local/ses': ses.local,
    '/_local/world': ses.local,
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
