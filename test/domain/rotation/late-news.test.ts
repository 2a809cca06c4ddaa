/** Where news comes late, mail that nobody can have heard of yet acquits nobody. */
import { expect, test } from 'vitest';
import type { Origin } from '../../../domain/evidence/model.ts';
import { look } from '../../../domain/rotation/look.ts';
import { epochMs, minuteMs, secondMs } from '../../../domain/time.ts';
import { addTraffic, ago, originsOf, situationOf, streamOf } from '../../support/rotation.ts';

const stream = streamOf('transactional');
const onA = originsOf([stream]).filter(
  ({ provider, pool }) => provider === 'microsoft' && pool === 'a',
);

/** Eight refused mails of one tenant twenty minutes ago, whose pool others have used ever since. */
function situationAfter(lateMs: number) {
  const situation = situationOf({ streams: [stream] });
  addTraffic(situation.book, [stream], { perHour: 60, hours: 3 });
  const [first] = onA;
  if (!first) throw new Error('nobody is on the pool');
  for (let mail = 0; mail < 8; mail += 1) refuse(situation.book, first, { mail, lateMs });
  const { provider, pool, tenant } = first;
  const regions = [{ pool, provider }, { tenant }, { tenant, provider }];
  const found = look(situation, { kind: 'failures', regions });
  return found.flatMap(({ causes }) => causes.map(({ kind }) => kind));
}

function refuse(
  book: ReturnType<typeof situationOf>['book'],
  origin: Origin,
  { mail, lateMs }: { readonly mail: number; readonly lateMs: number },
): void {
  const sentAt = ago(20 * minuteMs + 10 * secondMs - mail * secondMs);
  book.addSent({ origin, at: sentAt, count: 1 });
  book.addFailure({
    ...{ key: `refused-${mail}`, origin, sentAt, heardAt: epochMs(sentAt + lateMs) },
    ...{ signal: 'block', reason: 'block-ip-reputation', weight: 1, vouched: true },
    recipientDomain: 'outlook.example',
  });
}

test('a tenant is at fault where the mail of others on its pool is known to pass', () => {
  expect(situationAfter(3 * secondMs)).toContain('tenant×provider');
});

test('it is not for being the first that is heard of, twenty minutes late', () => {
  expect(situationAfter(20 * minuteMs)).toEqual([]);
});
