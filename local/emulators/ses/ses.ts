import type {
  AwsRequest,
  AwsResponse,
  Emulator,
  JsonObject,
  LocalClock,
  Place,
  ResourceProviders,
} from '../../aws.ts';
import type { Timer } from '../../timer.ts';
import { coveringIdentity, domainOf } from './account/identity.ts';
import { sesResources } from './account/resources.ts';
import { newContext, type SesContext } from './context.ts';
import { httpStatusOf, refuse, SesError } from './errors.ts';
import type { OnEvent } from './events/publishing.ts';
import { json } from './json-response.ts';
import { localEmulator } from './local/local-routes.ts';
import { isServed, perform } from './model/operations.ts';
import { route } from './model/routing.ts';
import { readAddress } from './sending/addresses.ts';

/** What the emulated account needs from the box around it. */
export type SesOptions = {
  readonly place: Place;
  readonly clock: LocalClock;
  /** Hands event JSON to a topic; several messages at once, in order. */
  readonly publish: (topicArn: string, messages: string[]) => Promise<void>;
  /** Hands PutEvents entries to the default bus. */
  readonly putEvents?: (entries: readonly JsonObject[]) => void;
  /** Told of every event of every message. */
  readonly onEvent?: OnEvent;
  readonly seed?: number;
  /** What events wait on; the real time unless given. */
  readonly timer?: Timer;
};

/** One emulated SES account. */
export type Ses = {
  readonly providers: ResourceProviders;
  /** The SES v2 API, service `ses`. */
  readonly handle: Emulator;
  /** `/_local/messages…`, `/_local/ses…` and `/_local/world…`. */
  readonly local: Emulator;
  /** The identity that covers an address: e-mail identity, its domain, a parent; else the domain. */
  readonly identityFor: (from: string) => string;
  /** Blocklists that name an address or a domain in the world of this account; see world/blocklists.ts. */
  readonly listingsOf: (name: string) => readonly string[];
  /** Whose mailboxes a domain has in that world; undefined where nobody said and it is no consumer domain. */
  readonly providerOf: (domain: string) => string | undefined;
  /** Returns whether a configuration set publishes its bounce and complaint rate. */
  readonly hasReputationMetrics: (configurationSetName: string) => boolean;
  /** Mails on which the bounce and complaint rates look back. */
  readonly rateVolume: () => number;
  /** Events not yet confirmed by `publish`. */
  readonly pendingEvents: () => number;
  readonly close: () => void;
};

/** Builds an emulated SES account that behaves as Amazon SES v2 does towards its SDK. */
export function createSes(options: SesOptions): Ses {
  const context = newContext(options);
  return {
    providers: sesResources(context),
    handle: (request) => handle(context, request),
    local: localEmulator(context),
    identityFor: (from) => {
      const { bare } = readAddress(from);
      return coveringIdentity(context, bare)?.name ?? domainOf(bare);
    },
    listingsOf: (name) => context.world.listingsOf(name),
    providerOf: (domain) => context.world.knownProviderOf(domain),
    rateVolume: () => context.account.rateVolume,
    hasReputationMetrics: (name) => context.configurationSets.get(name)?.reputationMetrics ?? false,
    pendingEvents: () => context.schedule.pending,
    close: () => {
      context.world.switchOff();
      context.schedule.close();
    },
  };
}

/** The endpoint has no view of the caller's address; a local run is always the machine itself. */
const sourceIp = '127.0.0.1';

async function handle(context: SesContext, request: AwsRequest): Promise<AwsResponse> {
  try {
    const { operation, input } = route(request);
    const { name } = operation;
    if (!isServed(name)) {
      const text = `the local SES does not serve ${name} (${request.method} ${request.url})`;
      return refuse('UnknownOperationException', text);
    }
    if (!name.startsWith('Send')) limitControlPlane(context);
    const caller = { principal: request.principal, sourceIp };
    return json(200, await perform(name, input, { context, caller }));
  } catch (error) {
    if (error instanceof SesError) return refusal(error);
    if (error instanceof URIError) return refusal(new SesError('SerializationException', null));
    throw error;
  }
}

function limitControlPlane({ account, clock, controlPlane }: SesContext): void {
  const rate = account.controlPlaneRate;
  if (rate === 0) return;
  const limits = { maxSendRate: rate, burstSeconds: 1, max24HourSend: -1 };
  if (!controlPlane.take(1, limits, clock())) refuse('TooManyRequestsException', 'Rate exceeded');
}

function refusal({ code, text }: SesError): AwsResponse {
  return json(httpStatusOf[code], { message: text }, { 'x-amzn-errortype': code });
}
