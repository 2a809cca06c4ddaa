/** The page: hears the server, and draws what it knows whenever that changes. */
import 'uplot/dist/uPlot.min.css';
import './styles/tokens.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/forms.css';
import './styles/overview.css';
import './styles/pools.css';
import './styles/lists.css';
import './styles/lookups.css';
import './styles/rehearsal.css';
import './styles/narrow.css';
import { render } from 'lit-html';
import { createActions } from './actions.ts';
import { applyEvent } from './apply-event.ts';
import { listen } from './connection.ts';
import type { Page } from './page.ts';
import { redrawPlotsWithTheme, sweepPlots } from './plot.ts';
import { readRoute } from './route.ts';
import { documentTitle, shell } from './shell.ts';
import { firstState } from './state.ts';
import { createStore } from './store.ts';
import { rememberedTheme, showTheme } from './theme.ts';
import { takeToken } from './token.ts';

/** Ages are shown to the second while they are short. */
const tickMs = 1_000;

const token = takeToken();
const theme = rememberedTheme();
showTheme(theme);

const store = createStore(firstState(Date.now(), location.hash, theme), draw);
const page: Page = {
  get state() {
    return store.state();
  },
  change: store.change,
  actions: createActions(token, store),
};

addEventListener('hashchange', () => go(true));
redrawPlotsWithTheme(() => store.change({}));
setInterval(() => store.change({ now: Date.now() }), tickMs);
draw();
go(false);
void listen(token, {
  told: (event) => {
    store.change(applyEvent(store.state(), event, Date.now()));
    if (store.state().decisions.state === 'not') void page.actions.loadDecisions();
  },
  lost: (problem) =>
    store.change({
      connection: { state: 'lost', heardAt: store.state().connection.heardAt, problem },
    }),
  refused: (problem) =>
    store.change({
      connection: { state: 'refused', heardAt: store.state().connection.heardAt, problem },
    }),
});

function draw(): void {
  const root = document.getElementById('console');
  if (root === null) return;
  render(shell(page), root);
  document.title = documentTitle(page.state);
  sweepPlots();
}

/** Shows the view that the address names; a change of view begins at its top. */
function go(isMove: boolean): void {
  const route = readRoute(location.hash);
  const before = store.state().route;
  store.change({ route });
  if (route.view === 'decisions' && route.id !== undefined)
    void page.actions.openDecision(route.id);
  if (route.view === 'rehearsal' && store.state().scenarios.state === 'not')
    void page.actions.loadScenarios();
  if (isMove && route.view !== before.view) {
    scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }
}
