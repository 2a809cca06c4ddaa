/** Returns a command's input as AWS's JSON protocols write it: bytes travel as base64. */
export function toJson(input: object): string {
  // Asking about every value costs more than the writing.
  if (!holdsBytes(input)) return JSON.stringify(input);
  return JSON.stringify(input, function (this: Readonly<Record<string, unknown>>, key, value) {
    // A Buffer has written itself as something else by now; its holder still has it.
    const given = this[key];
    return given instanceof Uint8Array ? Buffer.from(given).toString('base64') : value;
  });
}

function holdsBytes(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return value instanceof Uint8Array || Object.values(value).some(holdsBytes);
}
