import type { Draw } from '../local/emulators/ses/dice.ts';
import { senderDomain } from './deployment.ts';
import type { FaultShares } from './fault-plan.ts';

/** A request that an app enqueues, with what is asked by it. */
export type Asked = {
  readonly kind: 'mail' | 'poison' | 'id-reused';
  /** Milliseconds after the begin. */
  readonly atMs: number;
  readonly stream: 'transactional' | 'marketing';
  readonly tenant: string;
  /** Absent where the body names none. */
  readonly id?: string;
  /** Whom it is for, by recipient index. */
  readonly recipients: readonly string[];
  readonly body: string;
  /** It comes again, so much later. */
  readonly repeatedAfterMs?: number;
};

/** Everything that apps ask in a run, and whom they ask it for. */
export type Load = {
  readonly asked: readonly Asked[];
  /** Addresses that are suppressed for everybody before the begin. */
  readonly suppressedBefore: readonly string[];
  /** How addresses answer; the others take their mail. */
  readonly behaviours: readonly { readonly address: string; readonly outcome: Behaviour }[];
  /** Time in which everything is enqueued. */
  readonly durationMs: number;
};

type Behaviour = keyof typeof behaviourShares;

/** Share of addresses. */
const behaviourShares = {
  bounce: 0.02,
  softBounce: 0.005,
  block: 0.005,
  complaint: 0.01,
  delay: 0.01,
} as const;

const suppressedShare = 0.02;
const transactionalShare = 0.2;
const batchSize = 50;
/** Mails an address gets, on average: some become suppressed while more mail for them is under way. */
const mailsPerAddress = 3;
const sendAtShare = 0.03;
const expiresShare = 0.02;
/** Share of SES's rate that the load asks for. */
const usedShare = 0.7;
const hourMs = 3_600_000;

/** Tenants and their weight: one big, some small. */
const tenants = { acme: 5, brio: 2, coda: 1, dune: 1, echo: 1 } as const;
/** Every tenant that sends. */
export const tenantNames = Object.keys(tenants);
/** A tenant that sends from a domain of its own. */
export const ownDomain = { tenant: 'brio', domain: 'brio.example' } as const;
/** A tenant that operators hold now and then. */
export const heldTenant = 'coda';

/** Returns a mixed load: four fifths marketing in batches of fifty, one fifth single transactional mails. */
export function createLoad(
  about: {
    readonly mails: number;
    readonly ratePerSecond: number;
    readonly startMs: number;
    readonly shares: FaultShares;
  },
  draw: Draw,
): Load {
  const { mails, shares, startMs } = about;
  const durationMs = (1000 * mails) / (about.ratePerSecond * usedShare);
  const addresses = Array.from(
    { length: Math.max(2 * batchSize, Math.ceil(mails / mailsPerAddress)) },
    (_, index) => `person${index}@recipient.example`,
  );
  const asked: Asked[] = [];
  const write = (stream: Asked['stream'], count: number): void => {
    const id = `${stream}-${asked.length}`;
    const recipients = pickSome(draw, addresses, count);
    const times = timesOf(draw, startMs, durationMs);
    const request = { ...times.given, id, stream, tenant: pickTenant(draw) };
    const one = { kind: 'mail', atMs: times.atMs, stream, tenant: request.tenant, id } as const;
    asked.push({
      ...one,
      recipients,
      body: bodyOf(request, recipients),
      ...(draw() < shares.idRepeated ? { repeatedAfterMs: draw() * hourMs } : {}),
    });
    if (draw() < shares.idReused)
      asked.push({
        ...one,
        kind: 'id-reused',
        atMs: times.atMs + 2 * hourMs * (1 + draw()),
        recipients: [],
        body: bodyOf({ ...request, replyTo: `other@${senderDomain}` }, recipients),
      });
    if (draw() < shares.poison) asked.push(poisonOf(draw, one));
  };
  const transactional = Math.round(mails * transactionalShare);
  for (let count = 0; count < transactional; count += 1) write('transactional', 1);
  for (let left = mails - transactional; left > 0; left -= batchSize)
    write('marketing', Math.min(batchSize, left));
  return {
    asked: asked.sort((one, other) => one.atMs - other.atMs),
    durationMs,
    suppressedBefore: addresses.filter(() => draw() < suppressedShare),
    behaviours: addresses.flatMap((address) => {
      const outcome = pickBehaviour(draw);
      return outcome === undefined ? [] : [{ address, outcome }];
    }),
  };
}

type Request = {
  readonly id: string;
  readonly stream: Asked['stream'];
  readonly tenant: string;
  readonly sendAt?: string;
  readonly expiresAt?: string;
  readonly replyTo?: string;
};

function bodyOf(request: Request, recipients: readonly string[]): string {
  const { replyTo, ...fields } = request;
  const common = {
    version: 1,
    from: `news@${request.tenant === ownDomain.tenant ? ownDomain.domain : senderDomain}`,
    ...fields,
    ...(replyTo === undefined ? {} : { replyTo: [replyTo] }),
  };
  const content = { subject: 'Your order {{n}}', text: 'Thank you, {{n}}.' };
  const [only = ''] = recipients;
  return JSON.stringify(
    request.stream === 'transactional'
      ? { ...common, kind: 'message', to: only, content }
      : {
          ...common,
          kind: 'batch',
          content,
          recipients: recipients.map((to, n) => ({ to, data: { n: String(n) } })),
        },
  );
}

/** When a request is enqueued, and what it says of its time. */
function timesOf(draw: Draw, startMs: number, durationMs: number) {
  const atMs = draw() * durationMs;
  const iso = (afterMs: number) => new Date(startMs + afterMs).toISOString();
  const dice = draw();
  if (dice < sendAtShare) return { atMs, given: { sendAt: iso(atMs + draw() * 3 * hourMs) } };
  if (dice < sendAtShare + expiresShare)
    return { atMs, given: { expiresAt: iso(atMs + draw() * 0.2 * hourMs) } };
  return { atMs, given: {} };
}

/** Ways in which a request cannot be used. */
const poisons: Readonly<Record<string, (body: Record<string, unknown>) => string>> = {
  'no JSON': () => 'Dear pipeline, please send my mail',
  'a version of the future': (body) => JSON.stringify({ ...body, version: 9 }),
  'CRLF in a header': (body) =>
    JSON.stringify({ ...body, content: { subject: 'Hi\r\nBcc: all@x.example', text: 'x' } }),
  'too large': ({ to, ...body }) =>
    JSON.stringify({
      ...body,
      kind: 'batch',
      recipients: [{ to: 'a@recipient.example' }],
      content: { subject: 'x', text: 'x'.repeat(700_000) },
    }),
};

function poisonOf(draw: Draw, like: Pick<Asked, 'stream' | 'tenant' | 'atMs' | 'id'>): Asked {
  const [name, spoil] = Object.entries(poisons)[Math.floor(draw() * 4)] ?? [];
  const id = `poison-${like.id}`;
  const body = bodyOf({ id, stream: like.stream, tenant: like.tenant }, ['a@recipient.example']);
  return {
    ...like,
    id,
    kind: 'poison',
    recipients: [],
    body: name === undefined || spoil === undefined ? 'x' : spoil(JSON.parse(body)),
  };
}

function pickBehaviour(draw: Draw): Behaviour | undefined {
  let dice = draw();
  for (const [name, share] of Object.entries(behaviourShares)) {
    if (dice < share && isBehaviour(name)) return name;
    dice -= share;
  }
  return undefined;
}

function isBehaviour(name: string): name is Behaviour {
  return Object.hasOwn(behaviourShares, name);
}

function pickTenant(draw: Draw): string {
  const weights = Object.entries(tenants);
  let dice = draw() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [tenant, weight] of weights) {
    if (dice < weight) return tenant;
    dice -= weight;
  }
  return 'acme';
}

/** Neighbours of a random place, so that none is picked twice. */
function pickSome(draw: Draw, all: readonly string[], count: number): readonly string[] {
  const from = Math.floor(draw() * all.length);
  return Array.from({ length: count }, (_, index) => all[(from + index) % all.length] ?? '');
}
