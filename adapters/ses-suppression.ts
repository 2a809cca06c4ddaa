import {
  DeleteSuppressedDestinationCommand,
  GetSuppressedDestinationCommand,
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

export type SesListPage = { readonly entries: readonly SesSuppressed[]; readonly token?: string };

/**
 * Returns one page of SES's account suppression list, entries changed since `since`; `stale-token` when
 * SES no longer knows the token, so that the list must be read from its beginning. One call.
 */
export async function listSesSuppressed(
  ses: SESv2Client,
  page: { readonly since: EpochMs; readonly token?: string },
): Promise<SesListPage | 'stale-token'> {
  const answer = await ses
    .send(
      new ListSuppressedDestinationsCommand({
        PageSize: pageSize,
        ...(page.since > 0 ? { StartDate: new Date(page.since) } : {}),
        ...(page.token ? { NextToken: page.token } : {}),
      }),
    )
    .catch((error: unknown) => {
      if (page.token && isNamed(error, 'InvalidNextTokenException')) return undefined;
      throw error;
    });
  if (!answer) return 'stale-token';
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
    if (isNamed(error, 'NotFoundException')) return false;
    throw error;
  }
}

/** Returns why an address is on SES's account list, undefined when it is not. One call. */
export async function readSesReason(
  ses: SESv2Client,
  address: string,
): Promise<string | undefined> {
  try {
    const answer = await ses.send(new GetSuppressedDestinationCommand({ EmailAddress: address }));
    return answer.SuppressedDestination?.Reason;
  } catch (error) {
    if (isNamed(error, 'NotFoundException')) return undefined;
    throw error;
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
