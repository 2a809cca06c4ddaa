/** What the console answers, address by address; see model.ts. */
import type { IncomingMessage } from 'node:http';
import type * as z from 'zod';
import type { Clock } from '../../domain/time.ts';
import { type Answer, mailPolicy, readQuestion, refuse } from './answers.ts';
import type { MailPreview } from './mail-preview.ts';
import {
  deedShapes,
  noQuestion,
  previewQuestion,
  readShape,
  rehearsalStart,
  suppressionQuestion,
  traceQuestion,
} from './questions.ts';
import type { ConsoleSource } from './source.ts';
import { createTickets, type Tickets } from './tickets.ts';

/** Returns the answer to a request that was let in. */
export type Routes = (request: IncomingMessage) => Promise<Answer>;

/** Rows of one page of decisions; a browser takes ten thousand in one answer, about 3 MB. */
const pageRowsMax = 10_000;
const pageRowsDefault = 1_000;

/** Returns the routes of a source. What acts is there only where the source may act. */
export function createRoutes(source: ConsoleSource, clock: Clock): Routes {
  const tickets = createTickets(clock);
  const table: Readonly<Record<string, (request: IncomingMessage) => Promise<Answer>>> = {
    'GET /api/scenarios': async () => ok(await source.scenarios()),
    'GET /api/decisions': ({ url }) => decisionsAt(url ?? '', source),
    'POST /api/trace': asked(traceQuestion, source.trace),
    'POST /api/suppression': asked(suppressionQuestion, source.suppression),
    'POST /api/preview': asked(previewQuestion, async (question) =>
      withTicket(await source.preview(question), tickets),
    ),
    'POST /api/rehearsal': asked(rehearsalStart, source.rehearsal.start),
    'POST /api/rehearsal/stop': asked(noQuestion, source.rehearsal.stop),
    'POST /api/live': asked(noQuestion, () => source.live.start({})),
    'POST /api/live/stop': asked(noQuestion, source.live.stop),
    ...deedRoutes(source),
  };
  return async (request) => {
    const { method = 'GET', url = '/' } = request;
    const { pathname } = new URL(url, 'http://127.0.0.1');
    const route = table[`${method} ${pathname}`];
    if (route && Object.hasOwn(table, `${method} ${pathname}`)) return route(request);
    const [, decision] = /^\/api\/decisions\/([\w.-]{1,100})$/.exec(pathname) ?? [];
    if (method === 'GET' && decision !== undefined) return decisionAt(decision, source);
    const [, ticket] = /^\/preview\/([\w-]{1,60})$/.exec(pathname) ?? [];
    if (method === 'GET' && ticket !== undefined) return mailAt(ticket, tickets);
    return refuse(404, pathname.startsWith('/api/operate/') ? unarmed : 'no such address');
  };
}

const unarmed = 'nothing is done here: this console only looks; start it with --operate to act';

function asked<T>(shape: z.ZodType<T>, work: (question: T) => Promise<unknown>) {
  return async (request: IncomingMessage): Promise<Answer> => {
    const read = readShape(shape, await readQuestion(request));
    return 'problem' in read ? refuse(400, read.problem) : ok(await work(read.value));
  };
}

function deedRoutes({ deeds }: ConsoleSource) {
  if (!deeds) return {};
  return {
    'POST /api/operate/quarantine': asked(deedShapes.quarantine, deeds.quarantine),
    'POST /api/operate/release': asked(deedShapes.release, deeds.release),
    'POST /api/operate/override': asked(deedShapes.override, deeds.override),
    'POST /api/operate/hold': asked(deedShapes.hold, deeds.hold),
    'POST /api/operate/lift': asked(deedShapes.lift, deeds.lift),
    'POST /api/operate/undo': asked(deedShapes.undo, deeds.undo),
    'POST /api/operate/approve': asked(deedShapes.approve, deeds.approve),
    'POST /api/operate/veto': asked(deedShapes.veto, deeds.veto),
    'POST /api/operate/automation': asked(deedShapes.automation, deeds.automation),
    'POST /api/operate/suppress-add': asked(deedShapes['suppress-add'], deeds['suppress-add']),
    'POST /api/operate/suppress-remove': asked(
      deedShapes['suppress-remove'],
      deeds['suppress-remove'],
    ),
    'POST /api/operate/ack': asked(deedShapes.ack, deeds.ack),
  };
}

async function decisionsAt(url: string, { decisions }: ConsoleSource): Promise<Answer> {
  const { searchParams } = new URL(url, 'http://127.0.0.1');
  const limit = Number(searchParams.get('limit') ?? pageRowsDefault);
  if (!Number.isInteger(limit) || limit < 1 || limit > pageRowsMax)
    return refuse(400, `limit: got ${limit}; allowed is a whole number from 1 to ${pageRowsMax}`);
  const before = searchParams.get('before');
  if (before !== null && !/^[\w.:#-]{1,160}$/.test(before))
    return refuse(400, 'before: got what no page gave; use the `next` of the page before');
  return ok(await decisions.page({ limit, ...(before === null ? {} : { before }) }));
}

async function decisionAt(id: string, { decisions }: ConsoleSource): Promise<Answer> {
  const found = await decisions.find(id);
  return found ? ok(found) : refuse(404, `no decision ${id} within the last 400 days`);
}

function withTicket({ html, ...preview }: MailPreview, tickets: Tickets) {
  return html === undefined ? preview : { ...preview, htmlPath: `/preview/${tickets.issue(html)}` };
}

function mailAt(ticket: string, tickets: Tickets): Answer {
  const text = tickets.redeem(ticket);
  if (text === undefined)
    return refuse(404, 'this preview is over after a minute; ask for it again');
  return { status: 200, type: 'text/html; charset=utf-8', text, policy: mailPolicy };
}

function ok(data: unknown): Answer {
  return { status: 200, data };
}
