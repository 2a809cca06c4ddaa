import {
  CreateConfigurationSetCommand,
  CreateConfigurationSetEventDestinationCommand,
  EventType,
  SESv2Client,
  type SendEmailRequest,
} from '@aws-sdk/client-sesv2';
import { type JsonObject, localPlace } from '../../local/aws.ts';
import { createSes, type Ses } from '../../local/emulators/ses/ses.ts';
import { type Endpoint, openEndpoint } from '../../local/endpoint.ts';
import { clientConfig } from './clients.ts';

export type SesEvent = {
  readonly eventType: string;
  readonly mail: { readonly messageId: string } & JsonObject;
} & { readonly [body: string]: JsonObject | string };

export type Workbench = {
  readonly ses: Ses;
  readonly client: SESv2Client;
  readonly url: string;
  /** Milliseconds added to the emulator's clock. */
  readonly skip: (ms: number) => void;
  /** Events published so far, validation messages left out. */
  readonly events: () => readonly SesEvent[];
  readonly published: readonly { readonly topicArn: string; readonly text: string }[];
  readonly busEntries: readonly JsonObject[];
  /** Waits until nothing is due any more. */
  readonly settle: () => Promise<void>;
  readonly local: (method: string, path: string, body?: unknown) => Promise<Response>;
  readonly close: () => Promise<void>;
};

export const topicArn = 'arn:aws:sns:us-east-1:000000000000:feedback';

/** An emulated account behind a real endpoint, with example.com verified and a set that reports all. */
export async function openWorkbench(): Promise<Workbench> {
  const published: { topicArn: string; text: string }[] = [];
  const busEntries: JsonObject[] = [];
  let skippedMs = 0;
  const ses = createSes({
    place: localPlace,
    clock: () => Date.now() + skippedMs,
    publish: async (topic, messages) => {
      published.push(...messages.map((text) => ({ topicArn: topic, text })));
    },
    putEvents: (entries) => {
      busEntries.push(...entries);
    },
  });
  const endpoint: Endpoint = await openEndpoint(0, {
    emulators: { ses: ses.handle },
    localRoutes: {
      '/_local/messages': ses.local,
      '/_local/ses': ses.local,
      '/_local/world': ses.local,
    },
    authorize: () => undefined,
    onFailure: (_request, cause) => {
      throw cause;
    },
  });
  const client = new SESv2Client(clientConfig(endpoint.url, 'tester'));
  const local: Workbench['local'] = (method, path, body) =>
    fetch(`${endpoint.url}/_local${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  await local('PUT', '/ses/identities', { identity: 'example.com', verified: true });
  await openSet(client, 'reporting');
  return {
    ses,
    client,
    url: endpoint.url,
    skip: (ms) => {
      skippedMs += ms;
    },
    events: () => published.filter(({ text }) => text.startsWith('{')).map(readEvent),
    published,
    busEntries,
    settle: async () => {
      while (ses.pendingEvents() > 0) await new Promise((resume) => setTimeout(resume, 5));
    },
    local,
    close: async () => {
      client.destroy();
      ses.close();
      await endpoint.close();
    },
  };
}

/** Creates a configuration set whose every event goes to the topic. */
export async function openSet(client: SESv2Client, name: string): Promise<void> {
  await client.send(new CreateConfigurationSetCommand({ ConfigurationSetName: name }));
  await client.send(
    new CreateConfigurationSetEventDestinationCommand({
      ConfigurationSetName: name,
      EventDestinationName: 'all',
      EventDestination: {
        Enabled: true,
        MatchingEventTypes: Object.values(EventType),
        SnsDestination: { TopicArn: topicArn },
      },
    }),
  );
}

/** A small valid mail, changed as the test needs it. */
export function mail(changes: Partial<SendEmailRequest> = {}): SendEmailRequest {
  return {
    FromEmailAddress: 'Sender Name <sender@example.com>',
    Destination: { ToAddresses: ['recipient@example.net'] },
    ConfigurationSetName: 'reporting',
    Content: simple('hello'),
    ...changes,
  };
}

export function simple(text: string): NonNullable<SendEmailRequest['Content']> {
  return {
    Simple: {
      Subject: { Data: 'Message sent from Amazon SES', Charset: 'UTF-8' },
      Body: { Text: { Data: text, Charset: 'UTF-8' }, Html: { Data: `<p>${text}</p>` } },
    },
  };
}

function readEvent({ text }: { readonly text: string }): SesEvent {
  const event: SesEvent = JSON.parse(text);
  return event;
}

/** Name, HTTP status and text of the refusal, or `undefined` when the call went through. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ name: string; status: number | undefined; message: string } | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const metadata: unknown = Reflect.get(error, '$metadata');
    const status: unknown =
      typeof metadata === 'object' && metadata !== null
        ? Reflect.get(metadata, 'httpStatusCode')
        : undefined;
    return {
      name: error.name,
      status: typeof status === 'number' ? status : undefined,
      message: error.message,
    };
  }
}
