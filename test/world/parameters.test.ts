import { describe, expect, test } from 'vitest';
import { seededDraw } from '../../world/dice.ts';
import { parametersHash, varyParameters } from '../../world/parameter-draws.ts';
import { documentedNumbers, worldParameters } from '../../world/parameters.ts';

const { providers, common } = worldParameters;

describe('the parameters', () => {
  test('are those that the decision page was written for', () => {
    expect(parametersHash(worldParameters)).toBe('0569569c874fc2');
  });

  test('have a name that changes with any number, not with their order', () => {
    const reordered = {
      providers: { ...providers, other: { ...providers.other } },
      common: Object.fromEntries(Object.entries(common).reverse()),
    };
    expect(parametersHash({ ...reordered, common: { ...common, ...reordered.common } })).toBe(
      parametersHash(worldParameters),
    );
    const changed = { ...worldParameters, common: { ...common, trapWeight: 0.51 } };
    expect(parametersHash(changed)).not.toBe(parametersHash(worldParameters));
  });

  test('that are documented exist', () => {
    const names = new Set([
      ...Object.keys(common).map((name) => `common.${name}`),
      ...Object.entries(providers).flatMap(([provider, numbers]) =>
        Object.keys(numbers).map((name) => `${provider}.${name}`),
      ),
    ]);
    expect([...documentedNumbers].filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('varied parameters', () => {
  test('are between a half and twice the assumed ones, shares remain shares, facts stay', () => {
    const varied = varyParameters(worldParameters, seededDraw(5));
    expect(varied.common.memory).toBe(common.memory);
    expect(varied.providers['yahoo']?.overCapMinMs).toBe(providers['yahoo']?.overCapMinMs);
    expect(varied.common.trapWeight).not.toBe(common.trapWeight);
    for (const [provider, numbers] of Object.entries(varied.providers)) {
      for (const [name, value] of Object.entries(numbers)) {
        const assumed = Object.entries(providers[provider] ?? {}).find(
          ([key]) => key === name,
        )?.[1];
        expect(value).toBeLessThanOrEqual(2 * (assumed ?? 0));
        if (name.endsWith('Share')) expect(value).toBeLessThanOrEqual(1);
      }
      expect(numbers.blockMaxMs).toBeGreaterThanOrEqual(numbers.blockMinMs);
      expect(numbers.capGrowth).toBeGreaterThan(1);
    }
  });

  test('are the same for the same dice', () => {
    const vary = (seed: number) =>
      parametersHash(varyParameters(worldParameters, seededDraw(seed)));
    expect(vary(1)).toBe(vary(1));
    expect(vary(1)).not.toBe(vary(2));
  });
});
