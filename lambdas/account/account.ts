import type { SesAccount } from '../../adapters/ses-account.ts';

export type AccountPorts = {
  readonly readAccount: () => Promise<SesAccount>;
  readonly writeSendRate: (ratePerSecond: number) => Promise<void>;
  readonly measure: (account: {
    readonly quotaUsedPercent: number;
    readonly sendingEnabled: 0 | 1;
  }) => void;
};

/** Brings SES's rate to dispatch, and its quota and standing to the metrics. */
export async function watchAccount(ports: AccountPorts): Promise<void> {
  const account = await ports.readAccount();
  await ports.writeSendRate(account.sendRatePerSecond);
  ports.measure({
    quotaUsedPercent:
      account.dailyQuota > 0 ? (100 * account.sentLast24Hours) / account.dailyQuota : 0,
    sendingEnabled: account.sendingEnabled ? 1 : 0,
  });
}
