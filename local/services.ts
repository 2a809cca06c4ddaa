import type { ResourceProviders } from './aws.ts';
import type { Dynamodb } from './emulators/dynamodb/dynamodb.ts';
import type { Messaging } from './emulators/messaging/messaging.ts';
import type { Ses } from './emulators/ses/ses.ts';
import type { EndpointOptions } from './endpoint.ts';
import type { LambdaBox } from './lambda/lambda-box.ts';
import type { Meter } from './metering/meter.ts';
import { meterCalls, meterEvents } from './metering/metered-services.ts';
import { type ServicesOptions, type WiredEmulators, wireEmulators } from './wiring.ts';

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
  const wired = await wireEmulators(options);
  const { cloudwatch, messaging, lambda, dynamodb, events, secrets, ses, sending } = wired;
  return {
    ...{ lambda, messaging, ses },
    fillTable: dynamodb.fill,
    providers: {
      ...messaging.providers,
      ...dynamodb.providers,
      ...lambda.providers,
      ...events.providers,
      ...secrets.providers,
      ...ses.providers,
      ...cloudwatch.providers,
    },
    emulators: emulatorsOf(wired, options.meter),
    localRoutes: localRoutesOf(wired),
    start: () => {
      lambda.start();
      events.start();
      cloudwatch.start(() => {
        messaging.sampleQueues();
        sending.sample();
      });
    },
    close: async () => {
      cloudwatch.close();
      events.close();
      ses.close();
      await lambda.close();
      await messaging.close();
      await dynamodb.close();
      await wired.nameServer.close();
    },
  };
}

function emulatorsOf(
  { messaging, dynamodb, events, lambda, secrets, ses, cloudwatch }: WiredEmulators,
  meter: Meter | undefined,
): EndpointOptions['emulators'] {
  const { sqs, sns, sts, s3 } = messaging;
  return {
    ...{ sqs, sns, sts },
    dynamodb: dynamodb.handle,
    events: meter ? meterEvents(events.handle, meter) : events.handle,
    ...withCalls(
      {
        s3,
        lambda: lambda.handle,
        secretsmanager: secrets.handle,
        ses: ses.handle,
        monitoring: cloudwatch.handle,
      },
      meter,
    ),
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

function localRoutesOf({
  events,
  ses,
  records,
  cloudwatch,
  messaging,
}: WiredEmulators): Services['localRoutes'] {
  return {
    '/_local/dns': records.local,
    '/_local/schedules': events.local,
    '/_local/events': events.local,
    '/_local/messages': ses.local,
    '/_local/ses': ses.local,
    '/_local/world': ses.local,
    '/_local/alarms': cloudwatch.local,
    '/_local/notifications': messaging.local,
  };
}
