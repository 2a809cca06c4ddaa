import { minuteMs } from '../time.ts';
import type { MailTrace, TracedRecipient, TraceMaterial } from './model.ts';

/**
 * Returns what a person may do now about a mail, one sentence each with the command where there is one: for
 * each way in which its recipients ended, once.
 */
export function nextSteps(material: TraceMaterial): MailTrace['next'] {
  const { recipients } = material;
  const steps = recipients.flatMap((recipient) => stepsOf(recipient, material));
  const once = [...new Set(steps)];
  return once.length > 0 ? once.toSorted() : ['nothing is known of its recipients yet: ask again'];
}

type Step = (recipient: TracedRecipient, material: TraceMaterial) => readonly string[];

/** By outcome; a table, so that a new outcome cannot be forgotten. */
const steps: Readonly<Record<TracedRecipient['outcome'], Step>> = {
  delivered: () => [
    'nothing to do: the provider took it; whether it reached the inbox only the recipient can say',
  ],
  accepted: () => [
    'wait: SES has it and tries on; only streams with deliveryEvents hear of a delivery',
  ],
  bounced: ({ reason, sesMessageIds }, { attempts }) => {
    const pool = attempts.find(
      ({ result }) => result && 'ses' in result && sesMessageIds.includes(result.ses),
    )?.pool;
    return [
      isBlock(reason) && pool !== undefined
        ? `see how the pool stands: goodstanding pools explain ${pool}`
        : 'nothing to send again: see the reply above',
    ];
  },
  complained: () => [
    'do not write to this recipient again; they are suppressed for the tenant: goodstanding suppress check ADDRESS',
  ],
  suppressed: () => [
    'if the address is good again: goodstanding suppress remove ADDRESS, then send it under a new id',
  ],
  rejected: ({ reason }) => [
    reason === 'forgotten' || reason === 'purged'
      ? 'nothing: a person took it out; send it under a new id where it is still wanted'
      : 'correct the request and send it again: goodstanding send',
  ],
  expired: () => ['its time ran out: send it under a new id where it is still wanted'],
  held: ({ reason }, { request }) => [holdStep(reason, request.tenant)],
  parked: ({ reason }) => [
    `mend the cause, then: goodstanding dlq redrive --reason ${reason ?? 'REASON'} --dry-run`,
  ],
  pending: (_recipient, material) => [pendingStep(material)],
};

function stepsOf(recipient: TracedRecipient, material: TraceMaterial): readonly string[] {
  return steps[recipient.outcome](recipient, material);
}

function isBlock(reason: string | undefined): boolean {
  return /^(block-|blocklist-|rate-limited)/.test(reason ?? '');
}

function holdStep(reason: string | undefined, tenant = 'TENANT'): string {
  switch (reason) {
    case 'tenant-held':
      return `when it may go on: goodstanding tenants release ${tenant}`;
    case 'reputation-hold':
      return 'see what holds it and until when: goodstanding orders list';
    case 'send-at':
      return 'nothing: it waits for its sendAt';
    case 'allowance-spent':
      return 'nothing: it goes on when the allowance of its pool renews: goodstanding pools list';
    case 'rate-busy':
      return "nothing: it goes on when SES's rate has room";
    default:
      return 'it goes on by itself as soon as SES takes mail again';
  }
}

/** After this a mail without any word is worth a look: dispatch takes seconds. */
const usualMs = 15 * minuteMs;

function pendingStep({ request, now }: TraceMaterial): string {
  return now - request.enqueuedAt < usualMs
    ? 'wait: it is under way'
    : 'it is pending for long: see the parked mail with goodstanding dlq list, and the log of the dispatch function';
}
