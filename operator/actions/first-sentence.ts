/**
 * Returns the first sentence of what is said of an incident, without its full stop: lists have room for no more,
 * and `alarms show` tells the rest.
 */
export function firstSentence(text: string): string {
  return /^.*?[^.](?=\.(?:\s+[A-Z]|\s*$))/s.exec(text)?.[0] ?? text;
}
