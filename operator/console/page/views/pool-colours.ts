/** Colours of the style sheet for pools; after these they begin again, and names tell pools apart. */
const colours = 8;

/** Returns the number of a pool's colour: its place among the known pools, else the place it is given. */
export function poolColour(
  pools: readonly { readonly pool: string }[],
  name: string,
  place: number,
): number {
  const known = pools.findIndex(({ pool }) => pool === name);
  return (known === -1 ? place : known) % colours;
}
