/**
 * `npm run bench:yardstick`: the yardstick in C++ and as our scenario, run in turn on the same number of connections, on
 * CPU seconds of the run alone. Also holds the results of both against each other: speed on other work proves nothing.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SimulationResult } from '../src/results/simulation-result.ts';
import { machine, meanAndError, median, numberOption, run } from './measuring.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'bench/yardstick.cpp');
const scenario = join(root, 'scenarios/yardstick.yaml');
const counterpoise = join(root, 'dist/src/cli/main.js');
/** Fewer tell the speed, and nothing about agreement. */
const roundsToCompare = 5;
const rounds = numberOption('rounds', roundsToCompare);

/** Student's t beyond which two means are called different: 1 in 10,000 with 8 degrees of freedom. */
const deviationMax = 6.4;

/** Figures a connection or a second, so that runs of slightly different lengths can be compared. */
interface Figures {
  readonly cpuSeconds: number;
  readonly arrived: number;
  readonly compared: Readonly<Record<string, number>>;
}

async function ours(seed: number, isSticky: boolean, folder: string): Promise<Figures> {
  const persistence = isSticky ? [] : ['--persistence', '0'];
  const words = ['simulate', scenario, '--seed', `${seed}`, '--out', folder, '--quiet'];
  await run(process.execPath, [counterpoise, ...words, ...persistence], { maxBuffer: 2 ** 26 });
  const read = async (file: string) =>
    JSON.parse(await readFile(join(folder, 'simulate-yardstick', file), 'utf8'));
  const { totals, series, detections, simulatedMs }: SimulationResult = await read('result.json');
  const { cpuSeconds } = await read('run.json');
  const noticed = detections.flatMap(({ detectedAtMs, failedAtMs }) =>
    detectedAtMs === null || detectedAtMs === failedAtMs ? [] : [detectedAtMs - failedAtMs],
  );
  const livedMs = series.active
    .flatMap((row) =>
      row.map(
        (active, bucket) =>
          active * Math.min(series.bucketMs, simulatedMs - bucket * series.bucketMs),
      ),
    )
    .reduce((sum, area) => sum + area, 0);
  const { arrived } = totals;
  return {
    cpuSeconds,
    arrived,
    compared: {
      'detections per million': (noticed.length / arrived) * 1e6,
      'mean detection, s': noticed.reduce((sum, ms) => sum + ms, 0) / noticed.length / 1000,
      'mean active': livedMs / 1000 / (arrived / 2000),
      'completed, share': totals.completed / arrived,
      'lost, share': totals.lost / arrived,
      'failed, share': totals.failed / arrived,
    },
  };
}

async function theirs(binary: string, arrived: number, isSticky: boolean, seed: number) {
  const { stdout } = await run(binary, [`${arrived}`, isSticky ? '1' : '0', `${seed}`]);
  const told = JSON.parse(stdout);
  const figures: Figures = {
    cpuSeconds: told.cpuSeconds,
    arrived: told.arrived,
    compared: {
      'detections per million': (told.detections / told.arrived) * 1e6,
      'mean detection, s': told.meanDetectionSeconds,
      'mean active': told.meanActive / (told.arrived / 2000),
      'completed, share': told.done / told.arrived,
      'lost, share': told.lost / told.arrived,
      'failed, share': told.failed / told.arrived,
    },
  };
  return figures;
}

/** Says how far the means lie apart; true where nothing lies too far. */
function agree(one: readonly Figures[], other: readonly Figures[]): boolean {
  let areAlike = true;
  for (const name of Object.keys(one[0]?.compared ?? {})) {
    const [ours, theirs] = [one, other].map((side) =>
      meanAndError(side.map(({ compared }) => compared[name] as number)),
    ) as [ReturnType<typeof meanAndError>, ReturnType<typeof meanAndError>];
    const error = Math.hypot(ours.standardError, theirs.standardError);
    const deviation = error === 0 ? 0 : (ours.mean - theirs.mean) / error;
    const isAlike = Math.abs(deviation) < deviationMax;
    areAlike &&= isAlike;
    console.log(
      `  ${name.padEnd(24)} C++ ${theirs.mean.toPrecision(5).padStart(9)}   ours ${ours.mean.toPrecision(5).padStart(9)}   ` +
        `t ${deviation.toFixed(2).padStart(5)}${isAlike ? '' : '   DIFFERENT'}`,
    );
  }
  return areAlike;
}

const folder = await mkdtemp(join(tmpdir(), 'yardstick-'));
try {
  const binary = join(folder, 'yardstick');
  // Their mean runs to the last repair, a long tail of nothing; the integral of the load can be compared.
  const text = await readFile(source, 'utf8');
  const areaSource = text.replace('total / now', 'total');
  await writeFile(join(folder, 'area.cpp'), areaSource);
  await run('g++', ['-O2', '-o', binary, join(folder, 'area.cpp')]);
  console.log(`yardstick: ${rounds} pairs each, ${machine()}, g++ -O2`);
  let areAlike = true;
  const lines: string[] = [];
  for (const isSticky of [true, false]) {
    console.log(isSticky ? 'sticky' : 'not sticky');
    const pairs: { ours: Figures; theirs: Figures }[] = [];
    for (let seed = 1; seed <= rounds; seed++) {
      const mine = await ours(seed, isSticky, folder);
      const cpp = await theirs(binary, mine.arrived, isSticky, seed);
      pairs.push({ ours: mine, theirs: cpp });
      console.log(
        `  ${mine.arrived} connections: C++ ${cpp.cpuSeconds.toFixed(2)} s, ours ${mine.cpuSeconds.toFixed(2)} s, ` +
          `ratio ${(cpp.cpuSeconds / mine.cpuSeconds).toFixed(3)}`,
      );
    }
    areAlike =
      agree(
        pairs.map(({ ours: mine }) => mine),
        pairs.map(({ theirs: cpp }) => cpp),
      ) && areAlike;
    const ratio = median(pairs.map((pair) => pair.theirs.cpuSeconds / pair.ours.cpuSeconds));
    lines.push(
      JSON.stringify({ bench: 'yardstick', sticky: isSticky, ratio: Number(ratio.toFixed(3)) }),
    );
  }
  for (const line of lines) console.log(line);
  if (rounds < roundsToCompare) console.error('too few rounds to say whether the models agree');
  else if (!areAlike) {
    console.error('the two models do not agree: the ratio compares different work');
    process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
