/** What is slowed because nothing gets through goes on as soon as something does. */
import { senderSignals } from '../blame/kinds.ts';
import type { Cause } from '../blame/model.ts';
import type { Signal } from '../classification/reasons.ts';
import { judgeTrial } from '../evidence/release.ts';
import { type EpochMs, epochMs, minuteMs, secondMs } from '../time.ts';
import { slowings } from './measures.ts';
import type { Decision, Order, Situation } from './model.ts';
import { openOrders } from './orders.ts';
import type { Plan } from './plan.ts';
import { mailsOf } from './words.ts';

type Trouble = Pick<Cause, 'region' | 'signal'>;

/**
 * Where so much fails SES's own tries hardly ever get a mail through, and each makes it wait longer.
 */
const whole = { share: 0.9, answersMin: { begins: 10, trickles: 2 } } as const;

/** A trickle is few mails, so that less than this must fail of them before the rest goes on. */
const eased = { share: 0.6, answersMin: 2 } as const;

/** What ends by itself; some replies of one are in words of the other. */
const passing = ['deferral', 'outage'] as const;

/** The latest mail counts, as far back as it takes to have some, but for that whose answer may be on its way. */
const latestMs = [1, 2, 4, 8, 16, 32].map((minutes) => minutes * minuteMs);
const answeredMs = 30 * secondMs;

/**
 * Returns whether nearly all of a trouble's mail of the last minutes fails, as far as its answers have come; of a
 * trickle there are fewer.
 */
export function failsWhole(
  trouble: Trouble & Pick<Cause, 'onset'>,
  situation: Situation,
  stage: keyof typeof whole.answersMin,
): boolean {
  const { onset: from } = trouble;
  const share = failingShare(trouble, { from, answersMin: whole.answersMin[stage] }, situation);
  return share !== undefined && share >= whole.share;
}

/** Returns the plans that lift slowings whose trickle passes, each of what stands when it is asked for. */
export function* planEases(look: () => Situation): Generator<Plan> {
  for (const order of openOrders(look())) {
    const situation = look();
    const given = situation.history.findLast(({ id }) => id === order.decision);
    const signal = given?.cause?.signal ?? given?.undecided?.candidates[0]?.signal;
    if (order.kind !== 'slow' || !given || signal === undefined) continue;
    const isEased = senderSignals.has(signal) ? passesProbation : passesAgain;
    if (!isEased({ order, given, signal }, situation)) continue;
    yield {
      id: situation.newId(),
      actions: [{ kind: 'release', orderId: order.id, order }],
      evidence: [`${mailsOf(order.region)} get through again`],
      counterEvidence: [],
    };
  }
}

type Slowed = { readonly order: Order; readonly given: Decision; readonly signal: Signal };

function passesAgain({ order, signal }: Slowed, situation: Situation): boolean {
  if (slowings[signal].when === 'always') return false;
  const { region, since: from } = order;
  const { answersMin } = eased;
  const share = failingShare({ region, signal }, { from, answersMin }, situation);
  return share !== undefined && share < eased.share;
}

/** A trickle that began with a hold shows something only when the hold is over. */
function passesProbation({ order, given, signal }: Slowed, { book, now }: Situation): boolean {
  const hold = given.actions.find(
    (action) => 'order' in action && action.order !== undefined && action.order.kind === 'hold',
  );
  const since = hold && 'order' in hold ? hold.order?.until : undefined;
  if (since === undefined || since > now) return false;
  return judgeTrial(book, { region: order.region, signal, since, now }) === 'passed';
}

/** Share of the latest mail that fails, 0..1; undefined where too few answers have come. */
function failingShare(
  { region }: Trouble,
  { from, answersMin }: { readonly from: EpochMs; readonly answersMin: number },
  { book, now }: Situation,
): number | undefined {
  const { ip: _, ...within } = region;
  const until = epochMs(now - answeredMs);
  for (const lastMs of latestMs) {
    const since = epochMs(Math.max(from, until - lastMs));
    if (since >= until) return undefined;
    const cells = book.cells(passing, { since, until, within });
    const sent = cells.reduce((sum, cell) => sum + cell.sent, 0);
    const failed = cells.reduce((sum, cell) => sum + cell.failed, 0);
    if (sent >= answersMin) return failed / sent;
  }
  return undefined;
}
