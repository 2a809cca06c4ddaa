import {
  DeleteSuppressedDestinationCommand,
  ListSuppressedDestinationsCommand,
  type SESv2Client,
} from '@aws-sdk/client-sesv2';
import { type EpochMs, epochMs } from '../domain/time.ts';

/** One address on SES's account suppression list. */
export type SesSuppressed = {
  readonly address: string;
  readonly reason: 'BOUNCE' | 'COMPLAINT';
  readonly at: EpochMs;
};

const pageSize = 1000;

/** Returns one page of SES's account suppression list, entries changed since `since`. One call. */
export async function listSesSuppressed(
  ses: SESv2Client,
  page: { readonly since: EpochMs; readonly token?: string },
): Promise<{ readonly entries: readonly SesSuppressed[]; readonly token?: string }> {
  const answer = await ses.send(
    new ListSuppressedDestinationsCommand({
      PageSize: pageSize,
      ...(page.since > 0 ? { StartDate: new Date(page.since) } : {}),
      ...(page.token ? { NextToken: page.token } : {}),
    }),
  );
  const entries = (answer.SuppressedDestinationSummaries ?? []).flatMap(
    ({ EmailAddress, Reason, LastUpdateTime }) =>
      EmailAddress && (Reason === 'BOUNCE' || Reason === 'COMPLAINT')
        ? [{ address: EmailAddress, reason: Reason, at: epochMs(LastUpdateTime?.getTime() ?? 0) }]
        : [],
  );
  return { entries, ...(answer.NextToken ? { token: answer.NextToken } : {}) };
}

/** Takes an address off SES's account list; false when it was not on it. One call. */
export async function removeSesSuppressed(ses: SESv2Client, address: string): Promise<boolean> {
  try {
    await ses.send(new DeleteSuppressedDestinationCommand({ EmailAddress: address }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') return false;
    throw error;
  }
}
