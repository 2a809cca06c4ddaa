import { expect, test } from 'vitest';
import type { SesAccount } from '../../adapters/ses-account.ts';
import { watchAccount } from '../../lambdas/account/account.ts';

const production: SesAccount = {
  sendRatePerSecond: 14,
  dailyQuota: 50_000,
  sentLast24Hours: 12_500,
  sendingEnabled: true,
  productionAccess: true,
};

/** What is written and measured of an account. */
async function check(account: Partial<SesAccount>, expected: object): Promise<void> {
  const told: object[] = [];
  await watchAccount({
    readAccount: async () => ({ ...production, ...account }),
    writeSendRate: async (rate) => {
      told.push({ rate });
    },
    measure: (measured) => told.push(measured),
  });
  expect(Object.assign({}, ...told)).toEqual(expected);
}

test.each<[string, Partial<SesAccount>, object]>([
  [
    'rate, quota and standing are passed on',
    {},
    { rate: 14, quotaUsedPercent: 25, sendingEnabled: 1 },
  ],
  [
    'no quota is never used up',
    { dailyQuota: -1 },
    { rate: 14, quotaUsedPercent: 0, sendingEnabled: 1 },
  ],
  [
    'a pause shows',
    { sendingEnabled: false },
    { rate: 14, quotaUsedPercent: 25, sendingEnabled: 0 },
  ],
])('%s', (_, account, expected) => check(account, expected));

test('when SES does not answer nothing is written, and the run fails', async () => {
  const written: number[] = [];
  const watching = watchAccount({
    readAccount: async () => {
      throw new Error('SES is away');
    },
    writeSendRate: async (rate) => {
      written.push(rate);
    },
    measure: () => undefined,
  });
  await expect(watching).rejects.toThrow('SES is away');
  expect(written).toEqual([]);
});
