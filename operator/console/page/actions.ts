/** What a person can make the page do; each leaves its answer in the state. */
import type { DecisionPage } from '../model.ts';
import { mergeDecisions } from './apply-event.ts';
import { type Answer, ask } from './ask.ts';
import type { Asked, OpenDeed, PageState, Theme } from './state.ts';
import type { Store } from './store.ts';
import { showTheme } from './theme.ts';
import { questionOf } from './trace-form.ts';

export type Actions = ReturnType<typeof createActions>;

/** Rows that are asked for at once; 10,000 decisions come in five answers. */
const decisionsAtOnce = 2_000;
/** More than this a page does not keep: older ones are for `goodstanding decisions list`. */
const decisionsMax = 20_000;

/** Creates the page's actions over its state and the server. */
export function createActions(token: string, store: Store) {
  const { state, change } = store;
  return {
    loadDecisions: () => loadDecisions(token, store),
    openDecision: (id: string) =>
      keep(store, 'detail', () => ask(token, `/api/decisions/${encodeURIComponent(id)}`)),
    loadScenarios: () => keep(store, 'scenarios', () => ask(token, '/api/scenarios')),
    trace: () => {
      change({ preview: { state: 'not' } });
      return keep(store, 'trace', () => ask(token, '/api/trace', questionOf(state().traceForm)));
    },
    preview: (messageId: string) => {
      change({ previewOf: messageId });
      return keep(store, 'preview', () => ask(token, '/api/preview', { messageId }));
    },
    checkSuppression: (address: string, tenant: string) =>
      keep(store, 'suppression', () =>
        ask(token, '/api/suppression', { address, ...(tenant === '' ? {} : { tenant }) }),
      ),
    startScenario: (scenario: string, seed: number) =>
      tell(store, ask(token, '/api/rehearsal', { scenario, seed })),
    stopScenario: () => tell(store, ask(token, '/api/rehearsal/stop', {})),
    startLive: () => tell(store, ask(token, '/api/live', {})),
    stopLive: () => tell(store, ask(token, '/api/live/stop', {})),
    doDeed: (deed: OpenDeed, why: string) => doDeed(token, store, { ...deed, why }),
    copy: async (text: string) => {
      await navigator.clipboard.writeText(text);
      change({ said: 'Copied.' });
    },
    setTheme: (theme: Theme) => {
      showTheme(theme);
      change({ theme });
    },
  };
}

type Kept = 'detail' | 'scenarios' | 'trace' | 'preview' | 'suppression';

/** Asks, and keeps the answer under a name; an answer that was overtaken by a newer question is dropped. */
async function keep<Name extends Kept>(
  { state, change }: Store,
  name: Name,
  asked: () => Promise<Answer<NonNullable<PageState[Name]['value']>>>,
): Promise<void> {
  const asking: Asked<never> = { state: 'asking' };
  change({ [name]: asking });
  const answer = await asked();
  if (state()[name] !== asking) return;
  change({
    [name]: 'value' in answer ? { state: 'answered', ...answer } : { state: 'failed', ...answer },
  });
}

/** Says why something was refused; what came of the rest is told by the event stream. */
async function tell({ change }: Store, asked: Promise<Answer<unknown>>): Promise<void> {
  const answer = await asked;
  if ('problem' in answer) change({ said: answer.problem, notice: answer.problem });
}

async function loadDecisions(token: string, { state, change }: Store): Promise<void> {
  const loading = (rows = state().decisions.rows) =>
    change({ decisions: { rows, state: 'loading' } });
  loading();
  let before: string | undefined;
  do {
    const query = before === undefined ? '' : `&before=${encodeURIComponent(before)}`;
    const answer = await ask<DecisionPage>(
      token,
      `/api/decisions?limit=${decisionsAtOnce}${query}`,
    );
    const { rows } = state().decisions;
    if ('problem' in answer)
      return change({ decisions: { rows, state: 'failed', problem: answer.problem } });
    loading(mergeDecisions(rows, answer.value.rows));
    before = answer.value.next;
  } while (before !== undefined && state().decisions.rows.length < decisionsMax);
  change({ decisions: { rows: state().decisions.rows, state: 'whole' } });
}

async function doDeed(
  token: string,
  { state, change }: Store,
  { why, ...deed }: OpenDeed & { readonly why: string },
): Promise<void> {
  change({ deed: { ...deed, state: 'doing' } });
  const answer = await ask<{ readonly done: boolean; readonly text: string }>(
    token,
    `/api/operate/${deed.name}`,
    { ...deed.body, why },
  );
  const text = 'value' in answer ? answer.value.text : answer.problem;
  const isDone = 'value' in answer && answer.value.done;
  if (state().deed === undefined) return change({ notice: text, said: text });
  change({ deed: { ...deed, state: isDone ? 'done' : 'failed', text }, said: text });
}
