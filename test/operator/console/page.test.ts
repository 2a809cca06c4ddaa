/** The page in a real browser, served by the console's own server with its own policy, over a made-up deployment. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundlePage } from '../../../operator/console/bundle-page.ts';
import type { Deeds } from '../../../operator/console/lookup-model.ts';
import { type ConsoleServer, serveConsole } from '../../../operator/console/serve.ts';
import type { ConsoleSource } from '../../../operator/console/source.ts';
import { type CagedBrowser, findChromium, openBrowser } from '../../../operator/prove/browser.ts';
import { noBrowser, openPage } from '../../support/browser.ts';
import { consoleSource, hostileNames, trap } from '../../support/console-source.ts';
import { contrastProblems } from '../../support/contrast.ts';

const chromium = findChromium();
const now = Date.UTC(2026, 10, 21, 15, 0);
const views = [
  ['Overview', 'Overview'],
  ['Pools', 'Pools'],
  ['Decisions', 'Decisions'],
  ['Tenants', 'Tenants at risk'],
  ['Trace', 'Trace'],
  ['Suppression', 'Suppression'],
  ['Alarms', 'Alarms'],
  ['Rehearsal', 'Rehearsal'],
] as const;

if (chromium === undefined)
  test('the page works in a browser', ({ skip }) => {
    // What a reporter says of a skipped test need not have its reason.
    console.warn(`the console's page is not tested; ${noBrowser}`);
    skip(noBrowser);
  });

describe.skipIf(chromium === undefined)('the page', () => {
  let opened: CagedBrowser;
  let looking: ConsoleServer;
  let operating: ConsoleServer;
  let hostile: ConsoleServer;
  const done: [keyof Deeds, Deeds[keyof Deeds]][] = [];

  beforeAll(async () => {
    const files = bundlePage();
    const serve = (source: ConsoleSource) => serveConsole({ source, page: () => files });
    opened = await openBrowser(chromium ?? '');
    looking = await serve(consoleSource({ decisions: 10_000, tenants: 5_000 }, now));
    operating = await serve(consoleSource({ deeds: recordedDeeds(done) }, now));
    hostile = await serve(consoleSource({ names: hostileNames }, now));
  });

  afterAll(async () => {
    await opened.close();
    await Promise.all([looking, operating, hostile].map((server) => server.close()));
  });

  test('shows every view to somebody who has only a keyboard', async () => {
    const { page, troubles, close } = await openPage(opened, looking.url, { now });
    for (const [link, heading] of views) {
      await page.getByRole('link', { name: 'Skip to the view' }).focus();
      await tabTo(page, link);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      expect(
        await page.getByRole('link', { name: link }).first().getAttribute('aria-current'),
      ).toBe('page');
    }
    await page.keyboard.press('Shift+Tab');
    expect(await troubles()).toEqual([]);
    await close();
  });

  test('tells a screen reader how it goes, what is wrong and what was decided', async () => {
    const { page, close } = await openPage(opened, looking.url, { now });
    await page.getByRole('list').filter({ hasText: 'hold mails' }).first().waitFor();
    const snapshot = await page.locator('body').ariaSnapshot();
    const told = snapshot
      .split('\n')
      .filter((line) => !/- (time|option|row|cell|text)\b/.test(line));
    expect(told.join('\n')).toMatchInlineSnapshot(`
      "- link "Skip to the view":
        - /url: "#main"
      - banner:
        - link "Goodstanding":
          - /url: "#/overview"
        - link "Needs a look":
          - /url: "#/overview"
        - 'button "Theme: system; press for light"'
      - navigation "Views":
        - list:
          - listitem:
            - link "Overview":
              - /url: "#/overview"
          - listitem:
            - link "Pools 1 out of use":
              - /url: "#/pools"
          - listitem:
            - link "Decisions":
              - /url: "#/decisions"
          - listitem:
            - link "Tenants 5k at risk":
              - /url: "#/tenants"
          - listitem:
            - link "Trace":
              - /url: "#/trace"
          - listitem:
            - link "Suppression":
              - /url: "#/suppression"
          - listitem:
            - link "Alarms 1 open":
              - /url: "#/alarms"
          - listitem:
            - link "Rehearsal":
              - /url: "#/rehearsal"
        - paragraph: This page costs nothing.
      - main:
        - heading "Overview" [level=1]
        - region "How it goes":
          - paragraph:
            - strong: Needs a look
          - list:
            - listitem:
              - code: goodstanding pools explain lease-b
              - 'button "Copy: goodstanding pools explain lease-b"'
            - listitem: "Nobody confirmed the alarm subscription of ops@example.com: alarms reach nobody there. confirm it by the link in its mail"
        - region "Open incidents":
          - heading "Open incidents" [level=2]
          - article "A pool is quarantined":
            - heading "A pool is quarantined" [level=3]
            - paragraph: "Microsoft blocks pool lease-b since 14:02 UTC: S3150, 412 of 6,180 mails."
            - paragraph: Its mail was moved to lease-a and lease-c as far as they are warm; 1,930 mails wait.
            - paragraph: "Follows from it: no-warm-capacity."
            - paragraph:
              - link "Runbook":
                - /url: https://example.com/runbook#pool-quarantined
              - code: goodstanding pools explain lease-b
              - 'button "Copy: goodstanding pools explain lease-b"'
        - region "Flow, by minute":
          - heading "Flow, by minute" [level=2]
          - combobox "Stream":
          - combobox "Provider":
          - button "Table"
          - term: last 60 min
          - definition: sum
          - term: accepted
          - definition: 107,385
          - term: delivered
          - definition: 106,344 99 %
          - term: deferred
          - definition: 3,395 3.2 %
          - term: bounced
          - definition: 1,041 0.97 %
          - term: complained
          - definition: 19 0.018 %
          - img "accepted, delivered by minute; the button Table shows the numbers"
          - img "deferred, bounced, complained by minute; the button Table shows the numbers"
        - region "Latest decisions":
          - heading "Latest decisions" [level=2]
          - link "all decisions":
            - /url: "#/decisions"
          - list:
            - listitem:
              - link "hold mails of tenant tenant-0000 to gmail for 6 h":
                - /url: "#/decisions/d-1000000"
            - listitem:
              - link "quarantine pool lease-b for microsoft; move 40 % of marketing mail to microsoft from lease-b":
                - /url: "#/decisions/d-999999"
            - listitem:
              - link "quarantine pool lease-c for yahoo; move 40 % of marketing mail to yahoo from lease-c":
                - /url: "#/decisions/d-999998"
            - listitem:
              - link "hold mails of tenant tenant-0003 to apple for 6 h":
                - /url: "#/decisions/d-999997"
            - listitem:
              - link "quarantine pool lease-b for gmail; move 40 % of marketing mail to gmail from lease-b":
                - /url: "#/decisions/d-999996"
            - listitem:
              - link "quarantine pool lease-c for microsoft; move 40 % of marketing mail to microsoft from lease-c":
                - /url: "#/decisions/d-999995"
        - region "Streams":
          - heading "Streams" [level=2]
          - table:
            - rowgroup:
                - columnheader "stream"
                - columnheader "waiting"
                - columnheader "oldest"
                - columnheader "parked"
            - rowgroup:
                - rowheader "transactional"
                - rowheader "marketing"
                - rowheader "lifecycle"
        - region "SES limits":
          - heading "SES limits" [level=2]
          - term: Quota of 24 hours
          - definition: 387,214 of 500,000
          - definition
          - term: Rate
          - definition: 140 recipients a second
          - term: Account
          - definition: sending on
        - region "Orders in force":
          - heading "Orders in force" [level=2]
          - list:
            - listitem:
              - paragraph: "Held: mails of tenant tenant-0003 to microsoft"
              - paragraph:
                - link "why":
                  - /url: "#/decisions/d-1000000"
            - listitem:
              - paragraph: "Slowed to 10 %: mails of tenant tenant-0004 to microsoft"
              - paragraph:
                - link "why":
                  - /url: "#/decisions/d-999999"
        - region "Reputation loop":
          - heading "Reputation loop" [level=2]
          - paragraph: on It looks with each deciding failure and each minute.
      - status"
    `);
    await close();
  });

  test('draws a few rows of ten thousand decisions, and arrow keys reach the last', async () => {
    const { page, close } = await openPage(opened, `${looking.url}`, { now });
    await page.goto(`${looking.url.split('#')[0]}#/decisions`);
    const region = page.getByRole('region', { name: /Decisions/ });
    await page.getByText('10,000 decisions').waitFor();
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('10001');
    expect(await region.locator('tbody tr').count()).toBeLessThan(80);
    await region.locator('tbody a').first().focus();
    await page.keyboard.press('End');
    await page.locator('tr[data-index="9999"] a:focus').waitFor();
    await page.keyboard.press('ArrowUp');
    await page.locator('tr[data-index="9998"] a:focus').waitFor();
    await page.keyboard.press('Enter');
    await page
      .getByRole('complementary', { name: 'The decision' })
      .getByText('What speaks against')
      .waitFor();
    expect(await region.locator('tbody tr').count()).toBeLessThan(80);
    await close();
  });

  test('sorts and searches five thousand tenants', async () => {
    const { page, close } = await openPage(opened, looking.url, { now });
    await page.getByRole('link', { name: /^Tenants/ }).click();
    const first = page.locator('tr[data-index="0"] th');
    await expect.poll(() => first.textContent()).toBe('tenant-0000');
    await page.getByRole('button', { name: 'evidence' }).click();
    await expect.poll(() => first.textContent()).toBe('tenant-4999');
    await page.getByRole('searchbox', { name: 'Words' }).fill('tenant-12');
    await page.getByText('100 tenants').waitFor();
    await close();
  });

  test('says that it is cut off and how old what it shows is, and comes back by itself', async () => {
    const { page, close } = await openPage(opened, looking.url, { now });
    await page.getByText('live', { exact: true }).waitFor();
    await page.route('**/api/stream', (route) => route.abort());
    await page.clock.fastForward(26_000);
    await page.getByText('cut off').waitFor();
    await page
      .getByRole('alert')
      .filter({ hasText: /What you see is \d+ s old/ })
      .waitFor();
    await page.unroute('**/api/stream');
    await page.clock.fastForward(10_000);
    await page.getByText('live', { exact: true }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await close();
  });

  test.each(['light', 'dark'] as const)(
    'can be read in %s: text has a contrast of 4.5',
    async (colorScheme) => {
      const { page, close } = await openPage(opened, looking.url, { now, colorScheme });
      const grounds = new Set<unknown>();
      for (const [link, heading] of views) {
        await page.getByRole('link', { name: link }).first().click();
        await page.getByRole('heading', { level: 1, name: heading }).waitFor();
        expect(await page.evaluate(contrastProblems), `${heading} in ${colorScheme}`).toEqual([]);
        grounds.add(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
      }
      expect([...grounds]).toEqual([
        colorScheme === 'light' ? 'rgb(243, 245, 246)' : 'rgb(12, 16, 20)',
      ]);
      await close();
    },
  );

  test('keeps the theme that was chosen', async () => {
    const { page, close } = await openPage(opened, looking.url, { now, colorScheme: 'light' });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    await page.getByRole('button', { name: /Theme: system/ }).click();
    await page.getByRole('button', { name: /Theme: light/ }).click();
    await expect.poll(ground).toBe('rgb(12, 16, 20)');
    await page.reload();
    await page.locator('.verdict').waitFor();
    expect(await ground()).toBe('rgb(12, 16, 20)');
    await close();
  });

  test('shows hostile names as text and hostile mail as a picture of it: nothing runs, nothing leaves', async () => {
    const { page, troubles, close } = await openPage(opened, hostile.url, { now });
    for (const [link, heading] of views) {
      await page.getByRole('link', { name: link }).first().click();
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    }
    await page.getByRole('link', { name: /^Tenants/ }).click();
    await page.locator('tr[data-index="2"] a').click();
    await page.getByRole('complementary').getByText('<script>').first().waitFor();
    await page
      .getByRole('link', { name: /^Decisions/ })
      .first()
      .click();
    await page.locator('tr[data-index="0"] a').click();
    await page.getByRole('complementary').getByText('<script>').first().waitFor();
    await page.getByRole('link', { name: 'Trace' }).first().click();
    await page.getByRole('textbox', { name: 'Message id' }).fill('order-1');
    await page.getByRole('button', { name: 'Trace' }).click();
    await page.getByRole('button', { name: 'Show the mail' }).click();
    await page.frameLocator('iframe').getByRole('heading', { name: 'Your order' }).waitFor();
    expect(await troubles()).toEqual([]);
    // Whoever presses a link in the mail stays here: what the browser says of that is its own.
    for (const link of ['open', 'in a window', 'over all', 'read more'])
      await page.frameLocator('iframe').getByText(link).click();
    await page.getByRole('link', { name: 'Suppression' }).click();
    await page.getByRole('textbox', { name: 'Address' }).fill('gone@example.com');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByText('gets no mail').waitFor();
    expect(await page.evaluate(`window.${trap.property}`)).toBeUndefined();
    expect(await page.evaluate('document.scripts.length')).toBe(1);
    expect(page.url()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\/suppression$/);
    expect(page.context().pages()).toHaveLength(1);
    expect(opened.left()).toEqual([]);
    await close();
  });

  test('acts only where the console operates, and only with a reason', async () => {
    const only = await openPage(opened, looking.url, { now });
    await only.page.getByRole('button', { name: 'Table' }).waitFor();
    expect(await only.page.getByRole('button', { name: /Lift|Take it|Freeze/ }).count()).toBe(0);
    await only.close();

    const { page, troubles, close } = await openPage(opened, operating.url, { now });
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.getByRole('button', { name: 'Take this incident' }).click();
    expect(done).toEqual([]);
    await page.getByRole('textbox', { name: /Why/ }).fill('I am at it');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('It is done.').waitFor();
    expect(done).toEqual([['ack', { incident: 'i-2', why: 'I am at it' }]]);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
    expect(await troubles()).toEqual([]);
    await close();
  });

  test('shows a rehearsal while it runs, and what it came to', async () => {
    const { page, troubles, close } = await openPage(opened, looking.url, { now });
    await page.getByRole('link', { name: 'Rehearsal' }).click();
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('Through lease-b microsoft blocks none of 104.').waitFor();
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByText('quarantine pool lease-a for microsoft').waitFor();
    expect(await page.getByRole('img', { name: /Mails/ }).count()).toBe(3);
    expect(await troubles()).toEqual([]);
    await close();
  });

  test('asked no other machine for anything in all of this', () => {
    expect(opened.left()).toEqual([]);
  });
});

/** Presses Tab until a link of the navigation has the focus. */
async function tabTo(page: Awaited<ReturnType<typeof openPage>>['page'], link: string) {
  for (let press = 0; press < 20; press += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(`nav a:focus`);
    if ((await focused.count()) === 1 && (await focused.innerText()).startsWith(link)) return;
  }
  throw new Error(`Tab does not reach ${link}`);
}

function recordedDeeds(
  done: [keyof Deeds, Deeds[keyof Deeds]][],
): NonNullable<ConsoleSource['deeds']> {
  const record =
    <Name extends keyof Deeds>(name: Name) =>
    async (deed: Deeds[Name]) => {
      done.push([name, deed]);
      return { done: true, text: 'It is done.' };
    };
  return {
    quarantine: record('quarantine'),
    release: record('release'),
    override: record('override'),
    hold: record('hold'),
    lift: record('lift'),
    undo: record('undo'),
    approve: record('approve'),
    veto: record('veto'),
    automation: record('automation'),
    'suppress-add': record('suppress-add'),
    'suppress-remove': record('suppress-remove'),
    ack: record('ack'),
  };
}
