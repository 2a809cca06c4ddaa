import { GetAccountCommand, type SESv2Client } from '@aws-sdk/client-sesv2';

/** What SES says of the account. */
export type SesAccount = {
  /** Recipients per second. */
  readonly sendRatePerSecond: number;
  /** Recipients per 24 hours; -1 means no limit. */
  readonly dailyQuota: number;
  readonly sentLast24Hours: number;
  readonly sendingEnabled: boolean;
  readonly productionAccess: boolean;
};

/**
 * Returns the account's rate, quota and standing.
 * @throws when SES does not tell its rate
 */
export async function readSesAccount(ses: SESv2Client): Promise<SesAccount> {
  const answer = await ses.send(new GetAccountCommand({}));
  const { MaxSendRate, Max24HourSend, SentLast24Hours } = answer.SendQuota ?? {};
  if (!MaxSendRate) throw new Error('SES named no send rate; try again later');
  return {
    sendRatePerSecond: MaxSendRate,
    dailyQuota: Max24HourSend ?? -1,
    sentLast24Hours: SentLast24Hours ?? 0,
    sendingEnabled: answer.SendingEnabled ?? false,
    productionAccess: answer.ProductionAccessEnabled ?? false,
  };
}
