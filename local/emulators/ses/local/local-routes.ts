import type { AwsRequest, AwsResponse, Emulator } from '../../../aws.ts';
import type { SesContext } from '../context.ts';
import { SesError } from '../errors.ts';
import { json } from '../json-response.ts';
import type { LocalCall } from './local-call.ts';
import { engage } from './local-engagement.ts';
import { localMessages } from './local-messages.ts';
import {
  changeAccount,
  changeIdentity,
  leaseIps,
  script,
  unscript,
  viewAccount,
  viewIdentities,
  viewSuppression,
} from './local-settings.ts';
import { changeWorld, happenInWorld, viewListings, viewWorld } from './local-world-calls.ts';

const settings: Readonly<Record<string, (call: LocalCall) => unknown>> = {
  'GET /ses/account': viewAccount,
  'PUT /ses/account': changeAccount,
  'GET /ses/recipients': ({ context }) => [...context.scripts.values()],
  'PUT /ses/recipients': script,
  'DELETE /ses/recipients': unscript,
  'GET /ses/suppression': viewSuppression,
  'GET /ses/dedicated-ips': ({ context }) => context.dedicatedIps.ips(),
  'PUT /ses/dedicated-ips': leaseIps,
  'GET /ses/identities': viewIdentities,
  'PUT /ses/identities': changeIdentity,
  'POST /ses/engagement': engage,
  'GET /world': viewWorld,
  'PUT /world': changeWorld,
  'POST /world': happenInWorld,
  'GET /world/listings': viewListings,
  'GET /ses/notes': ({ context }) => context.notes.list(),
};

/** Serves what AWS does not have: a look at sent messages, and the strings that move the world. */
export function localEmulator(context: SesContext): Emulator {
  return async (request) => {
    try {
      return await answer(context, request);
    } catch (error) {
      if (error instanceof SesError) return json(400, { message: error.message });
      throw error;
    }
  };
}

async function answer(context: SesContext, request: AwsRequest): Promise<AwsResponse> {
  const [full = '', query = ''] = request.url.split('?', 2);
  const path = full.replace(/^\/_local/, '');
  const call = { context, path, query: new URLSearchParams(query), body: readJson(request.body) };
  if (call.body === badJson) return json(400, { message: 'the body is not JSON' });
  if (path === '/messages' || path.startsWith('/messages/')) {
    return localMessages(request.method, call);
  }
  const serve = settings[`${request.method} ${path}`];
  if (serve !== undefined) return json(200, serve(call));
  const known = Object.keys(settings).join(', ');
  return json(404, { message: `no local SES call ${request.method} ${path}; there are ${known}` });
}

const badJson = Symbol('bad JSON');

function readJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return badJson;
  }
}
