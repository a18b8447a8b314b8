// Mutates the rooms that every verdict rests on and counts the mutants that their tests do not notice:
// `npm run mutation -- [ROOM…]`. Sums go to reports/mutation-testing/summary.json, every mutant to reports/out/mutation.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';

/** In `spec` and `judging` a string is a sentence for people, or a word that the type checker knows. */
const sentences = ['StringLiteral'];
/**
 * Most tests take a second; those of scheduling go round millions of times. `timeoutFactor` multiplies what a test takes while
 * it is counted what it reaches, which is 50 times as long there.
 */
const rooms = {
  models: { folder: 'models' },
  scheduling: {
    folder: 'src/scheduling',
    timeoutMS: 60_000,
    timeoutFactor: 0.2,
    linesPercent: 30,
  },
  spec: { folder: 'src/spec', excludedMutations: sentences, linesPercent: 35 },
  judging: { folder: 'src/judging', excludedMutations: sentences, linesPercent: 8 },
};
const summaryFile = 'reports/mutation-testing/summary.json';
const asked = process.argv.slice(2);
const unknown = asked.filter((room) => !(room in rooms));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; rooms: ${Object.keys(rooms).join(', ')}`);
  process.exit(64);
}

for (const room of asked.length > 0 ? asked : Object.keys(rooms)) {
  const { folder, timeoutMS = 15_000, timeoutFactor = 2 } = rooms[room];
  const { excludedMutations = [], linesPercent = 100 } = rooms[room];
  // read by vitest.mutation.config.ts
  process.env.COUNTERPOISE_ROOM = folder;
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const out = `reports/out/mutation/${room}`;
  const mutants = await new Stryker({
    mutate: mutatedIn(folder, linesPercent),
    mutator: { excludedMutations },
    timeoutMS,
    timeoutFactor,
    jsonReporter: { fileName: `${out}/mutation.json` },
    htmlReporter: { fileName: `${out}/mutation.html` },
    incrementalFile: `${out}/incremental.json`,
  }).runMutationTest();
  keep(room, {
    commit,
    linesPercent,
    excludedMutations,
    ...sumOf(mutants),
    files: byFile(mutants),
  });
}

/** Whole files, or a share of their lines, drawn by what they say: the same ones whatever else changes. */
function mutatedIn(folder, linesPercent) {
  const files = readdirSync(folder, { recursive: true })
    .map((name) => `${folder}/${name}`)
    // the books of clauses are sentences and lists
    .filter(
      (file) => /\.ts$/.test(file) && !/\.(test|fixture|properties)\.ts$|clauses-of-/.test(file),
    )
    .sort();
  if (linesPercent === 100) return files;
  return files.flatMap((file) => {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.flatMap((line, index) =>
      isDrawn(`${file} ${line.trim()}`, linesPercent) ? [`${file}:${index + 1}-${index + 1}`] : [],
    );
  });
}

function isDrawn(text, percent) {
  return createHash('sha256').update(text).digest().readUInt32BE() < 2 ** 32 * (percent / 100);
}

function keep(room, sums) {
  const before = existsSync(summaryFile) ? JSON.parse(readFileSync(summaryFile, 'utf8')) : {};
  const after = { ...before, [room]: sums };
  const sorted = Object.fromEntries(Object.keys(rooms).map((name) => [name, after[name]]));
  writeFileSync(summaryFile, `${JSON.stringify(sorted, null, 2)}\n`);
  console.log(`${room}: ${sums.scorePercent}% of ${sums.mutants} mutants noticed`);
}

/** The score counts what no test reaches as not noticed. */
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
  for (const mutant of mutants) {
    const file = relative('.', mutant.fileName);
    grouped.set(file, [...(grouped.get(file) ?? []), mutant]);
  }
  const sums = [...grouped]
    .map(([file, ofFile]) => {
      const { mutants: many, survived, unreached, scorePercent } = sumOf(ofFile);
      return [file, { mutants: many, survived, unreached, scorePercent }];
    })
    .filter(([, { mutants: many }]) => many > 0);
  return Object.fromEntries(sums.sort(([one], [other]) => (one < other ? -1 : 1)));
}
