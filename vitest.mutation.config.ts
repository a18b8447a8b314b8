/**
 * The tests that mutants are run against: those of the mutated room itself, all of them quick and in this process.
 * Refuses to know real servers.
 */
import { defineConfig } from 'vitest/config';

const room = process.env['COUNTERPOISE_ROOM'] ?? '{models,src/scheduling,src/spec,src/judging}';

export default defineConfig({
  test: {
    include: [`${room}/**/*.test.ts`],
    setupFiles: room === 'models' ? ['vitest.mutation.setup.ts'] : [],
    // each mutant has a thread of its own; a thread for each file of tests would cost three times as much
    isolate: false,
    testTimeout: 600_000,
  },
});
