import {
  type ProviderNumbers,
  type WorldParameters,
  worldParameters,
} from '../../../../world/parameters.ts';

/**
 * A world in which nothing happens that nobody asked for: no outages, greylisting or deferrals without a
 * cause, and replies that say what they are about. A local run is looked at one mail at a time.
 */
export const calmParameters: WorldParameters = {
  common: { ...worldParameters.common, vagueShare: 0 },
  providers: {
    ...Object.fromEntries(
      Object.entries(worldParameters.providers).map(([name, numbers]) => [name, calmed(numbers)]),
    ),
    other: calmed(worldParameters.providers.other),
  },
};

function calmed(numbers: ProviderNumbers): ProviderNumbers {
  return { ...numbers, outagesPerMonth: 0, noiseShare: 0, noisePeakShare: 0, greylistShare: 0 };
}
