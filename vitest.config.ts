import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const union = 'test/journeys/least-privilege.test.ts';

export default defineConfig({
  test: {
    // Two cores: more workers only wait for each other.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default'],
    provide: { journeys: join(tmpdir(), `goodstanding-journeys-${process.pid}`) },
    projects: [
      {
        extends: true,
        test: { name: 'rooms', include: ['test/**/*.test.ts'], exclude: ['test/journeys/**'] },
      },
      {
        extends: true,
        test: {
          name: 'journeys',
          include: ['test/journeys/*.test.ts'],
          exclude: [union],
          // Most of a journey is waiting, so those of a file share one world and go together.
          sequence: { concurrent: true, groupOrder: 1 },
          maxWorkers: 4,
          testTimeout: 60_000,
          globalSetup: ['test/journeys/support/synthesize.ts'],
        },
      },
      // Looks at what all the journeys together asked of AWS, so it comes after them.
      {
        extends: true,
        test: { name: 'least-privilege', include: [union], sequence: { groupOrder: 2 } },
      },
    ],
  },
});
