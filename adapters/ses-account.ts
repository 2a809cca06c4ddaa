import { GetAccountCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import type { AccountStanding } from '../domain/sending-switch.ts';

/** What SES says of the account. */
export type SesAccount = AccountStanding & {
  readonly productionAccess: boolean;
  /** AWS has put the account under review: it sends, and may be stopped if the cause stays. */
  readonly inReview: boolean;
};

/** Returns the account's rate, quota and standing; the rate is absent when SES does not tell it. */
export async function readSesAccount(ses: SESv2Client): Promise<SesAccount> {
  const answer = await ses.send(new GetAccountCommand({}));
  const { MaxSendRate, Max24HourSend, SentLast24Hours } = answer.SendQuota ?? {};
  return {
    ...(MaxSendRate ? { sendRatePerSecond: MaxSendRate } : {}),
    dailyQuota: Max24HourSend ?? -1,
    sentLast24Hours: SentLast24Hours ?? 0,
    sendingEnabled: answer.SendingEnabled ?? false,
    shutDown: answer.EnforcementStatus === 'SHUTDOWN',
    inReview: answer.EnforcementStatus === 'PROBATION',
    productionAccess: answer.ProductionAccessEnabled ?? false,
  };
}

/** Returns SES's send rate, recipients per second. @throws when SES does not tell it */
export async function readSendRate(ses: SESv2Client): Promise<number> {
  const { sendRatePerSecond } = await readSesAccount(ses);
  if (sendRatePerSecond === undefined) throw new Error('SES named no send rate; try again later');
  return sendRatePerSecond;
}
