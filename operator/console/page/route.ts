/** The views of the page, in the order of the navigation; the name is the hash route. */
export const views = {
  overview: 'Overview',
  pools: 'Pools',
  decisions: 'Decisions',
  tenants: 'Tenants',
  trace: 'Trace',
  suppression: 'Suppression',
  alarms: 'Alarms',
  rehearsal: 'Rehearsal',
} as const;

export type ViewName = keyof typeof views;
export const viewNames = Object.keys(views).filter((name): name is ViewName => name in views);

/** A view, and the one thing in it that is open, such as a decision. */
export type Route = { readonly view: ViewName; readonly id?: string };

/** Returns the route that a hash names, the overview where it names none: #/decisions/d-12. */
export function readRoute(hash: string): Route {
  const [, name = '', id] = /^#\/([a-z]*)(?:\/(.+))?$/.exec(hash) ?? [];
  const view = viewNames.find((one) => one === name) ?? 'overview';
  return id === undefined ? { view } : { view, id: decoded(id) };
}

/** Returns the hash of a route; half a surrogate pair, which no address can hold, is replaced. */
export function writeRoute({ view, id }: Route): string {
  return id === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(id.toWellFormed())}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
