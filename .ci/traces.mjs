// Real traces that the project may use but not ship: `npm run check:traces -- DIR` simulates those in DIR.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npm run check:traces -- DIR');
  process.exit(64);
}
const { status } = spawnSync('npx', ['vitest', 'run', 'src/experiments/real-traces'], {
  stdio: 'inherit',
  env: { ...process.env, COUNTERPOISE_TRACES: resolve(folder) },
});
process.exit(status ?? 1);
