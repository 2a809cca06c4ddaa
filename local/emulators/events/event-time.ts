/** An instant as events carry it: ISO 8601 in whole seconds, UTC. */
export function eventTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
