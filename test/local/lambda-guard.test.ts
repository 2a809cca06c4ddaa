import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openWorkbench, type Workbench } from './lambda-workbench.ts';

/*
 * Goal: no function reaches anything but this machine, by whatever part of Node it tries. Method:
 * one handler that makes every kind of attempt and reports the error it met. The names end in
 * .invalid and the addresses are reserved for documentation, so that a hole in the guard would show
 * as another message and still reach nobody.
 */

vi.setConfig({ testTimeout: 30_000 });

const source = `
import childProcess, { execFile } from 'node:child_process';
import dgram from 'node:dgram';
import dns, { lookup } from 'node:dns';
import dnsPromises from 'node:dns/promises';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { connect } from 'node:net';
import tls from 'node:tls';
import { Worker } from 'node:worker_threads';

const away = 'smtp.example.invalid';
const address = '192.0.2.1';
const events = (emitter) => new Promise((resolve, reject) => {
  emitter.once('error', reject);
});

const attempts = {
  fetch: () => fetch('http://' + away + '/'),
  http: () => events(http.request({ host: away })),
  https: () => events(https.get('https://' + address + '/')),
  http2: () => events(http2.connect('http://' + away)),
  socket: () => events(net.connect(25, address)),
  namedImport: () => events(connect({ host: address, port: 25 })),
  socketMethod: () => events(new net.Socket().connect({ port: 25, host: '2001:db8::1' })),
  ownLookup: () => events(net.connect({ port: 25, host: 'localhost', lookup: (host, options, done) => done(null, address, 4) })),
  tls: () => events(tls.connect(443, away)),
  lookup: () => new Promise((resolve) => dns.lookup(away, resolve)),
  namedLookup: () => new Promise((resolve) => lookup(away, resolve)),
  resolve: () => new Promise((resolve) => dns.resolve(away, resolve)),
  resolver: () => new Promise((resolve) => new dns.Resolver().resolveMx(away, resolve)),
  promisedResolve: () => dnsPromises.resolveTxt(away),
  promisedLookup: () => dns.promises.lookup(away),
  datagram: () => new Promise((resolve) => dgram.createSocket('udp4').send('hello', 53, address, resolve)),
  connectedDatagram: () => new Promise((resolve) => dgram.createSocket('udp4').connect(53, away, resolve)),
  program: () => childProcess.spawn('curl', [away]),
  namedProgram: () => new Promise((resolve) => execFile('curl', [away], resolve)),
  thread: () => new Promise((resolve, reject) => {
    const worker = new Worker("require('node:net').connect(25, '192.0.2.1')", { eval: true });
    worker.once('error', reject);
  }),
};

export const handler = async (event) => {
  if (event.url) return (await fetch(event.url)).text();
  const met = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      await attempt();
      met[name] = 'reached';
    } catch (error) {
      met[name] = (error.cause ?? error).message;
    }
  }
  return met;
};
`;

let bench: Workbench;

beforeAll(async () => {
  bench = await openWorkbench();
  await bench.addFunction('Traveller', source, { Timeout: 20 });
});

afterAll(() => bench.close());

test('every way off the machine is refused with the name of the host', async () => {
  const { payload, error } = await bench.box.invoke('Traveller', {});
  expect(error).toBeUndefined();
  const met = Object.entries(payload ?? {});
  expect(met).toHaveLength(20);
  for (const [attempt, message] of met) {
    expect(message, attempt).toContain('the local runtime never leaves the machine');
    expect(message, attempt).toMatch(/example\.invalid|192\.0\.2\.1|2001:db8::1|localhost|curl/);
  }
});

test('this machine is reached by name and by address', async () => {
  const server = createServer((_request, response) => response.end('here'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  for (const host of ['127.0.0.1', 'localhost']) {
    const { payload } = await bench.box.invoke('Traveller', { url: `http://${host}:${port}/` });
    expect(payload).toBe('here');
  }
  server.closeAllConnections();
  server.close();
});
