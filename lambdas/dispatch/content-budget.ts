import type { StoredContent } from '../../adapters/content-store.ts';
import { busy } from '../../adapters/failure.ts';
import { requestLimits } from '../../contract/send-request.ts';

type ReadContent = (key: string, bytesMax: number) => Promise<StoredContent>;

/**
 * Bytes of stored content that one batch may hold in a function of 512 MB: any single request with its
 * attachments, so that none waits for ever, and not ten of them.
 */
export const contentBudgetBytes = requestLimits.storedBodyBytes + requestLimits.messageBytes;

/**
 * Returns a reader that takes one object at a time and no more than the budget in all.
 * @throws `Busy` when an object finds no room: its message then waits for another batch
 */
export function withBudget(read: ReadContent, budgetBytes = contentBudgetBytes): ReadContent {
  let room = budgetBytes;
  let turn: Promise<unknown> = Promise.resolve();
  const readInTurn = async (key: string, bytesMax: number): Promise<StoredContent> => {
    const found = await read(key, Math.min(bytesMax, room));
    if (found.kind === 'too-large' && found.size <= bytesMax)
      throw busy(
        `${found.size} bytes of content find no room in this batch; they wait for another`,
      );
    if (found.kind === 'found') room -= found.bytes.byteLength;
    return found;
  };
  return (key, bytesMax) => {
    const mine = turn.then(() => readInTurn(key, bytesMax));
    turn = mine.catch(() => undefined);
    return mine;
  };
}
