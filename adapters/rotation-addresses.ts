import {
  GetDedicatedIpsCommand,
  PutDedicatedIpInPoolCommand,
  type SESv2Client,
} from '@aws-sdk/client-sesv2';

/** Pages of a pool's addresses; SES gives up to a hundred a page. */
const pagesMax = 20;

/** Returns the addresses of an SES pool (its physical name), in SES's order. */
export async function readPoolAddresses(
  ses: SESv2Client,
  pool: string,
): Promise<readonly string[]> {
  const addresses: string[] = [];
  let token: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const { DedicatedIps = [], NextToken } = await ses.send(
      new GetDedicatedIpsCommand({
        PoolName: pool,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    addresses.push(...DedicatedIps.flatMap(({ Ip }) => Ip ?? []));
    if (NextToken === undefined) return addresses;
    token = NextToken;
  }
  throw new Error(
    `pool ${pool} has more than ${addresses.length} addresses, which is not expected`,
  );
}

/**
 * Moves an address into an SES pool. Idempotent: an address that is there stays.
 * @see https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutDedicatedIpInPool.html
 */
export async function moveAddress(ses: SESv2Client, ip: string, pool: string): Promise<void> {
  await ses.send(new PutDedicatedIpInPoolCommand({ Ip: ip, DestinationPoolName: pool }));
}
