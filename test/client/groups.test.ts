import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGroups } from '../../client/groups.ts';

test('groups hold at most ten requests and 1 MiB of one stream, and lose none', () => {
  const items = fc.array(
    fc.record({ stream: fc.constantFrom('a', 'b'), bytes: fc.integer({ min: 1, max: 1_048_576 }) }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(items, (given) => {
      const groups = createGroups<(typeof given)[number]>();
      const all = [...given.map((item) => groups.add(item) ?? []), ...groups.flush()];
      for (const group of all) {
        expect(group.length).toBeLessThanOrEqual(10);
        expect(group.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(1_048_576);
        expect(new Set(group.map(({ stream }) => stream)).size).toBeLessThanOrEqual(1);
      }
      expect(all.flat().length).toBe(given.length);
      expect(groups.flush()).toEqual([]);
    }),
  );
});
