import type { SesContext } from '../context.ts';
import { between } from '../dice.ts';
import { type Message, recipientsOf } from '../sending/message.ts';
import { attemptDelivery } from '../world/attempts.ts';
import type { Outcome } from './outcome.ts';
import { outcomeOf } from './outcomes.ts';
import { publishEvent } from './publishing.ts';
import { bounceEvent, complaintEvent, delayEvent, deliveryEvent } from './recipient-events.ts';
import { simulatedBounce } from './simulator.ts';
import { containsTestVirus } from './test-virus.ts';

/** Milliseconds from acceptance, drawn evenly; far shorter than real life, in its order. */
const waits = {
  send: [0, 5],
  answer: [20, 80],
  complaintAfterDelivery: [100, 200],
  autoReplyAfterDelivery: [20, 80],
  deliveryAfterDelay: [500, 1000],
} as const;

/** Schedules every event of an accepted message. */
export function scheduleEvents(context: SesContext, message: Message): void {
  for (const plan of plansOf(context, message)) follow(context, plan);
}

type Step = { readonly wait: readonly [number, number]; readonly run: () => void };
/** Steps one after the other; the next one's wait begins when the last has run. */
type Plan = readonly Step[];

function follow(context: SesContext, [first, ...rest]: Plan): void {
  if (first === undefined) return;
  const [low, high] = first.wait;
  context.schedule.after(between(context.draw, low, high), () => {
    first.run();
    follow(context, rest);
  });
}

function plansOf(context: SesContext, message: Message): readonly Plan[] {
  const { content } = message;
  // Neither of the first two was ever handed to a receiver. Whether SES also publishes Send for
  // them is not documented; it describes Send as "will attempt to deliver", so here it does not.
  if (content.kind === 'unrendered') {
    const body = { errorMessage: content.error, templateName: content.templateName };
    const fail = (): void => {
      setAll(message, 'rendering failed');
      publishEvent(context, message, { name: 'Rendering Failure', body });
    };
    return [[{ wait: waits.send, run: fail }]];
  }
  if (containsTestVirus(content)) {
    const reject = (): void => {
      setAll(message, 'rejected');
      publishEvent(context, message, { name: 'Reject', body: { reason: 'Bad content' } });
    };
    return [[{ wait: waits.answer, run: reject }]];
  }
  const send = (): void => publishEvent(context, message, { name: 'Send', body: {} });
  return [[{ wait: waits.send, run: send }], ...recipientPlans(context, message)];
}

function recipientPlans(context: SesContext, message: Message): readonly Plan[] {
  const plans: Plan[] = [];
  const simulatedBounces: string[] = [];
  for (const { bare } of recipientsOf(message.destination)) {
    const outcome = outcomeOf(context, message, bare);
    if (outcome === simulatedBounce) simulatedBounces.push(bare);
    else plans.push(planOf(context, message, { bare, outcome }));
  }
  if (simulatedBounces.length === 0) return plans;
  // Several simulated bounces of one request come back as one event, as SES documents.
  const merged = { bounce: simulatedBounce, addresses: simulatedBounces };
  return [...plans, [{ wait: waits.answer, run: () => bounceEvent(context, message, merged) }]];
}

function planOf(
  context: SesContext,
  message: Message,
  { bare, outcome }: { readonly bare: string; readonly outcome: Outcome },
): Plan {
  const addresses = [bare];
  const deliver = {
    wait: waits.answer,
    run: () => deliveryEvent(context, message, { addresses }),
  };
  switch (outcome.kind) {
    case 'silent':
      return [];
    case 'delivery':
      return [deliver];
    case 'world': {
      const first = { message, address: bare, attempt: 1, ageMs: 0 };
      return [{ wait: waits.answer, run: () => attemptDelivery(context, first) }];
    }
    case 'delay': {
      const run = (): void => delayEvent(context, message, { delay: outcome, address: bare });
      return [
        { wait: waits.answer, run },
        { ...deliver, wait: waits.deliveryAfterDelay },
      ];
    }
    case 'complaint': {
      const about = { complaint: outcome, address: bare };
      const run = (): void => complaintEvent(context, message, about);
      if (outcome.onAccountList === true) return [{ wait: waits.answer, run }];
      return [deliver, { wait: waits.complaintAfterDelivery, run }];
    }
    case 'bounce': {
      const about = { bounce: outcome, addresses };
      const run = (): void => bounceEvent(context, message, about);
      if (outcome.afterDelivery !== true) return [{ wait: waits.answer, run }];
      return [deliver, { wait: waits.autoReplyAfterDelivery, run }];
    }
  }
}

function setAll(message: Message, status: 'rejected' | 'rendering failed'): void {
  for (const address of message.status.keys()) message.status.set(address, status);
}
