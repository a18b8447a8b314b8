/** Unit and property tests of every room. Real servers the tests drive are found or installed by `src/testbed/servers.setup.ts`. */
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{src,models,bench}/**/*.test.ts'],
    // traces that we may use but not ship: `npm run check:traces -- DIR` says where they are
    exclude: [
      ...configDefaults.exclude,
      ...(process.env['COUNTERPOISE_TRACES'] === undefined ? ['**/real-traces.test.ts'] : []),
    ],
    globalSetup: ['src/testbed/servers.setup.ts'],
    testTimeout: 180_000,
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
