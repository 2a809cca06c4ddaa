import { describe, expect, test } from 'vitest';
import { type BounceReason, bounceReasons } from '../../../domain/classification/reasons.ts';
import { type Lost, mayRescue, type RescueStanding } from '../../../domain/rotation/rescue.ts';

const lost: Lost = {
  reason: 'block-ip-reputation',
  tenant: 'acme',
  pool: 'a',
  wasRescued: false,
  wasDelivered: false,
};
const standing: RescueStanding = {
  cause: 'pool×provider',
  suspects: new Set(['mallory']),
  target: { pool: 'b', room: 100, sentToday: 10_000, rescuedToday: 0 },
};
const target = standing.target;

describe('mail that its pool lost', () => {
  test('goes once more through a warm pool', () => {
    expect(mayRescue(lost, standing)).toEqual({ may: true, pool: 'b' });
  });

  test('that our own time limit ended goes back to the same pool', () => {
    const timeout: Lost = { ...lost, reason: 'expired', bounceSubType: 'CustomTimeoutExceeded' };
    expect(mayRescue(timeout, { ...standing, suspects: new Set() })).toEqual({
      may: true,
      pool: 'a',
    });
  });

  test.each<[string, Partial<Lost>, Partial<RescueStanding>]>([
    ['delivered', { wasDelivered: true }, {}],
    ['twice', { wasRescued: true }, {}],
    ['not-a-block', { reason: 'spam-content' }, {}],
    ['not-the-pool', {}, { cause: 'tenant' }],
    ['suspected', { tenant: 'mallory' }, {}],
    ['no-room', {}, { target: { ...target, room: 0 } }],
    ['too-many', {}, { target: { ...target, rescuedToday: 100 } }],
  ])('is left where it is: %s', (why, mail, stands) => {
    expect(mayRescue({ ...lost, ...mail }, { ...standing, ...stands })).toEqual({
      may: false,
      why,
    });
  });

  test('while no cause is found, it waits', () => {
    const { cause: _, ...open } = standing;
    expect(mayRescue(lost, open)).toEqual({ may: false, why: 'not-the-pool' });
  });

  test('is rescued for the two reasons that blame our address, and no other', () => {
    const reasons = Object.keys(bounceReasons).filter(
      (name): name is BounceReason => name in bounceReasons,
    );
    const may = reasons.filter((reason) => mayRescue({ ...lost, reason }, standing).may);
    expect(may).toEqual(['block-ip-reputation', 'blocklist-dnsbl']);
  });
});
