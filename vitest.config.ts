/** Unit and property tests of every room. Real servers the tests drive are found or installed by `src/testbed/servers.setup.ts`. */
import { cpus } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Minutes each: begun first, so that no worker is left alone with one of them at the end. */
const longFiles =
  /misconfigured|proof\.test|conform\.test|abilities|theory|python-example|configurations\.test|emulator\.test/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => longFiles.test(moduleId);
    return sorted.toSorted((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
}

export default defineConfig({
  test: {
    include: ['{src,models,bench}/**/*.test.ts'],
    // traces that we may use but not ship: `npm run check:traces -- DIR` says where they are
    exclude: [
      ...configDefaults.exclude,
      ...(process.env['COUNTERPOISE_TRACES'] === undefined ? ['**/real-traces.test.ts'] : []),
    ],
    globalSetup: ['src/testbed/servers.setup.ts'],
    sequence: { sequencer: LongFirst },
    // real balancers' tests mostly wait, and models' never do: one of each keeps two cores busy
    maxWorkers: Math.max(2, Math.ceil(cpus().length / 2)),
    testTimeout: 300_000,
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
