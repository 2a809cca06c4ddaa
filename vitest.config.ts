import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const union = 'test/journeys/least-privilege.test.ts';
const reputation = 'test/journeys/rotation*.test.ts';
const alarms = 'test/journeys/alarms*.test.ts';

export default defineConfig({
  test: {
    // Two cores, which rooms share with journeys: `npm test` runs both at once.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default'],
    setupFiles: ['test/support/fixed-dice.ts'],
    provide: { journeys: join(tmpdir(), `goodstanding-journeys-${process.pid}`) },
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: ['test/journeys/**'],
          // They compute, and give way to the journeys that run at the same time.
          testTimeout: 300_000,
          // Modules are loaded once a worker: a third of the time went into loading them again.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'journeys',
          include: ['test/journeys/*.test.ts'],
          exclude: [union, reputation, alarms],
          // Most of a journey is waiting, so those of a file share one world and go together.
          sequence: { concurrent: true, groupOrder: 1 },
          maxWorkers: 5,
          testTimeout: 150_000,
          globalSetup: ['test/journeys/support/synthesize.ts'],
          // As above: each loads the local runtime and every SDK client, for a second of CPU.
          isolate: false,
        },
      },
      // The loop weighs when mail failed, so these have the machine to themselves.
      {
        extends: true,
        test: {
          name: 'reputation',
          include: [reputation],
          sequence: { concurrent: true, groupOrder: 2 },
          maxWorkers: 3,
          testTimeout: 150_000,
          globalSetup: ['test/journeys/support/synthesize.ts'],
          isolate: false,
        },
      },
      // Time runs 300 times faster there, so a second of waiting is five minutes of alarm.
      {
        extends: true,
        test: {
          name: 'alarms',
          include: [alarms],
          sequence: { groupOrder: 3 },
          // One core for the worlds and one for their functions: what starves for a second rings.
          maxWorkers: 2,
          testTimeout: 60_000,
          globalSetup: ['test/journeys/support/synthesize.ts'],
          isolate: false,
        },
      },
      // Looks at what all the journeys together asked of AWS, so it comes after them.
      {
        extends: true,
        test: { name: 'least-privilege', include: [union], sequence: { groupOrder: 4 } },
      },
    ],
  },
});
