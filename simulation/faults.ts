import type { Draw } from '../local/emulators/ses/dice.ts';
import { AwsFailure, timeOut } from './aws/failure.ts';
import { names } from './deployment.ts';
import type { FaultPlan, FaultShares } from './fault-plan.ts';
import type { AwsCall, CallFate, Faults } from './network.ts';

/** Faults of calls as a plan wants them, and how often each really struck. */
export type PlannedFaults = {
  readonly faults: Faults;
  readonly struck: ReadonlyMap<string, number>;
  /** Refuses every DynamoDB call, or no longer. */
  readonly setStoreDown: (state: 'down' | 'up') => void;
};

/** After a mail that kills, the environment dies at one of so many awaits; after a write of feedback sooner. */
const awaitsToDeath = { dispatch: 100, feedback: 10 } as const;

/** Time-outs of adapters/clients.ts, milliseconds. */
const sendTimeoutMs = 20_000;
const answerTimeoutMs = 10_000;

type Rule = {
  readonly name: keyof FaultShares;
  readonly about: (call: AwsCall) => boolean;
  readonly fate: CallFate;
};

const isSend = ({ service, operation }: AwsCall) => service === 'ses' && operation === 'SendEmail';
const isFeedbackWrite = ({ operation, input }: AwsCall) =>
  operation === 'BatchWriteItem' ||
  (operation === 'PutItem' && 'TableName' in input && input.TableName === names.tables.suppression);
const isStore = ({ service }: AwsCall) => service === 'dynamodb';
const refused = (name: string, message: string, status: number): CallFate => ({
  kind: 'refused',
  error: new AwsFailure(name, message, { status }),
});

const rules: readonly Rule[] = [
  {
    name: 'sesAnswerLost',
    about: isSend,
    fate: { kind: 'answer-lost', error: timeOut('SES'), afterMs: sendTimeoutMs },
  },
  {
    name: 'sesThrottled',
    about: isSend,
    fate: refused('TooManyRequestsException', 'Maximum sending rate exceeded.', 429),
  },
  {
    name: 'sesFailed',
    about: isSend,
    fate: refused('InternalServiceErrorException', 'Internal error', 500),
  },
  {
    name: 'storeThrottled',
    about: isStore,
    fate: refused('ProvisionedThroughputExceededException', 'Throughput exceeds', 400),
  },
  {
    name: 'storeAnswerLost',
    about: isStore,
    fate: { kind: 'answer-lost', error: timeOut('DynamoDB'), afterMs: answerTimeoutMs },
  },
  {
    name: 'serviceFailed',
    about: ({ service }) => service === 'sqs' || service === 's3' || service === 'events',
    fate: refused('InternalError', 'We encountered an internal error.', 500),
  },
];

const storeIsDown = refused('InternalServerError', 'Internal server error', 500);

/** Returns the faults of a plan; what strikes, and when, follows from the dice alone. */
export function createPlannedFaults(plan: FaultPlan, draw: Draw): PlannedFaults {
  const struck = new Map<string, number>();
  const strike = (name: string) => struck.set(name, (struck.get(name) ?? 0) + 1);
  let storeDown = false;
  return {
    struck,
    setStoreDown: (state) => {
      storeDown = state === 'down';
    },
    faults: (call, process) => {
      if (isSend(call) && draw() < plan.killsPerMail) {
        strike('kill');
        process.doom(1 + Math.floor(draw() * awaitsToDeath.dispatch));
      }
      if (isFeedbackWrite(call) && draw() < plan.killsPerFeedbackWrite) {
        strike('feedbackKill');
        process.doom(1 + Math.floor(draw() * awaitsToDeath.feedback));
      }
      if (storeDown && isStore(call)) {
        strike('storeDown');
        return storeIsDown;
      }
      for (const { name, about, fate } of rules) {
        if (plan.shares[name] === 0 || !about(call) || draw() >= plan.shares[name]) continue;
        strike(name);
        return fate;
      }
      return { kind: 'answered' };
    },
  };
}
