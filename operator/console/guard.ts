/** Who may ask the console: the page that it served itself, in the browser of whoever has the token. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What is open to everybody on the machine: the page's own files hold no data. */
export type Door = 'page' | 'ticket' | 'api';

export type Guarded = { readonly port: number; readonly token: string };

export const tokenHeader = 'x-console-token';

/**
 * Returns why a request is refused, undefined where it may pass. The Host header is checked because a
 * foreign site may let its name point to 127.0.0.1 (DNS rebinding), Origin and Sec-Fetch-Site because a
 * foreign page may ask in the browser of whoever is logged in, and the token because anybody on this
 * machine may ask without a browser.
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
export function refusalOf(
  { headers, method }: Pick<IncomingMessage, 'headers' | 'method'>,
  door: Door,
  { port, token }: Guarded,
): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host = '', origin } = headers;
  if (!hosts.includes(host)) return `host: got ${shown(host)}; allowed is ${hosts.join(' or ')}`;
  if (origin !== undefined && origin !== `http://${host}`)
    return `origin: got ${shown(origin)}; allowed is the console's own page`;
  const site = headers['sec-fetch-site'];
  // The page's files hold no data: a link of another console of this machine may open them.
  const isOpened =
    site === 'none' || (site === 'same-site' && headers['sec-fetch-mode'] === 'navigate');
  const isNavigation = door === 'page' && method === 'GET' && isOpened;
  if (site !== undefined && site !== 'same-origin' && !isNavigation)
    return `sec-fetch-site: got ${shown(String(site))}; allowed is the console's own page`;
  if (door !== 'api') return undefined;
  if (isSame(String(headers[tokenHeader] ?? ''), token)) return undefined;
  return `${tokenHeader}: missing or not this console's; open the address that was printed at its start`;
}

function isSame(given: string, token: string): boolean {
  const one = Buffer.from(given);
  const other = Buffer.from(token);
  return one.length === other.length && timingSafeEqual(one, other);
}

/** What was sent is said back short and without anything that a terminal or page would obey. */
function shown(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 80) || 'none';
}
