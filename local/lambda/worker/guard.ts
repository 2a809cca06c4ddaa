import childProcess from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/*
 * Loaded with `--require` before the worker and before every thread it may start. From here on
 * nothing in this process opens a connection to, or asks a name server about, anything but this
 * machine. It guards against accidents (a forgotten endpoint, a real account), not against hostile
 * code. It stands at the bottom of the library: http, https, tls, http2 and fetch all connect
 * through `net.Socket.prototype.connect`.
 */

type Patched = (this: unknown, ...args: unknown[]) => unknown;

useOwnNameServer();
guardSockets();
guardNames();
guardDatagrams();
guardChildProcesses();
syncBuiltinESMExports();

/** As Lambda gives its functions the name server of its network. */
function useOwnNameServer(): void {
  const server = process.env['LOCAL_NAME_SERVER'];
  if (server === undefined) return;
  dns.setServers([server]);
  dns.promises.setServers([server]);
}

function guardSockets(): void {
  const connect = net.Socket.prototype.connect;
  replace(net.Socket.prototype, 'connect', function (...args) {
    checkConnection(args);
    return Reflect.apply(connect, this, args);
  });
}

/** The arguments are those of net.connect, or one array that holds them already sorted. */
function checkConnection(args: readonly unknown[]): void {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) {
    if (typeof Reflect.get(first, 'path') === 'string') return;
    const host = Reflect.get(first, 'host') ?? 'localhost';
    refuseUnlessLocal(host, 'connect to');
    const lookup: unknown = Reflect.get(first, 'lookup');
    if (typeof lookup === 'function' && lookup !== dns.lookup && net.isIP(String(host)) === 0) {
      throw refusal('resolve with a lookup function of its own', String(host));
    }
  } else if (isPort(first)) {
    refuseUnlessLocal(typeof second === 'string' ? second : 'localhost', 'connect to');
  }
  // What is left is the path of a local socket.
}

function guardNames(): void {
  for (const owner of [
    dns,
    dns.promises,
    dns.Resolver.prototype,
    dns.promises.Resolver.prototype,
  ]) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      if (/^(resolve|reverse)/.test(name)) replaceQuery(owner, name);
    }
  }
  for (const owner of [dns, dns.promises]) {
    replaceLocalLookup(owner, 'lookup');
    replaceLocalLookup(owner, 'lookupService');
  }
}

/** A query goes to a name server, even for the name localhost; the box has one on this machine. */
function replaceQuery(owner: object, name: string): void {
  const original = Reflect.get(owner, name);
  replace(owner, name, function (...args) {
    const servers: unknown = Reflect.get(Object(this ?? owner), 'getServers');
    const asked: unknown = typeof servers === 'function' ? servers.call(this ?? owner) : [];
    const isOurs =
      Array.isArray(asked) && asked.length > 0 && asked.every((one) => isLocal(hostOf(one)));
    if (!isOurs) return fail(owner, refusal('ask a name server about', String(args[0])));
    return Reflect.apply(original, this, args);
  });
}

function hostOf(server: unknown): string {
  return String(server)
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '');
}

function replaceLocalLookup(owner: object, name: string): void {
  const original = Reflect.get(owner, name);
  replace(owner, name, function (...args) {
    if (!isLocal(args[0])) return fail(owner, refusal('look up', String(args[0])));
    return Reflect.apply(original, this, args);
  });
}

function fail(owner: object, error: Error): Promise<never> {
  if (owner === dns.promises || owner === dns.promises.Resolver.prototype) {
    return Promise.reject(error);
  }
  throw error;
}

function guardDatagrams(): void {
  for (const name of ['send', 'connect'] as const) {
    const original = dgram.Socket.prototype[name];
    replace(dgram.Socket.prototype, name, function (...args) {
      // The payload comes first and may be text; the address is the first text after it.
      const address = args.slice(1).find((argument) => typeof argument === 'string');
      refuseUnlessLocal(address ?? 'localhost', 'send a datagram to');
      return Reflect.apply(original, this, args);
    });
  }
}

/** Another program would not be under this guard. */
function guardChildProcesses(): void {
  for (const name of [
    'spawn',
    'exec',
    'execFile',
    'fork',
    'spawnSync',
    'execSync',
    'execFileSync',
  ]) {
    replace(childProcess, name, (...args) => {
      throw refusal('start the program', String(args[0]));
    });
  }
}

function refuseUnlessLocal(host: unknown, action: string): void {
  if (!isLocal(host)) throw refusal(action, String(host));
}

function isLocal(host: unknown): boolean {
  const name = String(host).toLowerCase();
  if (name === 'localhost') return true;
  const address = name.replace(/^::ffff:/, '');
  return name === '::1' || (net.isIPv4(address) && address.startsWith('127.'));
}

function isPort(value: unknown): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
}

function refusal(action: string, subject: string): Error {
  return new Error(
    `this function tried to ${action} ${subject}: the local runtime never leaves the machine, ` +
      'allowed are 127.0.0.0/8, ::1 and localhost; use the endpoint in AWS_ENDPOINT_URL',
  );
}

function replace(owner: object, name: string, value: Patched): void {
  Object.defineProperty(owner, name, { value, writable: true, configurable: true });
}
