import type { AwsRequest, AwsResponse, Emulator, Json } from '../../aws.ts';
import type { createEventLog } from './event-log.ts';
import type { Timetable } from './timetable.ts';

const schedulesPath = '/_local/schedules';
const eventsPath = '/_local/events';

/**
 * Answers the laptop's owner: `GET /_local/schedules` lists, `POST /_local/schedules/NAME` fires one
 * now (a name or an ARN, URL-encoded; `?time=` an ISO instant that its event is to carry), `GET /_local/events?since=N` lists the events after sequence
 * number N, with what became of each.
 */
export function createLocalRoutes(context: {
  readonly timetable: Timetable;
  readonly log: ReturnType<typeof createEventLog>;
}): Emulator {
  const { timetable, log } = context;
  return async (request) => {
    const url = new URL(request.url, 'http://localhost');
    if (request.method === 'GET' && url.pathname === schedulesPath) {
      return answer(200, { schedules: timetable.list() });
    }
    if (request.method === 'POST' && url.pathname.startsWith(`${schedulesPath}/`)) {
      const asIf = url.searchParams.get('time');
      const asIfMs = asIf === null ? undefined : Date.parse(asIf);
      if (Number.isNaN(asIfMs))
        return answer(400, { message: `time got ${asIf}, allowed is an ISO instant` });
      const name = decodeURIComponent(url.pathname.slice(schedulesPath.length + 1));
      return fire(name, timetable, asIfMs);
    }
    if (request.method === 'GET' && url.pathname === eventsPath) {
      const since = Number(url.searchParams.get('since') ?? 0);
      if (Number.isInteger(since) && since >= 0) return answer(200, log.since(since));
      return answer(400, { message: `since got ${since}, allowed is a sequence number` });
    }
    return unknown(request);
  };
}

async function fire(name: string, timetable: Timetable, asIfMs?: number): Promise<AwsResponse> {
  const firing = timetable.fireNow(name, asIfMs);
  if (firing === undefined) {
    const names = timetable.list().map((schedule) => schedule['name'] ?? null);
    return answer(404, { message: `schedule got ${name}, which does not exist`, schedules: names });
  }
  try {
    await firing;
    return answer(200, { fired: name });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return answer(500, { message: `${name} was fired and failed: ${message}` });
  }
}

function unknown(request: AwsRequest): AwsResponse {
  return answer(404, {
    message:
      `no local route ${request.method} ${request.url}, known are GET ${schedulesPath}, ` +
      `POST ${schedulesPath}/NAME[?time=INSTANT], GET ${eventsPath}?since=N`,
  });
}

function answer(status: number, body: Json): AwsResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
