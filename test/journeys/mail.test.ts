import { expect, test, beforeAll, afterAll } from 'vitest';
import { openWorld, newTenant, type World, askLocal } from './support/world.ts';
import { untilOne } from './support/outcomes.ts';
import { mailsTo } from './support/mailboxes.ts';
import { message } from '../support/requests.ts';
let world: World;
beforeAll(async () => { world = await openWorld({ journey: 'mail', stack: 'many' }); await newTenant(world, 'acme'); });
afterAll(() => world.close());
test('x', async () => {
  await world.enqueue([message({ id: 'a', tenant: 'acme', to: 'a@recipient.example' })]);
  console.log(JSON.stringify(await untilOne(world, { id: 'a', tenant: 'acme' }, 'delivered')));
  console.log(await mailsTo(world, 'a@recipient.example'));
  console.log(JSON.stringify(await askLocal(world, '/schedules')));
  console.log(world.runtime.outputs);
});
