import type { Caller, SesContext } from '../context.ts';
import type { InputOf, OutputOf, ServedName } from './operation-contract.ts';

/** The functions that perform some of the served operations; expected AWS errors are thrown. */
export type OperationsOf<Name extends ServedName> = {
  readonly [N in Name]: (
    context: SesContext,
    input: InputOf<N>,
    caller: Caller,
  ) => OutputOf<N> | Promise<OutputOf<N>>;
};
