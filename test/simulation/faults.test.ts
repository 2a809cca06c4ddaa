import { describe, expect, test } from 'vitest';
import { planFor, troubleKinds } from '../../simulation/fault-plan.ts';
import { runFaults } from '../../simulation/fault-run.ts';
import { judgePromises, neverStruck, totalsOf } from '../../simulation/promises.ts';
import type { DispatchOver } from '../../simulation/stages.ts';

/**
 * A seed whose plan has every fault, a person who decides what is ambiguous, and every lasting trouble but
 * one: a spent quota takes two seconds more and what a pause does; `npm run prove` has both, and twenty seeds of
 * ten thousand mails. In two thousand every fault has struck.
 */
const seed = 1202;

/** Titles of the promises that a run breaks. */
async function broken(over: DispatchOver, mails = 400): Promise<readonly string[]> {
  const report = await runFaults({ seed, mails, over });
  return judgePromises(totalsOf([report])).flatMap(({ promise, kept }) => (kept ? [] : [promise]));
}

test('two thousand mails keep every promise while things go wrong', async () => {
  const report = await runFaults({ seed, mails: 2_000 });
  expect(report.examples).toEqual([]);
  expect(judgePromises(totalsOf([report])).filter(({ kept }) => !kept)).toEqual([]);
  // The faults did strike, what waited for a person did go on, and the mail did go.
  expect(neverStruck(report.faults)).toEqual(['quota-spent']);
  expect(report.accepted).toBeGreaterThan(1_800);
  for (const reason of ['identity-unverified', 'configuration-missing'])
    expect(report.mended[`redriven: ${reason}`], reason).toBeGreaterThan(0);
});

test('a fault that never strikes is told', async () => {
  const { shares, ...plan } = planFor(seed);
  const quiet = { ...plan, troubles: [], shares: { ...shares, sesFailed: 0 } };
  const { faults } = await runFaults({ seed, mails: 100, plan: quiet });
  expect(neverStruck(faults)).toEqual(expect.arrayContaining(['sesFailed', ...troubleKinds]));
});

test('few mails say little about the rate of duplicates, and too many of them are too many', () => {
  const none = { accepted: 0, lost: 0, duplicatesCounted: 0, duplicatesUnambiguous: 0 };
  const rest = { sentToSuppressed: 0, unsettled: 0, unexplained: 0 };
  const rate = (mails: number, duplicates: number) =>
    judgePromises({ ...none, ...rest, mails, duplicates }).at(-1);
  const promise = 'at most 2 duplicates in 10,000 mails';
  const doubt = 'too few mails to judge the rate';
  expect(rate(2_000, 1)).toEqual({
    ...{ promise, doubt, kept: true },
    measured: '1; allowed in 2,000 mails: 1',
  });
  expect(rate(2_000, 2)).toMatchObject({ kept: false });
  expect(rate(20_000, 4)).toEqual({
    ...{ promise, kept: true },
    measured: '4; allowed in 20,000 mails: 4',
  });
});

test('a seed replays: the same run gives the same report', async () => {
  const [first, second] = [
    await runFaults({ seed, mails: 200 }),
    await runFaults({ seed, mails: 200 }),
  ];
  expect(second).toEqual(first);
});

describe('the checks find', () => {
  test('a suppression list that nobody asks', async () => {
    const over: DispatchOver = (ports) => ({ ...ports, readSuppressions: async () => new Map() });
    expect(await broken(over)).toContain('nothing is sent to a suppressed address');
  });

  test('a claim that everybody gets', async () => {
    const over: DispatchOver = (ports) => {
      const { dynamo } = ports.ledger;
      const send = (command: Parameters<typeof dynamo.send>[0]) =>
        dynamo.send(Object.assign(command, { input: withoutCondition(command.input) }));
      return {
        ...ports,
        ledger: { ...ports.ledger, dynamo: Object.create(dynamo, { send: { value: send } }) },
      };
    };
    expect(await broken(over)).toContain('every duplicate comes from an ambiguous attempt');
  });

  test('a mail that is sent twice', async () => {
    const over: DispatchOver = (ports) => ({
      ...ports,
      send: async (mail) => {
        await ports.send(mail);
        return ports.send(mail);
      },
    });
    const found = await broken(over, 100);
    expect(found).toContain('every duplicate comes from an ambiguous attempt');
    expect(found).toContain('our own metric counts every duplicate');
    expect(found).toContain('at most 2 duplicates in 10,000 mails');
  });

  test('a mail that is only said to be sent', async () => {
    const over: DispatchOver = (ports) => ({
      ...ports,
      send: async (mail) =>
        mail.messageId < 'C' ? { ok: true, sesMessageId: 'never' } : ports.send(mail),
    });
    expect(await broken(over, 200)).toContain('no mail is lost');
  });

  test('a mail that waits for its time nowhere', async () => {
    const over: DispatchOver = (ports) => ({ ...ports, putLater: async () => {} });
    expect(await broken(over)).toContain('no mail is lost');
  });
});

/** An item is put whatever stands there. */
function withoutCondition(input: object): object {
  if (!('Item' in input) || !('TableName' in input)) return input;
  return { TableName: input.TableName, Item: input.Item };
}
