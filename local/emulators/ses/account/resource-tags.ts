import { refuse } from '../errors.ts';
import { quotas } from '../quotas.ts';

type Tag = { readonly Key: string; readonly Value: string };

const keyLengthMax = 128;
const valueLengthMax = 256;

/** Returns resource tags that SES would take: at most 50, key up to 128, value up to 256 characters. */
export function resourceTags(tags: readonly Tag[] | undefined): readonly Tag[] {
  const all = tags ?? [];
  if (all.length > quotas.resourceTags) {
    refuse('BadRequestException', `Too many tags: ${all.length}, at most ${quotas.resourceTags}`);
  }
  for (const { Key, Value } of all) {
    if (Key.length >= 1 && Key.length <= keyLengthMax && Value.length <= valueLengthMax) continue;
    const limits = `key 1 to ${keyLengthMax} and value 0 to ${valueLengthMax} characters`;
    refuse('BadRequestException', `Invalid tag <${Key}>: ${limits}`);
  }
  return all;
}
