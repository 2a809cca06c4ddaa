/** Goal: SES may take nothing for longer than SQS keeps a message, and no mail is lost. */
import { expect, test } from 'vitest';
import { names, type Streams } from '../../simulation/deployment.ts';
import { createWorld, type World } from '../../simulation/world.ts';
import { message } from '../support/requests.ts';

const streams: Streams = {
  transactional: {
    lane: 'transactional',
    ambiguous: 'resend',
    deliveryEvents: false,
    concurrency: 2,
  },
};
const accountEveryMs = 600_000;
const dayMs = 86_400_000;
const mails = 20;

const waitingLater = ({ bucket }: World) =>
  [...bucket.objects.keys()].filter((key) => key.startsWith('later/')).length;

test('mail that waits for sixteen days while SES takes nothing leaves once, afterwards', async () => {
  const world = await createWorld({ seed: 1, streams, ratePerSecond: 50, accountEveryMs });
  try {
    await world.putTenant('acme');
    await world.ses.change('account', { sendingEnabled: false });
    for (let number = 0; number < mails; number += 1)
      world.enqueue('transactional', message({ tenant: 'acme' }), 'acme');
    await world.settle(16 * dayMs);
    expect(world.observer.acceptances).toHaveLength(0);
    const intake = world.queues.get(names.intakeQueue('transactional'));
    expect((intake?.size() ?? 0) + waitingLater(world)).toBe(mails);
    await world.ses.change('account', { sendingEnabled: true });
    await world.settle(dayMs);
    expect(world.observer.acceptances).toHaveLength(mails);
    expect(world.queues.get(names.parkedQueue('transactional'))?.size()).toBe(0);
    expect(waitingLater(world)).toBe(0);
    expect(Object.fromEntries(world.failures)).toEqual({});
  } finally {
    await world.close();
  }
});
