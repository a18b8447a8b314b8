/**
 * The tests that the mutants of a room are run against: its own and, where they are quick, of what stands on it. All
 * stay in this process. Refuses to know real servers.
 */
import { defineConfig } from 'vitest/config';

const tests: Readonly<Record<string, readonly string[]>> = {
  models: ['models', 'src/service'],
  scheduling: ['src/scheduling', 'src/service'],
  spec: ['src/spec'],
  judging: ['src/judging'],
};
const folders = tests[process.env['COUNTERPOISE_ROOM'] ?? ''] ?? [
  'models',
  'src/{scheduling,spec,judging,service}',
];

export default defineConfig({
  test: {
    include: folders.map((folder) => `${folder}/**/*.test.ts`),
    // each mutant has a thread of its own; a thread for each file of tests would cost three times as much
    isolate: false,
    testTimeout: 600_000,
  },
});
