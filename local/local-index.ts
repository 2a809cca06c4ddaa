import type { Emulator } from './aws.ts';

/** One thing that the laptop's owner can see or move, and AWS does not have. */
export type LocalCallHelp = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly does: string;
};

/** What answers below `/_local`, for people; docs/local.md explains the fields. */
export const localCalls: readonly LocalCallHelp[] = [
  {
    method: 'GET',
    path: '/_local/messages',
    does: 'lists what SES took; ?to=ADDRESS, ?tag=NAME:VALUE, ?since=INDEX, ?limit=NUMBER',
  },
  { method: 'GET', path: '/_local/messages/ID', does: 'shows one with its request' },
  { method: 'GET', path: '/_local/messages/ID.eml', does: 'gives the raw mail' },
  { method: 'DELETE', path: '/_local/messages', does: 'forgets what SES took' },
  { method: 'GET', path: '/_local/ses/account', does: 'shows SES’s rate, quota and standing' },
  { method: 'PUT', path: '/_local/ses/account', does: 'changes them: pause, sandbox, quota, rate' },
  { method: 'GET', path: '/_local/ses/recipients', does: 'lists the scripts of recipients' },
  {
    method: 'PUT',
    path: '/_local/ses/recipients',
    does: 'decides what becomes of mail to an address: bounce, complaint, delay',
  },
  {
    method: 'DELETE',
    path: '/_local/ses/recipients',
    does: 'takes the scripts away; ?address=ADDRESS takes one',
  },
  { method: 'GET', path: '/_local/ses/suppression', does: 'lists SES’s own suppression list' },
  { method: 'GET', path: '/_local/ses/identities', does: 'lists identities, verified or not' },
  { method: 'PUT', path: '/_local/ses/identities', does: 'adds one, or changes what DNS says' },
  { method: 'GET', path: '/_local/ses/dedicated-ips', does: 'lists dedicated addresses' },
  { method: 'PUT', path: '/_local/ses/dedicated-ips', does: 'leases addresses to a pool' },
  { method: 'POST', path: '/_local/ses/engagement', does: 'opens, clicks or unsubscribes' },
  { method: 'GET', path: '/_local/ses/notes', does: 'lists what SES took and does not act on' },
  { method: 'GET', path: '/_local/dns', does: 'lists names that its owner set' },
  { method: 'PUT', path: '/_local/dns', does: 'sets what a name says, such as its mail servers' },
  { method: 'DELETE', path: '/_local/dns', does: 'takes a name away; ?name=NAME' },
  {
    method: 'GET',
    path: '/_local/world',
    does: 'shows the mailbox providers: on or off, how fast',
  },
  { method: 'PUT', path: '/_local/world', does: 'switches them on, says whose domains are whose' },
  {
    method: 'POST',
    path: '/_local/world',
    does: 'makes something happen there: a block, a listing, an outage',
  },
  {
    method: 'GET',
    path: '/_local/world/listings',
    does: 'lists the blocklists that name an address or a domain; ?name=NAME',
  },
  {
    method: 'GET',
    path: '/_local/alarms',
    does: 'lists alarms with their states and reasons; ?state=ALARM',
  },
  { method: 'PUT', path: '/_local/alarms', does: 'makes their time run faster: speed' },
  { method: 'POST', path: '/_local/alarms/NAME', does: 'sets one: state (ALARM), reason' },
  {
    method: 'GET',
    path: '/_local/notifications',
    does: 'lists what was published to topics, as subscribers would get it; ?since=NUMBER',
  },
  {
    method: 'GET',
    path: '/_local/notifications/subscriptions',
    does: 'lists who is subscribed to topics, confirmed or not',
  },
  {
    method: 'PUT',
    path: '/_local/notifications',
    does: 'confirms a subscription as its owner would: confirm',
  },
  { method: 'GET', path: '/_local/queues', does: 'counts the messages of each queue' },
  {
    method: 'GET',
    path: '/_local/events',
    does: 'lists events of the buses and what became of each; ?since=NUMBER',
  },
  { method: 'GET', path: '/_local/schedules', does: 'lists schedules' },
  {
    method: 'POST',
    path: '/_local/schedules/NAME',
    does: 'fires one now; ?time=INSTANT is the time its event carries',
  },
  {
    method: 'GET',
    path: '/_local/calls',
    does: 'counts what the functions asked of AWS, and whether their roles allow it',
  },
];

/** Answers `GET /_local/` with every local call, and names them to who asks for another. */
export const localIndex: Emulator = async ({ method, url }) => {
  const [path = ''] = url.split('?', 1);
  const isIndex = method === 'GET' && /^\/_local\/?$/.test(path);
  const answer = isIndex
    ? { calls: localCalls }
    : { message: `no local call ${method} ${path}, there are those of calls`, calls: localCalls };
  return {
    status: isIndex ? 200 : 404,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(answer, undefined, 2),
  };
};
