import * as z from 'zod';
import type { AwsResponse, Emulator, Json } from '../../aws.ts';
import { parseJson } from '../../json-access.ts';
import type { Alarm } from './alarm.ts';
import type { AlarmBook } from './alarm-book.ts';
import { type AlarmClock, speedLimits } from './alarm-clock.ts';
import { alarmValues } from './alarm-judgement.ts';
import { CloudwatchError } from './errors.ts';

const path = '/_local/alarms';

type Context = {
  readonly book: AlarmBook;
  readonly clock: AlarmClock;
  /** To be called when the clock's speed has changed. */
  readonly onSpeed: () => void;
};

/**
 * Answers the laptop's owner: `GET /_local/alarms` lists alarms with their states and reasons,
 * `PUT /_local/alarms {"speed": 60}` makes their time run so many times faster, and
 * `POST /_local/alarms/NAME {"state", "reason"}` sets one, as SetAlarmState does.
 */
export function createAlarmRoutes(context: Context): Emulator {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const body = request.body.length === 0 ? {} : parseJson(request.body.toString());
    if (request.method === 'GET' && pathname === path) {
      return answer(200, listing(context, searchParams.get('state')));
    }
    if (request.method === 'PUT' && pathname === path) return setSpeed(body, context);
    if (request.method === 'POST' && pathname.startsWith(`${path}/`)) {
      return fire(decodeURIComponent(pathname.slice(path.length + 1)), body, context);
    }
    return answer(404, {
      message: `no local route ${request.method} ${request.url}, known are GET ${path}[?state=ALARM], PUT ${path}, POST ${path}/NAME`,
    });
  };
}

function listing({ book, clock }: Context, state: string | null): Json {
  const alarms = book.list().filter(({ state: { value } }) => state === null || value === state);
  return { speed: clock.speed, alarms: alarms.map(alarmRow) };
}

function alarmRow({ name, cause, state, actionsEnabled }: Alarm): Json {
  return {
    name,
    type: cause.type,
    state: state.value,
    reason: state.reason,
    since: new Date(state.updatedMs).toISOString(),
    actionsEnabled,
    ...(state.suppressedBy === undefined ? {} : { suppressedBy: state.suppressedBy }),
    ...(cause.type === 'CompositeAlarm' ? { rule: cause.settings.AlarmRule } : {}),
  };
}

const speedShape = z.strictObject({
  speed: z.number().min(speedLimits.min).max(speedLimits.max),
});

function setSpeed(body: Json | undefined, { clock, onSpeed }: Context): AwsResponse {
  const parsed = speedShape.safeParse(body);
  if (!parsed.success) return answer(400, { message: z.prettifyError(parsed.error) });
  clock.speed = parsed.data.speed;
  onSpeed();
  return answer(200, { speed: clock.speed });
}

const fireShape = z.strictObject({
  state: z.enum(alarmValues).default('ALARM'),
  reason: z.string().min(1).default('set by hand in the local runtime'),
});

function fire(name: string, body: Json | undefined, { book }: Context): AwsResponse {
  const parsed = fireShape.safeParse(body);
  if (!parsed.success) return answer(400, { message: z.prettifyError(parsed.error) });
  const { state: value, reason } = parsed.data;
  try {
    book.setState(name, { value, reason, reasonData: undefined });
  } catch (cause) {
    if (!(cause instanceof CloudwatchError)) throw cause;
    return answer(404, { message: cause.message, alarms: book.list().map((alarm) => alarm.name) });
  }
  const alarm = book.find(name);
  return answer(200, alarm === undefined ? {} : alarmRow(alarm));
}

function answer(status: number, body: Json): AwsResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
