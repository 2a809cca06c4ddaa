import type { PageState } from './state.ts';

export type Store = {
  readonly state: () => PageState;
  /** Changes what is shown; the page is drawn again with the next frame, once for all changes before it. */
  readonly change: (next: Partial<PageState>) => void;
};

/** Creates the holder of what is shown; `draw` is called at most once a frame. */
export function createStore(first: PageState, draw: (state: PageState) => void): Store {
  let state = first;
  let isDue = false;
  return {
    state: () => state,
    change: (next) => {
      state = { ...state, ...next };
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        draw(state);
      });
    },
  };
}
