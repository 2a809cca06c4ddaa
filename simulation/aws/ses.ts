import { localPlace } from '../../local/aws.ts';
import { createSes, type Ses } from '../../local/emulators/ses/ses.ts';
import type { Answer } from '../network.ts';
import type { Scheduler } from '../scheduler.ts';
import { AwsFailure, unknownOperation } from './failure.ts';
import { toJson } from './json.ts';

/** The emulated SES account, and the strings that move it. */
export type SimulatedSes = {
  readonly answer: Answer;
  /** Creates what a template declares: identities, configuration sets, event destinations. */
  readonly deploy: (type: string, properties: Resource['properties']) => Promise<void>;
  /** Changes what only SES itself, DNS or a recipient can change; see local/emulators/ses/local. */
  readonly change: (path: 'account' | 'identities' | 'recipients', body: object) => Promise<void>;
  /** Deletes a configuration set with its event destinations, as a person in the console can. */
  readonly removeConfigurationSet: (name: string) => Promise<void>;
  readonly close: () => void;
};

type Resource = Parameters<Ses['providers'][string]>[0];

/** Operation → method and path of its HTTP request. */
const routes: Readonly<Record<string, readonly [string, string]>> = {
  SendEmail: ['POST', '/v2/email/outbound-emails'],
  SendBulkEmail: ['POST', '/v2/email/outbound-bulk-emails'],
  GetAccount: ['GET', '/v2/email/account'],
};

/** Returns the emulated SES on virtual time, asked without HTTP: 20 µs a mail. */
export function createSimulatedSes(
  scheduler: Scheduler,
  options: {
    readonly seed: number;
    readonly publish: (topicArn: string, messages: readonly string[]) => void;
  },
): SimulatedSes {
  const ses = createSes({
    place: localPlace,
    clock: scheduler.now,
    timer: {
      now: scheduler.now,
      after: (delayMs, run) => scheduler.at(scheduler.now() + delayMs, run),
    },
    publish: async (topicArn, messages) => options.publish(topicArn, messages),
    seed: options.seed,
  });
  const request = { service: 'ses', principal: 'simulation', headers: {} };
  return {
    answer: async ({ operation, input }) => {
      const route = routes[operation];
      if (route === undefined) throw unknownOperation('SES', operation);
      const [method, url] = route;
      const body = Buffer.from(method === 'GET' ? '' : toJson(input));
      const answer = await ses.handle({ ...request, method, url, body });
      const said = JSON.parse(answer.body?.toString() ?? '{}');
      if (answer.status === 200) return said;
      const name = answer.headers?.['x-amzn-errortype'] ?? 'UnknownError';
      throw new AwsFailure(name, String(said.message ?? name), { status: answer.status });
    },
    deploy: async (type, properties) => {
      const create = ses.providers[type];
      if (create === undefined) throw new Error(`SES has no resource type ${type}`);
      await create({ logicalId: 'simulation', type, properties });
    },
    change: async (path, body) => {
      const { status, body: said = '' } = await ses.local({
        ...request,
        method: 'PUT',
        url: `/_local/ses/${path}`,
        body: Buffer.from(JSON.stringify(body)),
      });
      if (status !== 200) throw new Error(`SES ${path}: ${said}`);
    },
    removeConfigurationSet: async (name) => {
      const url = `/v2/email/configuration-sets/${name}`;
      const { status } = await ses.handle({
        ...request,
        method: 'DELETE',
        url,
        body: Buffer.alloc(0),
      });
      if (status !== 200) throw new Error(`SES answered ${status} to DELETE ${url}`);
    },
    close: ses.close,
  };
}
