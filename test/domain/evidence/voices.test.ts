/** One mailbox is one witness. */
import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../domain/evidence/model.ts';
import { createVoices } from '../../../domain/evidence/voices.ts';
import { epochMs, hourMs } from '../../../domain/time.ts';

function failureOf(key: string, over: Partial<Failure> = {}): Failure {
  const [tenant = ''] = key.split(' ');
  return {
    key,
    origin: {
      tenant,
      identity: `${tenant}.example`,
      ...{ stream: 'news', pool: 'a', provider: 'gmail', campaign: '' },
    },
    ...{ sentAt: epochMs(hourMs), heardAt: epochMs(hourMs), signal: 'block' },
    ...{ reason: 'block-ip-reputation', weight: 1, recipientDomain: 'd', vouched: true },
    mailbox: 'mallory',
    ...over,
  };
}

describe('a mailbox', () => {
  test('vouches once in six hours, whichever tenants wrote to it', () => {
    const { hear } = createVoices();
    const heard = ['acme 1', 'acme 2', 'globex 1', 'initech 1'].map((key) => hear(failureOf(key)));
    expect(heard.map(({ vouched }) => vouched)).toEqual([true, false, false, false]);
    const later = failureOf('globex 2', { sentAt: epochMs(6 * hourMs) });
    expect(hear(later).vouched).toBe(true);
  });

  test('says the same when it is heard again', () => {
    const { hear } = createVoices();
    const failure = failureOf('acme 1');
    expect([hear(failure), hear(failureOf('acme 2')), hear(failure)]).toMatchObject([
      { vouched: true },
      { vouched: false },
      { vouched: true },
    ]);
  });

  test('may say something else, and others speak for themselves', () => {
    const { hear } = createVoices();
    const others: readonly Partial<Failure>[] = [
      {},
      { signal: 'complaint' },
      { mailbox: 'somebody else' },
    ];
    for (const [index, over] of others.entries())
      expect(hear(failureOf(`acme ${index}`, over)).vouched).toBe(true);
  });

  test('that nobody knows, or that nobody vouches for, silences nobody', () => {
    const { hear } = createVoices();
    const { mailbox: _, ...unknown } = failureOf('acme 1');
    expect([hear(unknown), hear({ ...unknown, key: 'acme 2' })]).toMatchObject([
      { vouched: true },
      { vouched: true },
    ]);
    hear(failureOf('acme 3', { vouched: false }));
    expect(hear(failureOf('acme 4')).vouched).toBe(true);
  });

  test('is forgotten when its time is over, and not before', () => {
    const { hear, forget } = createVoices();
    hear(failureOf('acme 1'));
    forget(epochMs(6 * hourMs - 1));
    expect(hear(failureOf('acme 2')).vouched).toBe(false);
    forget(epochMs(6 * hourMs));
    expect(hear(failureOf('acme 3')).vouched).toBe(true);
  });
});
