import type { Actions } from './actions.ts';
import type { PageState } from './state.ts';

/** What every view is given: what to show, how to change that, and what it can ask the server for. */
export type Page = {
  readonly state: PageState;
  readonly change: (next: Partial<PageState>) => void;
  readonly actions: Actions;
};
