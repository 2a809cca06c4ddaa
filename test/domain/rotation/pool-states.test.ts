import { describe, expect, test } from 'vitest';
import { poolStates } from '../../../domain/rotation/model.ts';
import { canTakeMail, mayBecome, standingAt } from '../../../domain/rotation/pool-states.ts';
import { ago, now, poolOf } from '../../support/rotation.ts';

describe('the states of a pool', () => {
  test('a quarantined pool comes back through cold, or never', () => {
    expect(poolStates.filter((to) => to !== 'quarantined' && mayBecome('quarantined', to))).toEqual(
      ['cold', 'retiring'],
    );
  });

  test('every pool that carries mail may be taken out and may retire', () => {
    for (const from of ['cold', 'warming', 'active', 'degraded'] as const) {
      expect(mayBecome(from, 'quarantined')).toBe(true);
      expect(mayBecome(from, 'retiring')).toBe(true);
    }
  });

  test.each([
    ['cold', 'active'],
    ['cold', 'degraded'],
    ['quarantined', 'active'],
    ['retiring', 'active'],
  ] as const)('%s is never %s at once', (from, to) => expect(mayBecome(from, to)).toBe(false));

  test('out everywhere outweighs what is said of one provider', () => {
    const pool = poolOf('a', {
      standings: new Map([
        ['*', { state: 'quarantined', since: now }],
        ['gmail', { state: 'active', since: ago(1) }],
      ]),
    });
    expect(standingAt(pool, 'gmail').state).toBe('quarantined');
    expect(canTakeMail(pool, 'gmail')).toBe(false);
  });

  test('a provider without a word of its own has that for all, and a new pool carries mail', () => {
    const degraded = new Map([['gmail', { state: 'degraded', since: now } as const]]);
    expect(standingAt(poolOf('a', { standings: degraded }), 'yahoo').state).toBe('active');
    expect(canTakeMail(poolOf('a', { standings: degraded }), 'gmail')).toBe(true);
  });
});
