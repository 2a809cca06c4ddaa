/** Pages in a real browser, and what is wrong with them. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { CagedBrowser } from '../../operator/prove/browser.ts';

/** Why tests of the page are skipped where there is no browser. */
export const noBrowser =
  'skipped: no Chromium was found. Install one (Debian: apt-get install chromium), or name one: CHROMIUM=/path/to/chrome npm test';

/** How long a page may take for what it is asked; the machine of a gate may be busy. */
const waitMaxMs = 15_000;

export type WatchedPage = {
  readonly page: Page;
  /** Errors on its console, exceptions, violations of its policy, requests to others; those of a mail's frame are not its own. */
  readonly troubles: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
};

/** Opens an address in a context of its own, at a time, and listens for troubles. */
export async function openPage(
  { browser }: CagedBrowser,
  url: string,
  { now, ...options }: BrowserContextOptions & { readonly now: number },
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(waitMaxMs);
  await page.clock.install({ time: now });
  const heard: string[] = [];
  page.on('console', (message) => {
    const isMail =
      message.location().url.includes('/preview/') || message.text().startsWith('Framing ');
    if (message.type() === 'error' && !isMail) heard.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isOwn = protocol === 'data:' || hostname === '127.0.0.1';
    if (!isOwn && request.frame() === page.mainFrame()) heard.push(`asked for ${request.url()}`);
  });
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('dialog', (dialog) => {
    heard.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript(`
    window.violations = [];
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      window.violations.push(violatedDirective + ' ' + blockedURI));`);
  await page.goto(url);
  await page.locator('.verdict').waitFor();
  return {
    page,
    troubles: async () => {
      const violations: readonly string[] = await page.evaluate('window.violations');
      return [...heard, ...violations];
    },
    close: () => context.close(),
  };
}
