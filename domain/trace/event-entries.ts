import { classify } from '../classification/classify.ts';
import {
  type Blames,
  type BounceReason,
  bounceReasons,
  traitsOf,
} from '../classification/reasons.ts';
import { explainReason } from '../explain-reason.ts';
import type { TracedEvent, TracedTwin, TraceEntry, TraceMaterial } from './model.ts';

/** Returns every event that SES reported, and the proof of mails that it took twice. */
export function eventEntries(material: TraceMaterial): readonly TraceEntry[] {
  return [...material.events.map(told), ...material.twins.map((proof) => twin(proof, material))];
}

/** What SES calls an event, and what that says in plain words. */
const words: Readonly<Record<string, string>> = {
  send: 'SES says that it will send it',
  delivery: "delivered: the mailbox provider's server took it",
  bounce: 'bounced',
  complaint: 'the recipient complained',
  deliverydelay: 'delayed: the mailbox provider put it off, SES tries on',
  reject: 'SES rejected the content',
  renderingfailure: 'SES could not render the template',
  open: 'opened, or fetched by a machine',
  click: 'a link was followed, or fetched by a machine',
  subscription: 'the recipient changed a subscription',
};

const blamed: Readonly<Record<Blames, string>> = {
  'tenant-list': "it blames the tenant's list of addresses",
  'tenant-domain': "it blames the tenant's domain",
  'tenant-content': "it blames the tenant's content",
  pool: 'it blames the addresses of our pool',
  provider: "it blames the mailbox provider's own servers",
  recipient: 'it blames the recipient or their rules',
  nobody: 'it blames nobody',
  us: 'it blames us',
};

function told(event: TracedEvent): TraceEntry {
  const { at, kind, recipientIndex, sesMessageId, rescue } = event;
  const reason = event.reason ?? delayReason(event);
  return {
    at,
    stage: 'event',
    recipientIndex,
    text: `${words[kind] ?? `SES reported ${kind}`}${reason === undefined ? '' : `: ${reason}`}`,
    details: [
      // What a reason means is said of mail that ended with it; a delayed one is still tried.
      ...(kind === 'deliverydelay' ? [] : meaningOf(reason)),
      ...blameOf(reason),
      ...replyOf(event),
      ...(rescue ? ['it is about the mail that was sent once more'] : []),
      `SES message id ${sesMessageId}`,
    ],
    decisions: [],
    sesMessageId,
    ...(reason === undefined ? {} : { reason }),
  };
}

function meaningOf(reason: string | undefined): readonly string[] {
  const meaning = reason === undefined ? undefined : explainReason(reason);
  return meaning === undefined ? [] : [meaning];
}

function blameOf(reason: string | undefined): readonly string[] {
  return reason !== undefined && isBounceReason(reason) ? [blamed[traitsOf(reason).blames]] : [];
}

function isBounceReason(reason: string): reason is BounceReason {
  return Object.hasOwn(bounceReasons, reason);
}

function replyOf({ type, status, diagnostic }: TracedEvent): readonly string[] {
  const named = [type, status].filter((text) => text !== undefined && text !== '');
  return [
    ...(named.length > 0 ? [`SES calls it ${named.join(', ')}`] : []),
    ...(diagnostic ? [`reply: ${diagnostic}`] : []),
  ];
}

/** A delay is no outcome, so the ledger keeps what was said and not what it means. */
function delayReason({ kind, type, status, diagnostic }: TracedEvent): BounceReason | undefined {
  if (kind !== 'deliverydelay') return undefined;
  const said = {
    ...(diagnostic === undefined ? {} : { diagnostic }),
    ...(status === undefined ? {} : { status }),
    ...(type === undefined ? {} : { delayType: type }),
  };
  return classify(said).reason;
}

/** A twin has no time of its own: it stands with the first event about it. */
function twin(
  { recipientIndex, sesMessageId }: TracedTwin,
  { events, request }: TraceMaterial,
): TraceEntry {
  const ats = events.flatMap((event) => (event.sesMessageId === sesMessageId ? [event.at] : []));
  return {
    at: ats.toSorted((a, b) => a - b)[0] ?? request.claimedAt,
    stage: 'event',
    recipientIndex,
    text: 'SES took this mail twice: the recipient may have two',
    details: [`SES message id ${sesMessageId} is the second`],
    decisions: [],
    sesMessageId,
  };
}
