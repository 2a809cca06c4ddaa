/** A Chromium for measurements and tests of the console's page, which reaches nothing but this machine. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Returns the path of a Chromium: what CHROMIUM names, else one on the PATH; undefined without one. */
export function findChromium(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM) return CHROMIUM;
  return PATH.split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

export type CagedBrowser = {
  readonly browser: Browser;
  /** Hosts other than 127.0.0.1 that pages asked for, be it only for a connection. */
  readonly left: () => readonly string[];
  readonly close: () => Promise<void>;
};

/** Hosts that Chromium asks by itself, whatever page it shows. */
const ofChromium = /(^|\.)(google|googleapis|gvt1|gvt2)\.com$/;

/** Starts a browser whose only way to any other machine is a proxy that notes the host and goes no further. */
export async function openBrowser(executablePath: string): Promise<CagedBrowser> {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://unknown.example').hostname);
    response.writeHead(502).end();
  });
  proxy.on('connect', ({ url = '' }, socket) => {
    asked.push(url.replace(/:\d+$/, ''));
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath,
    // A container runs tests as root, for whom Chromium's own sandbox does not start.
    args: ['--no-sandbox', `--proxy-server=127.0.0.1:${portOf(proxy.address())}`],
  });
  return {
    browser,
    left: () => asked.filter((host) => !ofChromium.test(host)),
    close: async () => {
      await browser.close();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
