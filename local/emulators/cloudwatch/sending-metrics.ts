import type { JsonObject } from '../../aws.ts';
import { asText, listOr, objectOr } from '../../json-access.ts';
import type { OnEvent } from '../ses/events/publishing.ts';
import type { Measure } from './metric.ts';

/** Event of SES → its metric of the whole account. */
const countedEvents: Readonly<Record<string, string>> = {
  Send: 'Send',
  Delivery: 'Delivery',
  Bounce: 'Bounce',
  Complaint: 'Complaint',
  Reject: 'Reject',
  'Rendering Failure': 'RenderingFailure',
};

/** Below this many mails a rate says nothing, and none is published. */
const volumeMin = 50;

const simulatorDomain = '@simulator.amazonses.com';

export type SendingMetrics = {
  readonly onEvent: OnEvent;
  /** Publishes the rates as they are now. */
  readonly sample: () => void;
};

/**
 * Returns who measures sending as SES does: counts of the account, and the reputation rates of the
 * account and of each configuration set that asks for them. A rate counts permanent bounces, or
 * complaints, by mail; those of the mailbox simulator do not count.
 * @see https://docs.aws.amazon.com/ses/latest/dg/monitor-sender-reputation.html
 */
export function sendingMetrics(options: {
  readonly measure: Measure;
  readonly hasReputationMetrics: (configurationSetName: string) => boolean;
  /** Mails that a rate looks back on. */
  readonly rateVolume: () => number;
}): SendingMetrics {
  const { measure, rateVolume } = options;
  const account = new RecentMail(rateVolume);
  const ofSets = new Map<string, RecentMail>();
  const recentOf = (name: string): RecentMail => {
    const recent = ofSets.get(name) ?? new RecentMail(rateVolume);
    ofSets.set(name, recent);
    return recent;
  };
  const publish = (recent: RecentMail, dimensions: Readonly<Record<string, string>>): void => {
    if (recent.sentCount < volumeMin) return;
    for (const [name, value] of [
      ['Reputation.BounceRate', recent.bouncedCount / recent.sentCount],
      ['Reputation.ComplaintRate', recent.complainedCount / recent.sentCount],
    ] as const) {
      measure({
        metric: { namespace: 'AWS/SES', name, dimensions },

        values: [value],
      });
    }
  };
  return {
    onEvent: ({ name, configurationSetName, body }) => {
      const counted = countedEvents[name];
      if (counted === undefined) return;
      measure({ metric: countMetric(counted), values: [1] });
      const mark = markOf(name, body);
      if (mark === undefined) return;
      account.add(mark);
      if (configurationSetName !== undefined) recentOf(configurationSetName).add(mark);
    },
    sample: () => {
      publish(account, {});
      for (const [name, recent] of ofSets) {
        if (options.hasReputationMetrics(name)) publish(recent, { 'ses:configuration-set': name });
      }
    },
  };
}

type Mark = 'sent' | 'bounced' | 'complained';

/** So many forgotten marks are kept before the list is cut. */
const forgottenMax = 10_000;

/** What became of the latest mails, forgotten in the order in which it came. */
class RecentMail {
  readonly #counts: Record<Mark, number> = { sent: 0, bounced: 0, complained: 0 };
  readonly #volumeOf: () => number;
  #marks: Mark[] = [];
  #first = 0;

  constructor(volumeOf: () => number) {
    this.#volumeOf = volumeOf;
  }

  get sentCount(): number {
    return this.#counts.sent;
  }

  get bouncedCount(): number {
    return this.#counts.bounced;
  }

  get complainedCount(): number {
    return this.#counts.complained;
  }

  add(mark: Mark): void {
    this.#marks.push(mark);
    this.#counts[mark] += 1;
    while (this.#counts.sent > this.#volumeOf()) this.#forgetFirst();
  }

  #forgetFirst(): void {
    const mark = this.#marks[this.#first];
    if (mark !== undefined) this.#counts[mark] -= 1;
    this.#first += 1;
    if (this.#first < forgottenMax) return;
    this.#marks = this.#marks.slice(this.#first);
    this.#first = 0;
  }
}

const countMetrics = new Map(
  Object.values(countedEvents).map((name) => [
    name,
    { namespace: 'AWS/SES', name, dimensions: {} },
  ]),
);

function countMetric(name: string) {
  return countMetrics.get(name) ?? { namespace: 'AWS/SES', name, dimensions: {} };
}

function markOf(event: string, body: JsonObject): Mark | undefined {
  if (event === 'Send') return 'sent';
  if (event === 'Bounce' && body['bounceType'] === 'Permanent') {
    return isSimulated(body, 'bouncedRecipients') ? undefined : 'bounced';
  }
  if (event !== 'Complaint') return undefined;
  return isSimulated(body, 'complainedRecipients') ? undefined : 'complained';
}

function isSimulated(body: JsonObject, key: string): boolean {
  return listOr(body[key]).some((recipient) =>
    asText(objectOr(recipient)['emailAddress'] ?? '').endsWith(simulatorDomain),
  );
}
