import type { Draw, WorldEvent } from './model.ts';
import type { WorldParameters } from './parameters.ts';
import { introduce, newProvider, type Provider } from './provider.ts';

/** All providers that mail or an event has met. */
export type Providers = {
  /** The provider of this name; it begins to exist when it is first named. */
  readonly named: (name: string, at: number) => Provider;
  readonly all: () => Iterable<Provider>;
  /** Makes a provider, or all there are and will be, know a name. */
  readonly acquaint: (event: Acquaint, at: number) => void;
};

type Acquaint = Extract<WorldEvent, { kind: 'acquaint' }>;

/** Returns no providers yet. */
export function createProviders(parameters: WorldParameters, draw: Draw): Providers {
  const { common } = parameters;
  const providers = new Map<string, Provider>();
  const knownToAll: Acquaint[] = [];
  const named = (name: string, at: number): Provider => {
    const provider = providers.get(name);
    if (provider !== undefined) return provider;
    const born = newProvider(name, parameters, { at, draw });
    providers.set(name, born);
    for (const event of knownToAll) introduce(born, event, { at, common });
    return born;
  };
  return {
    named,
    all: () => providers.values(),
    acquaint: (event, at) => {
      if (event.provider !== undefined) {
        introduce(named(event.provider, at), event, { at, common });
        return;
      }
      knownToAll.push(event);
      for (const provider of providers.values()) introduce(provider, event, { at, common });
    },
  };
}
