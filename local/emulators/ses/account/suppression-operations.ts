import type { SesContext } from '../context.ts';
import { refuse } from '../errors.ts';
import type { InputOf, OutputOf } from '../model/operation-contract.ts';
import type { OperationsOf } from '../model/operations-of.ts';
import { page } from '../model/paging.ts';
import { addressFault } from '../sending/addresses.ts';
import { canonical, type SuppressedEntry } from './suppression-list.ts';

type Names =
  | 'PutSuppressedDestination'
  | 'GetSuppressedDestination'
  | 'DeleteSuppressedDestination'
  | 'ListSuppressedDestinations';

/** The account suppression list. */
export const suppressionOperations: OperationsOf<Names> = {
  PutSuppressedDestination: (context, input) => {
    refuseTenant(input.TenantName);
    const fault = addressFault(input.EmailAddress.trim());
    if (fault !== undefined) refuse('BadRequestException', fault);
    context.suppression.put({
      address: input.EmailAddress,
      reason: input.Reason,
      updatedAtMs: context.clock(),
    });
    return {};
  },
  GetSuppressedDestination: (context, input) => {
    refuseTenant(input.TenantName);
    const entry = context.suppression.get(input.EmailAddress) ?? refuseMissing(input.EmailAddress);
    const { cause } = entry;
    return {
      SuppressedDestination: {
        EmailAddress: entry.address,
        Reason: entry.reason,
        LastUpdateTime: entry.updatedAtMs / 1000,
        ...(cause === undefined
          ? {}
          : { Attributes: { MessageId: cause.messageId, FeedbackId: cause.feedbackId } }),
      },
    };
  },
  DeleteSuppressedDestination: (context, input) => {
    refuseTenant(input.TenantName);
    if (!context.suppression.delete(input.EmailAddress)) refuseMissing(input.EmailAddress);
    return {};
  },
  ListSuppressedDestinations: list,
};

function list(
  context: SesContext,
  input: InputOf<'ListSuppressedDestinations'>,
): OutputOf<'ListSuppressedDestinations'> {
  refuseTenant(input.TenantName);
  const { Reasons: reasons, StartDate: start, EndDate: end } = input;
  const wanted = (entry: SuppressedEntry): boolean =>
    (reasons === undefined || reasons.length === 0 || reasons.includes(entry.reason)) &&
    (start === undefined || entry.updatedAtMs >= start * 1000) &&
    (end === undefined || entry.updatedAtMs <= end * 1000);
  const entries = context.suppression.list().filter(wanted);
  const { items, nextToken } = page(entries, input, 'InvalidNextTokenException');
  return {
    SuppressedDestinationSummaries: items.map((entry) => ({
      EmailAddress: entry.address,
      Reason: entry.reason,
      LastUpdateTime: entry.updatedAtMs / 1000,
    })),
    NextToken: nextToken,
  };
}

// Tenants cannot be created here, so every tenant-level list is one of an unknown tenant.
function refuseTenant(tenant: string | undefined): void {
  if (tenant !== undefined) refuse('NotFoundException', `Tenant <${tenant}> does not exist.`);
}

function refuseMissing(address: string): never {
  const text = `Email address ${canonical(address)} does not exist on your suppression list.`;
  refuse('NotFoundException', text);
}
