import * as fc from 'fast-check';

/**
 * The gate judges the change, not the dice: laws are tried on the same cases each time. `SEED=random npm test`
 * looks for new ones, and `SEED=N` replays what that found.
 */
const { SEED = '20261121' } = process.env;
if (SEED !== 'random') fc.configureGlobal({ seed: Number(SEED) });
