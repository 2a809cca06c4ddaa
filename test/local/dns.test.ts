import { Resolver } from 'node:dns/promises';
import { afterAll, describe, expect, test } from 'vitest';
import type { AwsRequest } from '../../local/aws.ts';
import { openNameServer } from '../../local/emulators/dns/name-server.ts';
import { createDnsRecords } from '../../local/emulators/dns/records.ts';
import { openWorkbench } from './lambda-workbench.ts';

const records = createDnsRecords((name) =>
  name === 'world.example' ? ['10 mx.world.example'] : 'no-name',
);
const server = await openNameServer(records.answer);
const workbench = await openWorkbench({ nameServer: server.address });
afterAll(async () => {
  await workbench.close();
  await server.close();
});
const resolver = new Resolver();
resolver.setServers([server.address]);

const ask = (method: string, url: string, body?: object): AwsRequest => ({
  ...{ service: '', principal: '', headers: {}, method, url },
  body: Buffer.from(body ? JSON.stringify(body) : ''),
});

describe('the box’s name server', () => {
  test('says what its owner set, until that is taken away', async () => {
    const record = { name: 'Shop.example', type: 'MX', values: ['10 aspmx.l.google.com'] };
    expect((await records.local(ask('PUT', '/_local/dns', record))).status).toBe(200);
    expect(await resolver.resolveMx('shop.example')).toMatchObject([
      { priority: 10, exchange: 'aspmx.l.google.com' },
    ]);
    await expect(resolver.resolve4('shop.example')).rejects.toThrow('ENODATA');
    expect((await records.local(ask('DELETE', '/_local/dns?name=shop.example'))).status).toBe(200);
    await expect(resolver.resolveMx('shop.example')).rejects.toThrow('ENOTFOUND');
  });

  test('says what the world says', async () => {
    expect(await resolver.resolveMx('world.example')).toHaveLength(1);
  });

  test('tells its owner what is allowed', async () => {
    const answer = await records.local(ask('PUT', '/_local/dns', { name: 'a.example' }));
    expect(answer.status).toBe(400);
    expect(String(answer.body)).toContain('type one of A, MX, TXT, PTR, CNAME');
  });

  test('is what a function asks, and the only one', async () => {
    await workbench.addFunction(
      'asker',
      `import dns, { resolveMx } from 'node:dns/promises';
       export const handler = async () => {
         const inside = await resolveMx('world.example');
         const foreign = new dns.Resolver();
         foreign.setServers(['192.0.2.1']);
         const outside = await foreign.resolveMx('world.example').catch((error) => error.message);
         return { inside, outside };
       };`,
    );
    const { payload, error } = await workbench.box.invoke('asker', {});
    expect(error).toBeUndefined();
    expect(payload).toMatchObject({
      inside: [{ exchange: 'mx.world.example', priority: 10 }],
      outside: expect.stringContaining('tried to ask a name server about world.example'),
    });
  });
});
