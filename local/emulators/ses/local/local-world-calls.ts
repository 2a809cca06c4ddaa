import { refuse } from '../errors.ts';
import { bodyOf, type LocalCall } from './local-call.ts';
import { worldChange, worldEvents } from './world-schemas.ts';

/** The mailbox providers' switches, and what was said of domains. */
export function viewWorld({ context }: LocalCall): object {
  const { world } = context;
  return {
    on: world.isOn,
    calm: world.isCalm,
    speed: world.speed,
    now: new Date(world.now()).toISOString(),
    domains: Object.fromEntries(world.domains),
    senders: Object.fromEntries(world.senders),
  };
}

/** Switches the providers on or off, and says whose domains are whose. */
export function changeWorld(call: LocalCall): object {
  const { world } = call.context;
  const { on, speed, calm, domains, senders } = bodyOf(worldChange, call);
  if (calm !== undefined) world.renew(calm ? 'calm' : 'changeable');
  if (speed !== undefined) world.setSpeed(speed);
  for (const [domain, provider] of Object.entries(domains ?? {})) {
    world.domains.set(domain.toLowerCase(), provider);
  }
  for (const [domain, traits] of Object.entries(senders ?? {})) {
    world.senders.set(domain.toLowerCase(), traits);
  }
  if (on === true) world.switchOn();
  if (on === false) world.switchOff();
  return viewWorld(call);
}

/** Makes one or several things happen. */
export function happenInWorld(call: LocalCall): object {
  const { world } = call.context;
  const events = bodyOf(worldEvents, call);
  if (!world.isOn) {
    refuse('BadRequestException', 'the mailbox providers are off; PUT { "on": true } first');
  }
  for (const event of events) world.happen(event);
  return { happened: events.length };
}

/** The lists that name an address or a domain now. */
export function viewListings({ context, query }: LocalCall): object {
  const name = query.get('name') ?? refuse('BadRequestException', 'got no ?name=NAME');
  return { name, lists: context.world.listingsOf(name) };
}
