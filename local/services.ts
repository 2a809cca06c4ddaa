import type { JsonObject, LocalClock, Place, ResourceProviders } from './aws.ts';
import { createDynamodb } from './emulators/dynamodb/dynamodb.ts';
import { createEvents, type Events } from './emulators/events/events.ts';
import { createMessaging, type Messaging } from './emulators/messaging/messaging.ts';
import { createSecrets } from './emulators/secrets/secrets.ts';
import { createSes, type Ses } from './emulators/ses/ses.ts';
import type { EndpointOptions } from './endpoint.ts';
import { asText, listOr, objectOr, parseJson, stringAt } from './json-access.ts';
import { createLambdaBox, type LambdaBox } from './lambda/lambda-box.ts';
import type { Note } from './note.ts';

export type ServicesOptions = {
  readonly place: Place;
  readonly clock: LocalClock;
  readonly endpointUrl: () => string;
  readonly note: Note;
  readonly onLog: (source: string, line: string) => void;
  /** Seed of the SES emulator's dice. */
  readonly seed: number | undefined;
};

/** All emulators of the box, wired to each other. */
export type Services = {
  readonly lambda: LambdaBox;
  readonly messaging: Messaging;
  readonly ses: Ses;
  readonly providers: ResourceProviders;
  readonly emulators: EndpointOptions['emulators'];
  readonly localRoutes: EndpointOptions['localRoutes'];
  /** Begins polling and schedules; to be called when all resources exist. */
  readonly start: () => void;
  readonly close: () => Promise<void>;
};

/** Builds every emulator; none has resources yet. */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { place, clock, endpointUrl, note, onLog } = options;
  const messaging: Messaging = await createMessaging({
    place,
    endpointUrl,
    note,
    invokeAsync: (functionArn, payload) => lambda.invokeAsync(functionArn, payload),
    onDropped: (functionArn, message) => onLog('sns', `${functionArn}: ${message}`),
  });
  const { sqs, sns, s3, sts, publish, sendMessage } = messaging;
  const lambda = createLambdaBox({ endpointUrl, place, clock, sqs, onLog });
  const dynamodb = createDynamodb({ place, note });
  const secrets = createSecrets({ place, clock });
  // EventBridge hands events to functions asynchronously: accepted first, retried by Lambda.
  const events = createEvents({ place, clock, invoke: lambda.invokeAsync, sendMessage, publish });
  const ses = createSes({
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
    providers: {
      ...messaging.providers,
      ...dynamodb.providers,
      ...lambda.providers,
      ...events.providers,
      ...secrets.providers,
      ...ses.providers,
    },
    emulators: {
      ...{ sqs, sns, s3, sts },
      dynamodb: dynamodb.handle,
      events: events.handle,
      lambda: lambda.handle,
      secretsmanager: secrets.handle,
      ses: ses.handle,
    },
    localRoutes: localRoutesOf(events, ses),
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
    },
  };
}

function localRoutesOf(events: Events, ses: Ses): Services['localRoutes'] {
  return {
    '/_local/schedules': events.local,
    '/_local/events': events.local,
    '/_local/messages': ses.local,
    '/_local/ses': ses.local,
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
