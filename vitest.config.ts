/** Unit and property tests of every room. Real servers the tests drive are found or installed by `src/testbed/servers.setup.ts`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,models,bench}/**/*.test.ts'],
    globalSetup: ['src/testbed/servers.setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'models/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.properties.ts', '**/*.fixture.ts'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'coverage',
    },
  },
});
