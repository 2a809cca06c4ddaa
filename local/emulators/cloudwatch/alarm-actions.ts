import type { Json, Place } from '../../aws.ts';
import type { Alarm } from './alarm.ts';
import type { History } from './alarm-history.ts';
import type { AlarmValue } from './alarm-judgement.ts';
import { notificationSubject, notificationText } from './alarm-notification.ts';
import { functionPayload } from './alarm-view.ts';

/** How alarms reach what they act on. */
export type AlarmHands = {
  readonly publish: (
    topicArn: string,
    notice: { readonly subject: string; readonly message: string },
  ) => Promise<void>;
  /** Hands an event to a function, which runs by itself from then on. */
  readonly invoke: (
    functionArn: string,
    payload: Json,
  ) => Promise<{ readonly error?: { readonly type: string; readonly message: string } }>;
};

const listOf: Readonly<
  Record<AlarmValue, 'AlarmActions' | 'OKActions' | 'InsufficientDataActions'>
> = {
  ALARM: 'AlarmActions',
  OK: 'OKActions',
  INSUFFICIENT_DATA: 'InsufficientDataActions',
};

type Perform = (
  arn: string,
  alarm: Alarm,
  context: { readonly place: Place; readonly hands: AlarmHands },
) => Promise<void>;

/** Service in an action's ARN → what it does. */
const performers: Readonly<Record<string, Perform>> = {
  sns: (arn, alarm, { place, hands }) =>
    hands.publish(arn, {
      subject: notificationSubject(alarm, place),
      message: notificationText(alarm, place),
    }),
  lambda: async (arn, alarm, { place, hands }) => {
    const { error } = await hands.invoke(arn, functionPayload(alarm, place));
    if (error !== undefined) throw new Error(`${error.type}: ${error.message}`);
  },
};

/** Returns what carries out the actions of an alarm's state and writes each into its history. */
export function createActions(options: {
  readonly place: Place;
  readonly hands: AlarmHands;
  readonly history: () => History;
  readonly now: () => number;
}): (alarm: Alarm) => Promise<void> {
  const { place, hands } = options;
  return async (alarm) => {
    if (!alarm.actionsEnabled) return;
    for (const arn of alarm.cause.settings[listOf[alarm.state.value]]) {
      const outcome = await perform(arn, alarm, { place, hands });
      options.history().add(alarm, {
        atMs: options.now(),
        kind: 'Action',
        summary: outcome ?? `Successfully executed action ${arn}`,
        data: {
          actionState: outcome === undefined ? 'Succeeded' : 'Failed',
          notificationResource: arn,
          stateUpdateTimestamp: alarm.state.updatedMs,
          ...(outcome === undefined ? {} : { error: outcome }),
        },
      });
    }
  };
}

async function perform(
  arn: string,
  alarm: Alarm,
  context: Parameters<Perform>[2],
): Promise<string | undefined> {
  const act = performers[arn.split(':')[2] ?? ''];
  if (act === undefined) {
    return `Failed to execute action ${arn}: in the local runtime alarms act on SNS topics and Lambda functions`;
  }
  try {
    await act(arn, alarm, context);
    return undefined;
  } catch (cause) {
    return `Failed to execute action ${arn}: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
