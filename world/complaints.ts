import { binomial, logNormal } from './dice.ts';
import type { Complaint, Draw, Handed } from './model.ts';

/** Complaints on their way from recipients to providers and senders. */
export type Complaints = {
  /** Recipients complain about mail delivered at an instant. */
  readonly file: (mails: Handed, count: number, filed: Filed) => void;
  /** Providers hear all that is due at an instant. */
  readonly hearUntil: (at: number) => void;
  /** Returns what providers passed on and nobody took yet. */
  readonly take: () => readonly Complaint[];
};

export type Filed = {
  readonly at: number;
  readonly token: unknown;
  readonly lagMedianMs: number;
  /** Share that the provider passes on. */
  readonly visibleShare: number;
};

/** A complaint, and how many of it the sender will hear of. */
type Pending = Complaint & { readonly visible: number };

const slotMs = 10_000;
/** Complaints about like mail that come together; more are spread over as many moments. */
const momentsMax = 8;
/** Spread of the logarithm of the lag: one in a hundred is sixteen times the median. */
const lagSigma = 1.2;

/** Returns an empty queue; `onHeard` tells the provider. */
export function createComplaints(draw: Draw, onHeard: (heard: Complaint) => void): Complaints {
  const slots = new Map<number, Pending[]>();
  let passedOn: Complaint[] = [];
  let next = Number.POSITIVE_INFINITY;
  const enqueue = (pending: Pending): void => {
    const slot = Math.floor(pending.at / slotMs);
    const others = slots.get(slot);
    if (others === undefined) slots.set(slot, [pending]);
    else others.push(pending);
    next = Math.min(next, slot);
  };
  const hear = ({ visible, ...complaint }: Pending): void => {
    onHeard(complaint);
    if (visible > 0) passedOn.push({ ...complaint, count: visible });
  };
  return {
    file: ({ ip, domain, provider }, count, { at, token, lagMedianMs, visibleShare }) => {
      const moments = Math.min(count, momentsMax);
      for (let moment = 0; moment < moments; moment += 1) {
        const share = Math.floor(((moment + 1) * count) / moments);
        const part = share - Math.floor((moment * count) / moments);
        const heardAt = Math.ceil(at + logNormal(draw, lagMedianMs, lagSigma));
        const visible = binomial(draw, part, visibleShare);
        enqueue({ at: heardAt, sentAt: at, ip, domain, provider, count: part, token, visible });
      }
    },
    hearUntil: (at) => {
      const end = Math.floor(at / slotMs);
      for (; next < end && slots.size > 0; next += 1) {
        const due = slots.get(next);
        if (due === undefined) continue;
        slots.delete(next);
        for (const pending of due) hear(pending);
      }
      if (slots.size === 0) next = Number.POSITIVE_INFINITY;
    },
    take: () => {
      const taken = passedOn;
      passedOn = [];
      return taken;
    },
  };
}
