import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { localTarget } from '../../adapters/clients.ts';
import { readQueueUrl, sendBodies } from '../../adapters/intake.ts';
import { type ParkedMessage, receiveParked, returnToView } from '../../adapters/parked-mail.ts';
import { tagNames } from '../../contract/tags.ts';
import { type Backend, createBackend } from '../actions/backend.ts';
import type { Synthesized } from './assembly.ts';
import { type RedriveRun, runRedrive } from './redrive-run.ts';
import { type LocalRun, withRuntime } from './run-local.ts';
import { number, type Section, table } from './section.ts';

/** Parked for the reason that is redriven, and for another one. */
const mailsDefault = 10_000;
const others = 500;
/** Bodies that are sent back a second time, as by a run that died between sending and deleting. */
const copies = 100;
/** The runtime's SES takes what comes: the redrive itself is measured. */
const raisedRate = 5_000;
const lookMs = 200;
/** What a run that died had in hand comes back within ten minutes. */
const runsMax = 60;
const pauseBetweenRunsMs = 10_000;

/** What stands at the end, and how it came to that. */
type Measured = {
  readonly mails: number;
  readonly parkSeconds: number;
  readonly runs: readonly RedriveRun[];
  readonly redriveSeconds: number;
  readonly lost: number;
  readonly doubled: number;
  readonly othersLeft: number;
};

/** Measures a redrive of 10,000 parked messages that dies on its way and is run again. */
export async function measureRedrive(
  made: Synthesized,
  onProgress: (text: string) => void,
  mails: number = mailsDefault,
): Promise<Section> {
  const measured = await withRuntime(made, async (run) => {
    const backend = createBackend(localTarget(run.runtime.endpointUrl), made.config.deployment);
    try {
      return await measure({ made, run, backend, onProgress }, mails);
    } finally {
      backend.close();
    }
  });
  return redriveSection(measured);
}

type Scene = {
  readonly made: Synthesized;
  readonly run: LocalRun;
  readonly backend: Backend;
  readonly onProgress: (text: string) => void;
};

async function measure(scene: Scene, mails: number): Promise<Measured> {
  const { run, backend, onProgress, made } = scene;
  const stream = streamOf(made);
  const parkedUrl = await readQueueUrl(backend.sqs, backend.names.parkedQueue(stream));
  await run.local('/ses/account', {
    ...{ method: 'PUT', body: { maxSendRate: raisedRate, productionAccess: false } },
  });
  await run.fireSchedules();
  const startedAt = performance.now();
  onProgress(`${number(mails + others)} messages are parked`);
  await enqueue(scene, { prefix: 'other', count: others, to: 'reader@recipient.example' });
  await untilParked(scene, others);
  await run.local('/ses/account', { method: 'PUT', body: { productionAccess: true } });
  await verify(scene, false);
  await enqueue(scene, { prefix: 'mail', count: mails, to: 'success@simulator.amazonses.com' });
  await untilParked(scene, mails + others);
  const parkSeconds = (performance.now() - startedAt) / 1000;
  await verify(scene, true);
  const again = await someBodies(backend, parkedUrl);
  const beganAt = performance.now();
  const runs = await redriveAll(scene, mails);
  const redriveSeconds = (performance.now() - beganAt) / 1000;
  onProgress(`${again.length} copies of what was redriven are sent back once more`);
  await sendBodies(
    backend.sqs,
    await readQueueUrl(backend.sqs, backend.names.intakeQueue(stream)),
    again,
  );
  while (!(await run.runtime.idle())) await pause(lookMs);
  const sent = await sentIds(run);
  return {
    ...{ mails, parkSeconds, runs, redriveSeconds },
    lost: mails - new Set(sent).size,
    doubled: sent.length - new Set(sent).size,
    othersLeft: await parkedCount(scene),
  };
}

/** The first run is killed when half of the messages have left; the others run until nothing is left. */
async function redriveAll(scene: Scene, mails: number): Promise<readonly RedriveRun[]> {
  const { onProgress, run, made } = scene;
  const target = { endpoint: run.runtime.endpointUrl, deployment: made.config.deployment };
  onProgress('a redrive is killed half way');
  const isHalf = async () => (await parkedCount(scene)) <= others + mails / 2;
  const runs = [await runRedrive(target, isHalf)];
  while (runs.length < runsMax) {
    onProgress(`redrive, run ${runs.length + 1}`);
    const next = await runRedrive(target);
    runs.push(next);
    if (next.hidden === 0 && next.failed === 0) return runs;
    await pause(pauseBetweenRunsMs);
  }
  return runs;
}

function streamOf({ config }: Synthesized): string {
  return Object.keys(config.streams)[0] ?? '';
}

async function enqueue(
  { backend, made }: Scene,
  { prefix, count, to }: { readonly prefix: string; readonly count: number; readonly to: string },
): Promise<void> {
  const stream = streamOf(made);
  const [local = '', domain = ''] = to.split('@');
  const bodies = Array.from({ length: count }, (_, index) => ({
    group: 'default',
    body: JSON.stringify({
      ...{ version: 1, kind: 'message', stream, id: `${prefix}-${index}` },
      from: `hello@${made.config.sendingDomains[0]?.domain}`,
      to: `${local}+${index}@${domain}`,
      content: { subject: `Receipt ${index}`, text: 'Thank you.' },
    }),
  }));
  const url = await readQueueUrl(backend.sqs, backend.names.intakeQueue(stream));
  await sendBodies(backend.sqs, url, bodies);
}

async function parkedCount({ run, backend, made }: Scene): Promise<number> {
  const name = backend.names.parkedQueue(streamOf(made));
  const depth = (await run.runtime.queueDepths()).find((one) => one.name === name);
  return (depth?.visible ?? 0) + (depth?.inFlight ?? 0);
}

async function untilParked(scene: Scene, count: number): Promise<void> {
  while ((await parkedCount(scene)) < count) await pause(lookMs);
  while (!(await scene.run.runtime.idle())) await pause(lookMs);
}

async function verify({ run, made }: Scene, verified: boolean): Promise<void> {
  const identity = made.config.sendingDomains[0]?.domain;
  await run.local('/ses/identities', { method: 'PUT', body: { identity, verified } });
}

/** Returns some parked bodies as a redrive sends them; they stay where they are. */
async function someBodies(backend: Backend, parkedUrl: string) {
  const meant: ParkedMessage[] = [];
  const handles: string[] = [];
  while (meant.length < copies) {
    const messages = await receiveParked(backend.sqs, parkedUrl, 30);
    if (messages.length === 0) break;
    meant.push(...messages.filter(({ reason }) => reason === 'identity-unverified'));
    handles.push(...messages.map(({ receiptHandle }) => receiptHandle));
  }
  await returnToView(backend.sqs, parkedUrl, handles);
  return meant.map(({ body, since }) => ({
    body,
    group: 'default',
    attributes: { parkedAt: new Date(since).toISOString() },
  }));
}

const listed = z.array(z.looseObject({ tags: z.record(z.string(), z.string()) }));

async function sentIds(run: LocalRun): Promise<readonly string[]> {
  const mails = listed.parse(await run.local('/messages'));
  return mails.flatMap(({ tags }) => tags[tagNames.message] ?? []);
}

function redriveSection(measured: Measured): Section {
  const { mails, parkSeconds, runs, redriveSeconds, lost, doubled, othersLeft } = measured;
  const moved = runs.reduce((sum, run) => sum + run.moved, 0);
  return {
    title: 'Redrive of parked mail',
    method: `${number(mails)} messages go through the local pipeline while their identity is not verified, and ${others} more in the sandbox: all are parked. The identity is verified, and \`goodstanding dlq redrive --reason identity-unverified\` is run as a process of its own, killed (SIGKILL) when half has left, and run again until nothing is left or in the hands of the dead one. Then ${copies} bodies or some more are sent back a second time by hand, as a run leaves them that dies between sending and deleting. Lost and doubled are counted from what SES received.`,
    promises: [
      {
        promise: 'none lost',
        measured: `${lost} lost of ${number(mails)}`,
        kept: lost === 0,
      },
      { promise: 'none doubled', measured: `${doubled} doubled`, kept: doubled === 0 },
      {
        promise: 'filtered: what waits for another reason stays',
        measured: `${othersLeft} of ${others} stayed`,
        kept: othersLeft === others,
      },
      {
        promise: 'resumable: killed half way and run again',
        measured: `${runs.length} runs, ${number(moved)} reported as sent back by those that lived`,
        kept: runs[0]?.killed === true && lost === 0,
      },
    ],
    body: [
      `Parking took ${number(parkSeconds, 1)} s, the redrive with its death and what that held in hand ${number(redriveSeconds, 1)} s.`,
      '',
      table(
        ['run', 'seconds', 'sent back', 'left', 'failed', 'in other hands'],
        runs.map(({ killed, seconds, moved: own, left, failed, hidden }, index) => [
          killed ? `${index + 1}, killed` : index + 1,
          number(seconds, 1),
          ...(killed ? ['', '', '', ''] : [own, left, failed, hidden]),
        ]),
      ),
    ].join('\n'),
    data: { ...measured },
  };
}
