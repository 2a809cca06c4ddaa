import type { Draw } from './model.ts';
import { documentedNumbers, type WorldParameters } from './parameters.ts';

/**
 * Returns the parameters with every assumed number multiplied by a factor between a half and two. A share stays
 * below one; of a reputation the odds are multiplied, of a growth what is above one.
 */
export function varyParameters(parameters: WorldParameters, draw: Draw): WorldParameters {
  const varied = <T extends Readonly<Record<string, number>>>(scope: string, numbers: T): T => {
    const changed: Record<string, number> = {};
    for (const [name, value] of Object.entries(numbers)) {
      if (!documentedNumbers.has(`${scope}.${name}`)) changed[name] = vary(name, value, draw);
    }
    return ordered({ ...numbers, ...changed });
  };
  const other = varied('other', parameters.providers.other);
  const providers = Object.entries(parameters.providers)
    .filter(([name]) => name !== 'other')
    .map(([name, numbers]) => [name, varied(name, numbers)] as const);
  return {
    common: varied('common', parameters.common),
    providers: { ...Object.fromEntries(providers), other },
  };
}

/** Returns 14 hexadecimal digits that change with any number, so that a report can name its world. */
export function parametersHash(parameters: WorldParameters): string {
  return digest(
    JSON.stringify(parameters, (_key, value: unknown) => {
      if (value === Number.POSITIVE_INFINITY) return 'none';
      const isGroup = typeof value === 'object' && value !== null;
      return isGroup ? Object.fromEntries(Object.entries(value).sort(byName)) : value;
    }),
  );
}

function vary(name: string, value: number, draw: Draw): number {
  const factor = 2 ** (2 * draw() - 1);
  if (name.endsWith('Growth')) return 1 + (value - 1) * factor;
  if (/Reputation$|^secondChance$/.test(name)) {
    const odds = (value / (1 - value)) * factor;
    return odds / (1 + odds);
  }
  return name.endsWith('Share') ? Math.min(1, value * factor) : value * factor;
}

/** A range whose ends were varied apart may stand on its head. */
function ordered<T extends Readonly<Record<string, number>>>(numbers: T): T {
  const upright: Record<string, number> = {};
  for (const [name, high] of Object.entries(numbers)) {
    if (!name.endsWith('MaxMs')) continue;
    upright[name] = Math.max(high, numbers[name.replace('MaxMs', 'MinMs')] ?? high);
  }
  return { ...numbers, ...upright };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** 53 bits by two multiplications a character (cyrb53): names a table, protects nothing. */
function digest(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  const number = 4294967296 * (2097151 & low) + (high >>> 0);
  return number.toString(16).padStart(14, '0');
}
