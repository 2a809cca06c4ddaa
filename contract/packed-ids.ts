/** Ids of ours and of SES as bytes: in an attempt they are what it costs. */

const idCharacters = 22;

/**
 * Returns ids of ours as bytes, 16.5 for 22 characters: they are base64url already, so joined they are read
 * as one. @throws where one is not of that form
 */
export function packIds(ids: readonly string[]): Uint8Array {
  const foreign = ids.find((id) => !/^[A-Za-z0-9_-]{22}$/.test(id));
  if (foreign !== undefined)
    throw new RangeError(`an id of ours has ${idCharacters} base64url characters, got ${foreign}`);
  const text = ids.join('');
  return Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, 'A'), 'base64url');
}

/** Returns the `count` ids that were packed. */
export function unpackIds(packed: Uint8Array, count: number): string[] {
  const text = Buffer.from(packed).toString('base64url');
  return Array.from({ length: count }, (_, index) =>
    text.slice(index * idCharacters, (index + 1) * idCharacters),
  );
}

const sesIdForm = /^([0-9a-f]{16})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d{6})$/;
const sesIdBytes = 27;

/**
 * Returns SES's `<16 hex>-<uuid>-<6 digits>` in 27 bytes, undefined for any other text. What ids of one second
 * share stands first: the digits (3 bytes), then region and milliseconds (8), then the random part (16).
 */
export function packSesId(id: string): Uint8Array | undefined {
  const parts = sesIdForm.exec(id);
  if (!parts) return undefined;
  const [, time = '', uuid = '', digits = ''] = parts;
  const number = Number(digits).toString(16).padStart(6, '0');
  return Buffer.from(number + time + uuid.replaceAll('-', ''), 'hex');
}

/** Returns SES's message id that was packed. */
export function unpackSesId(packed: Uint8Array): string {
  const hex = Buffer.from(packed).toString('hex');
  const digits = String(Number.parseInt(hex.slice(0, 6), 16)).padStart(6, '0');
  const uuid = hex.slice(22).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return `${hex.slice(6, 22)}-${uuid}-${digits}`;
}

/** Returns packed SES ids without what they share: its length (one byte), itself, then the rest of each id. */
export function sharePrefix(ids: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array()] = ids;
  // Something is left of every id, so that their number can be told.
  const shared = Math.min(sesIdBytes - 1, ...ids.map((id) => sharedBytes(first, id)));
  const rests = ids.map((id) => id.subarray(shared));
  return Buffer.concat([Uint8Array.of(shared), first.subarray(0, shared), ...rests]);
}

/** Returns the packed SES ids again, each whole. */
export function splitPrefix(packed: Uint8Array): Uint8Array[] {
  const [shared = 0] = packed;
  const prefix = packed.subarray(1, 1 + shared);
  const each = sesIdBytes - shared;
  return Array.from({ length: (packed.length - 1 - shared) / each }, (_, index) => {
    const from = 1 + shared + index * each;
    return Buffer.concat([prefix, packed.subarray(from, from + each)]);
  });
}

function sharedBytes(a: Uint8Array, b: Uint8Array): number {
  const differs = a.findIndex((byte, index) => byte !== b[index]);
  return differs < 0 ? a.length : differs;
}
