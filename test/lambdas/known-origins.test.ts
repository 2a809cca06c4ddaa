/** Equal origins are one object, and others are not. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOrigins } from '../../lambdas/rotation/known-origins.ts';

const name = fc.constantFrom('', 'a', 'b');
const origin = fc.record({
  ...{ tenant: name, identity: name, stream: name },
  ...{ pool: name, provider: name, campaign: name },
});

test('an origin is found again by all its names, and by nothing less', () => {
  fc.assert(
    fc.property(fc.array(origin), (given) => {
      const originOf = createOrigins();
      const found = given.map(originOf);
      expect(found).toEqual(given);
      expect(new Set(found).size).toBe(new Set(given.map((one) => JSON.stringify(one))).size);
    }),
  );
});
