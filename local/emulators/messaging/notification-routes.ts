import * as z from 'zod';
import type { AwsResponse, Emulator, Json } from '../../aws.ts';
import { parseJson } from '../../json-access.ts';
import type { MessageStores } from './message-stores.ts';
import { isConfirmed, type Notices, subscriberOf } from './notices.ts';

const path = '/_local/notifications';

const confirmShape = z.strictObject({ confirm: z.string().min(1) });

/**
 * Answers the laptop's owner: `GET /_local/notifications?since=N` lists what was published to topics
 * and what each subscriber gets, `GET /_local/notifications/subscriptions` who is subscribed, and
 * `PUT /_local/notifications {"confirm": "ADDRESS"}` confirms as the subscriber would by the link.
 */
export function createNotificationRoutes(context: {
  readonly notices: Notices;
  readonly store: MessageStores['snsStore'];
}): Emulator {
  const { notices, store } = context;
  return async ({ method, url, body }) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    if (method === 'GET' && pathname === path) {
      const since = Number(searchParams.get('since') ?? 0);
      if (Number.isInteger(since) && since >= 0) return answer(200, notices.since(since));
      return answer(400, {
        message: `since got ${searchParams.get('since')}, allowed is a number`,
      });
    }
    if (method === 'GET' && pathname === `${path}/subscriptions`) {
      return answer(200, { subscriptions: subscriptionsOf(store) });
    }
    if (method === 'PUT' && pathname === path) return confirm(parseJson(body.toString()), store);
    return answer(404, {
      message: `no local route ${method} ${url}, known are GET ${path}[?since=N], GET ${path}/subscriptions, PUT ${path}`,
    });
  };
}

function confirm(body: Json | undefined, store: MessageStores['snsStore']): AwsResponse {
  const parsed = confirmShape.safeParse(body);
  if (!parsed.success) return answer(400, { message: z.prettifyError(parsed.error) });
  const { confirm: endpoint } = parsed.data;
  const found = [...store.subscriptions.values()].filter((one) => one.endpoint === endpoint);
  for (const subscription of found) subscription.confirmed = true;
  if (found.length > 0) return answer(200, { confirmed: found.map(({ topicArn }) => topicArn) });
  return answer(404, {
    message: `nobody is subscribed as ${endpoint}`,
    subscriptions: subscriptionsOf(store),
  });
}

function subscriptionsOf(store: MessageStores['snsStore']): Json {
  return [...store.subscriptions.values()].map((subscription) => ({
    topicArn: subscription.topicArn,
    ...subscriberOf(subscription),
    isConfirmed: isConfirmed(subscription),
  }));
}

function answer(status: number, body: Json): AwsResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
