import type { SesContext } from '../context.ts';
import type { OutputOf } from '../model/operation-contract.ts';
import type { OperationsOf } from '../model/operations-of.ts';
import type { AccountState } from './account-state.ts';

type Names =
  | 'GetAccount'
  | 'PutAccountSendingAttributes'
  | 'PutAccountSuppressionAttributes'
  | 'PutAccountDedicatedIpWarmupAttributes';

/** The account-wide settings of SES v2. */
export const accountOperations: OperationsOf<Names> = {
  GetAccount: getAccount,
  PutAccountSendingAttributes: ({ account }, input) => {
    account.sendingEnabled = input.SendingEnabled ?? false;
    return {};
  },
  PutAccountSuppressionAttributes: ({ account }, input) => {
    account.suppressedReasons = input.SuppressedReasons ?? [];
    if (input.ValidationAttributes !== undefined) {
      account.validationThreshold = input.ValidationAttributes.ConditionThreshold;
    }
    return {};
  },
  PutAccountDedicatedIpWarmupAttributes: ({ account }, input) => {
    account.autoWarmup = input.AutoWarmupEnabled ?? false;
    return {};
  },
};

function getAccount(context: SesContext): OutputOf<'GetAccount'> {
  const { account } = context;
  return {
    DedicatedIpAutoWarmupEnabled: account.autoWarmup,
    EnforcementStatus: enforcementOf(account),
    ProductionAccessEnabled: account.productionAccess,
    SendingEnabled: account.sendingEnabled && !account.suspended,
    SendQuota: {
      Max24HourSend: account.max24HourSend,
      MaxSendRate: account.maxSendRate,
      SentLast24Hours: context.dailyQuota.sentLast24Hours(context.clock()),
    },
    SuppressionAttributes: {
      SuppressedReasons: account.suppressedReasons,
      ...(account.validationThreshold === undefined
        ? {}
        : { ValidationAttributes: { ConditionThreshold: account.validationThreshold } }),
    },
    VdmAttributes: { VdmEnabled: 'DISABLED' },
    PricingAttributes: { CurrentPlan: 'NONE', NextPlan: 'NONE' },
  };
}

function enforcementOf({ suspended, inReview }: AccountState): string {
  if (suspended) return 'SHUTDOWN';
  return inReview ? 'PROBATION' : 'HEALTHY';
}
