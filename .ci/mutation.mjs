// Mutates the rooms that every verdict rests on and counts the mutants that their tests do not notice:
// `npm run mutation -- [ROOM…]`. Sums go to reports/mutation-testing/summary.json, every mutant to reports/out/mutation.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

/** In `spec` and `judging` a string is a sentence for people, or a word that the type checker knows. */
const sentences = ['StringLiteral'];
/**
 * `perTest` runs the tests that reach a mutant. It cannot be where one test finds what another computed (compiled tables),
 * and costs more than it spares where a test reaches everything a million times.
 */
const rooms = {
  models: { folder: 'models', coverageAnalysis: 'off' },
  scheduling: { folder: 'src/scheduling', coverageAnalysis: 'off' },
  // the books of clauses are sentences and lists
  spec: { folder: 'src/spec', butNot: ['**/clauses-of-*.ts'], excludedMutations: sentences },
  judging: { folder: 'src/judging', excludedMutations: sentences, samplePercent: 50 },
};
const summaryFile = 'reports/mutation-testing/summary.json';
const asked = process.argv.slice(2);
const unknown = asked.filter((room) => !(room in rooms));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; rooms: ${Object.keys(rooms).join(', ')}`);
  process.exit(64);
}

for (const room of asked.length > 0 ? asked : Object.keys(rooms)) {
  const { folder, butNot = [], samplePercent = 100 } = rooms[room];
  const { excludedMutations = [], coverageAnalysis = 'perTest' } = rooms[room];
  // read by vitest.mutation.config.ts and mutation-sample.mjs
  process.env.COUNTERPOISE_ROOM = folder;
  process.env.COUNTERPOISE_SAMPLE_PERCENT = String(samplePercent);
  const out = `reports/out/mutation/${room}`;
  const mutants = await new Stryker({
    mutate: [
      `${folder}/**/*.ts`,
      ...['**/*.{test,fixture,properties}.ts', ...butNot].map((files) => `!${files}`),
    ],
    mutator: { excludedMutations },
    coverageAnalysis,
    jsonReporter: { fileName: `${out}/mutation.json` },
    htmlReporter: { fileName: `${out}/mutation.html` },
    incrementalFile: `${out}/incremental.json`,
  }).runMutationTest();
  keep(room, { samplePercent, excludedMutations, ...sumOf(mutants), files: byFile(mutants) });
}

function keep(room, sums) {
  const before = existsSync(summaryFile) ? JSON.parse(readFileSync(summaryFile, 'utf8')) : {};
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const after = { ...before, [room]: { commit, ...sums } };
  const sorted = Object.fromEntries(Object.keys(rooms).map((name) => [name, after[name]]));
  writeFileSync(summaryFile, `${JSON.stringify(sorted, null, 2)}\n`);
  console.log(`${room}: ${sums.scorePercent}% of ${sums.mutants} mutants noticed`);
}

/** The score counts what no test reaches as not noticed. Mutants that are not of the sample are no mutants here. */
function sumOf(mutants) {
  const count = (...states) => mutants.filter(({ status }) => states.includes(status)).length;
  const noticed = count('Killed', 'Timeout');
  const unnoticed = count('Survived', 'NoCoverage');
  return {
    mutants: noticed + unnoticed,
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survived: count('Survived'),
    unreached: count('NoCoverage'),
    scorePercent: Number(((100 * noticed) / (noticed + unnoticed)).toFixed(1)),
  };
}

function byFile(mutants) {
  const grouped = new Map();
  for (const mutant of mutants.filter(({ status }) => status !== 'Ignored')) {
    const file = relative('.', mutant.fileName);
    grouped.set(file, [...(grouped.get(file) ?? []), mutant]);
  }
  const sums = [...grouped].map(([file, ofFile]) => {
    const { mutants: many, survived, unreached, scorePercent } = sumOf(ofFile);
    return [file, { mutants: many, survived, unreached, scorePercent }];
  });
  return Object.fromEntries(sums.sort(([one], [other]) => (one < other ? -1 : 1)));
}
