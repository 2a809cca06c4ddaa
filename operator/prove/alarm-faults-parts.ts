/** Faults of the pipeline's own parts: its functions, tables and events, and what tells people of alarms. */
import { deleteTable, type Feeding, publishEvents } from '../../adapters/induced-faults.ts';
import { tenants } from './alarm-config.ts';
import { lookAtEvidence, type Stage, waitForLog } from './alarm-stage.ts';
import type { AlarmFault } from './alarm-trial.ts';

const tenant = tenants[0];

/** Lambda's tries of one event: so many failures are news that nobody was told. */
const triesOfLambda = 3;

/** Some times in a period this is above what the alarm on silence takes for mail of which news must come. */
const mailsAtOnce = 40;

/** Enough mail for the alarm on costs to speak of, in two requests. */
const cheapMails = 100;

/** Requests of one mail each that an app repeats: each repeat costs about two writes and sends nothing. */
const repeatedMails = 10;
const repeatsAtFirst = 500;
const repeatsLater = 50;

const feedbackSilent: AlarmFault = {
  name: 'SES reports nothing any more',
  kind: 'feedback-silent',
  by: 'the event destinations of the transactional configuration sets are disabled, and mail leaves',
  induce: async (stage) => {
    await setEvents(stage, 'Disabled');
    const line = stage.logs.length;
    await sendSome(stage, 'unheard');
    await waitForLog(stage, /"Accepted":/, line);
  },
  goOn: (stage) => sendSome(stage, `unheard-${Date.now()}`),
  names: ['transactional', 'event destinations'],
  shows: ['feedback-silent'],
  heal: async (stage) => {
    await setEvents(stage, 'Enabled');
    await sendSome(stage, 'heard');
  },
};

const costAnomaly: AlarmFault = {
  name: 'an app repeats its requests again and again',
  kind: 'cost-anomaly',
  by: 'a hundred mails leave as two batches, and ten others are asked for again and again',
  // Faster, an hour would be over before the requests have come.
  speed: 60,
  lingers: true,
  induce: async (stage) => {
    const to = Array.from({ length: cheapMails / 2 }, (_, index) => `${index}@reader.example`);
    await stage.send(['cheap-1', 'cheap-2'].map((id) => ({ id, tenant, to })));
    await repeat(stage, repeatsAtFirst);
  },
  goOn: (stage) => repeat(stage, repeatsLater),
  names: ['write units'],
  shows: ['cost-anomaly'],
  heal: async () => undefined,
};

const functionFails = createTableFault('pacing', {
  name: 'a function fails as a whole',
  by: 'the table with the send rate is deleted, and the account function runs',
  induce: async (stage) => {
    await failAccount(stage);
  },
  goOn: failAccount,
  names: ['The function account fails as a whole'],
});

const tableGone = createTableFault('suppression', {
  name: 'the suppression list is gone',
  by: 'its table is deleted, and a mail arrives',
  induce: async (stage) => {
    const line = stage.logs.length;
    await stage.send([{ id: 'unjudged', tenant, to: ['unjudged@reader.example'] }]);
    await waitForLog(stage, /"Broken":[1-9]/, line);
  },
  names: ['a table, bucket, queue or permission is not as it must be', 'dispatch.broken'],
});

const rotationFrozen: AlarmFault = {
  name: 'somebody freezes the reputation loop',
  kind: 'rotation-frozen',
  by: '`automation freeze`',
  induce: async (stage) => {
    await stage.command(['automation', 'freeze', '--yes', '--why', 'we look ourselves']);
    const line = stage.logs.length;
    await lookAtEvidence(stage);
    await waitForLog(stage, /"RotationStopped":1/, line);
  },
  goOn: lookAtEvidence,
  names: ['Automation is at freeze', 'by ada: we look ourselves'],
  shows: ['freeze, by ada'],
  heal: async (stage) => {
    await stage.command(['automation', 'on', '--yes', '--why', 'looked at']);
  },
};

const responderDown: AlarmFault = {
  name: 'the function that tells people of alarms fails',
  kind: 'responder-down',
  by: 'it is handed what it cannot read, as often as Lambda tries an event',
  induce: async ({ invoke, backend }) => {
    for (let time = 0; time < triesOfLambda; time += 1)
      await invoke(backend.names.responderFunction, { 'detail-type': 'of tomorrow' });
  },
  names: ['The function that tells people of alarms fails', 'alarms list'],
  shows: [/responder-down +RINGS/],
  heal: async () => undefined,
};

/** The faults of this table. */
export const partFaults: readonly AlarmFault[] = [
  costAnomaly,
  feedbackSilent,
  rotationFrozen,
  functionFails,
  tableGone,
  responderDown,
];

/** Asks for the same mails again and again, and waits until dispatch has begun to say so. */
async function repeat(stage: Stage, count: number): Promise<void> {
  const line = stage.logs.length;
  const mails = Array.from({ length: count }, (_, index) => {
    const id = `again-${index % repeatedMails}`;
    return { id, tenant, to: [`${id}@reader.example`] };
  });
  await stage.send(mails);
  await waitForLog(stage, /"Repeated":/, line);
}

async function sendSome(stage: Stage, id: string): Promise<void> {
  const to = Array.from({ length: mailsAtOnce }, (_, index) => `${id}-${index}@reader.example`);
  await stage.send([{ id, tenant, to }]);
}

async function setEvents({ backend }: Stage, state: Feeding): Promise<void> {
  for (const pool of ['east', 'west'])
    await publishEvents(backend.ses, backend.names.configurationSet('transactional', pool), state);
}

async function failAccount({ invoke, backend }: Stage): Promise<void> {
  if (await invoke(backend.names.accountFunction)) throw new Error('the account function works');
}

/** Returns the fault of a table that is gone. What stood in it is written anew, or there was nothing. */
function createTableFault(
  table: keyof Stage['backend']['tables'],
  about: Pick<AlarmFault, 'name' | 'by' | 'induce' | 'goOn' | 'names'>,
): AlarmFault {
  let restore: (() => Promise<void>) | undefined;
  return {
    ...about,
    kind: 'pipeline-broken',
    induce: async (stage) => {
      restore = await deleteTable(stage.backend.tables[table]);
      await about.induce(stage);
    },
    shows: ['pipeline-broken'],
    heal: async () => restore?.(),
  };
}
