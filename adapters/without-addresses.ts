/** Returns text with the local part of every address hidden, with its quotes and brackets. */
export function withoutAddresses(text: string): string {
  return text.replace(localPart, '…@');
}

/** A quoted local part, or a run of what a local part may hold; it starts where no run is under way. */
const localPart = /"(?:[^"\\]|\\.)*"@|(?<![^\s<>@,;:])[^\s<>@,;:]+@/g;
