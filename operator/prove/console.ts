import { cpus } from 'node:os';
import type { CDPSession } from 'playwright-core';
import { localTarget } from '../../adapters/clients.ts';
import { createBackend } from '../actions/backend.ts';
import { bundlePage } from '../console/bundle-page.ts';
import { openConsole } from '../console/open-console.ts';
import { serveConsole } from '../console/serve.ts';
import type { Synthesized } from './assembly.ts';
import { type CagedBrowser, findChromium, openBrowser } from './browser.ts';
import { madeUpSource } from './console-source.ts';
import { withRuntime } from './run-local.ts';
import { number, type Promised, type Section, table } from './section.ts';

const loads = 5;
const firstViewMsMax = 1_000;
const mails = 100;
const decisions = 10_000;
const tenants = 5_000;
/** Frames of a scroll, and how far one goes: five seconds, 6,000 pixels a second. */
const frames = 300;
const pixelsAFrame = 100;
/** Half of a sixtieth of a second: the other half is the browser's, to paint. */
const busyMsMax = 8;

type Scroll = {
  readonly rows: number;
  readonly frames: number;
  /** Frames of 60 a second that were not drawn in time. */
  readonly dropped: number;
  readonly longestMs: number;
  /** What a frame costs the page's main thread, milliseconds of its processor: does not depend on who else works. */
  readonly busyMs: number;
  /** Frames in whose middle no row stood. */
  readonly blank: number;
};

/** Measures the console's page in Chromium: its first view, its long lists, and whom it asks. */
export async function measureConsole(
  onProgress: (text: string) => void,
  made: () => Promise<Synthesized>,
): Promise<Section | undefined> {
  const chromium = findChromium();
  if (chromium === undefined) {
    onProgress('no Chromium was found: the console is not measured');
    return undefined;
  }
  const browser = await openBrowser(chromium);
  const server = await serveConsole({
    source: madeUpSource({ decisions, tenants }, Date.now()),
    page: bundlePage,
  });
  try {
    onProgress('the first view');
    const firstMs: number[] = [];
    for (let load = 0; load < loads; load += 1) firstMs.push(await loadOnce(browser, server.url));
    const scrolls: Record<string, Scroll> = {};
    for (const view of ['decisions', 'tenants']) {
      onProgress(`scrolling ${view}`);
      scrolls[view] = await scroll(browser, server.url, view);
    }
    onProgress('the first view over the local runtime');
    const localMs = await loadOverRuntime(browser, await made());
    return sectionOf({ firstMs, localMs, scrolls, left: browser.left() });
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Returns milliseconds from the beginning of a load until how it goes stands on the page. */
async function loadOnce({ browser }: CagedBrowser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(`
      const isThere = (part) => document.querySelector(part) !== null;
      const look = () => {
        if (isThere('.verdict') && isThere('.plot canvas, .no-mail')) window.firstViewMs = performance.now();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);`);
    // What the page asked for must be answered before what it asks is closed.
    const listed = page.waitForResponse((answer) => answer.url().includes('/api/decisions'));
    await Promise.all([page.goto(url), listed]);
    await page.locator('.verdict').waitFor();
    await page.locator('.plot canvas, .no-mail').first().waitFor();
    return await page.evaluate(
      'new Promise((seen) => requestAnimationFrame(() => seen(window.firstViewMs)))',
    );
  } finally {
    await context.close();
  }
}

/** Returns the same for the console of the pipeline on this machine, through which mail has gone. */
function loadOverRuntime(browser: CagedBrowser, made: Synthesized): Promise<readonly number[]> {
  return withRuntime(made, async ({ runtime, send }) => {
    await send(sampleBodies(made));
    const backend = createBackend(localTarget(runtime.endpointUrl), made.config.deployment);
    const opened = await openConsole({ backend, label: 'a measurement', mode: 'look' });
    try {
      const localMs: number[] = [];
      for (let load = 0; load < loads; load += 1) localMs.push(await loadOnce(browser, opened.url));
      return localMs;
    } finally {
      await opened.close();
      backend.close();
    }
  });
}

/** Returns ordinary mail of the deployment's first stream, so that there is a flow to draw. */
function sampleBodies({ config }: Synthesized): readonly string[] {
  return Array.from({ length: mails }, (_, index) =>
    JSON.stringify({
      version: 1,
      kind: 'message',
      id: `console-${index}`,
      stream: Object.keys(config.streams)[0],
      from: `hello@${config.sendingDomains[0]?.domain}`,
      to: `success+console-${index}@simulator.amazonses.com`,
      content: { subject: `Letter ${index}`, text: 'Hello.' },
    }),
  );
}

/** Scrolls a list down and tells how its frames came. */
async function scroll({ browser }: CagedBrowser, url: string, view: string): Promise<Scroll> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.locator('.verdict').waitFor();
    await page.locator(`nav a[href="#/${view}"]`).click();
    const rows = view === 'decisions' ? decisions : tenants;
    await page.locator(`table[aria-rowcount="${rows + 1}"]`).waitFor();
    const profile = await context.newCDPSession(page);
    await profile.send('Performance.enable', { timeDomain: 'threadTicks' });
    const before = await busyMs(profile);
    const seen: Omit<Scroll, 'busyMs'> = await page.evaluate(scrollScript(rows));
    return { ...seen, busyMs: ((await busyMs(profile)) - before) / seen.frames };
  } finally {
    await context.close();
  }
}

/** Returns how long the page's main thread has worked so far, in time of its processor. */
async function busyMs(profile: CDPSession): Promise<number> {
  const { metrics } = await profile.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000;
}

/** A script that scrolls a little with each frame, and notes when frames come and whether rows are in them. */
function scrollScript(rows: number): string {
  return `new Promise((resolve) => {
    const region = document.querySelector('.long');
    const { left, top, width, height } = region.getBoundingClientRect();
    const frameMs = 1000 / 60;
    const gaps = [];
    let blank = 0;
    let before;
    const step = (at) => {
      if (before !== undefined) gaps.push(at - before);
      before = at;
      const row = document.elementFromPoint(left + width / 2, top + height / 2)?.closest('tr');
      if (row === null || row === undefined || row.className === 'gap') blank += 1;
      if (gaps.length >= ${frames}) {
        const dropped = gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / frameMs) - 1), 0);
        return resolve({ rows: ${rows}, frames: gaps.length, dropped, longestMs: Math.max(...gaps), blank });
      }
      region.scrollTop += ${pixelsAFrame};
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  })`;
}

type Measured = {
  readonly firstMs: readonly number[];
  readonly localMs: readonly number[];
  readonly scrolls: Readonly<Record<string, Scroll>>;
  readonly left: readonly string[];
};

function sectionOf({ firstMs, localMs, scrolls, left }: Measured): Section {
  return {
    title: 'The console',
    method: `The console's own server over a made-up deployment of ${number(decisions)} decisions and ${number(tenants)} tenants at risk, in headless Chromium without a graphics processor on ${cpus().length} cores. The first view is ${loads} loads without a cache, from the beginning of the load until the verdict and the flow are drawn; then the same over the pipeline on this machine after ${mails} mails, where a first load also waits until the deployment has been read. Each list is scrolled by ${pixelsAFrame} pixels a frame for ${frames} frames; a frame is dropped for each sixtieth of a second in which none came, which also counts what else this machine did. Chromium's only way to other machines is a proxy that counts.`,
    promises: [
      firstView('first view within 1 s', firstMs),
      firstView('and over the pipeline on this machine', localMs),
      ...Object.entries(scrolls).map(([view, one]) => ({
        promise: `${number(one.rows)} ${view} scroll smoothly: at most ${busyMsMax} ms of work a frame, no frame without rows`,
        measured: `${number(one.busyMs, 1)} ms, ${one.blank} without rows, ${one.dropped} dropped`,
        kept: one.busyMs <= busyMsMax && one.blank === 0,
      })),
      {
        promise: 'no request leaves 127.0.0.1',
        measured: `${left.length} left`,
        kept: left.length === 0,
      },
    ],
    body: table(
      [
        'list',
        'rows',
        'frames',
        'dropped',
        'longest frame, ms',
        'work a frame, ms',
        'without rows',
      ],
      Object.entries(scrolls).map(([view, one]) => [
        view,
        number(one.rows),
        one.frames,
        one.dropped,
        number(one.longestMs, 1),
        number(one.busyMs, 1),
        one.blank,
      ]),
    ),
    data: { firstViewMs: firstMs, firstViewOverRuntimeMs: localMs, scrolls, left },
  };
}

function firstView(promise: string, all: readonly number[]): Promised {
  const median = [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
  return {
    promise,
    measured: `${number(median)} ms, median of ${all.length}`,
    kept: median <= firstViewMsMax,
  };
}
