/**
 * `npm run record:histories [-- FILE.ndjson…]`: puts every seeded defect and every right implementation to one timeline of
 * each family, and keeps the fewest and shortest histories on which the judges say all that they said; those of real
 * balancers are given as files. The tests of `judging` hold the judges to what they say of these.
 */
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { connect } from '../adapters/connect.ts';
import { proofOptions } from '../conformance/proof/proof-options.ts';
import { defectSpecimens, rightSpecimens, type Specimen } from '../conformance/proof/specimens.ts';
import { trySpecimen } from '../conformance/proof/try-specimen.ts';
import { RememberedVerdicts } from '../conformance/remembered-verdicts.ts';
import { decodeHistory, encodeHistory } from '../history/codec.ts';
import type { History } from '../history/vocabulary.ts';
import { type JudgedClause, judgeHistory } from '../judging/judge-history.ts';
import type { Profile } from '../spec/configuration.ts';
import { profileNames } from '../spec/profiles.ts';
import { openTestbed } from '../testbed/open-testbed.ts';

const target = fileURLToPath(new URL('../judging/recorded/histories.ndjson.gz', import.meta.url));
/** How often that is kept which a judge says, where it was said as often: what decides, and why something else did not. */
const timesEach = { decided: 2, undecided: 1 };
/** What is longer costs more than it tells. */
const eventsMax = 900;
/** Beside its events, what a history costs: it is judged whole by each judge. */
const eventsAhead = 100;

interface Candidate {
  readonly history: History;
  /** All that is said of it by any judge, figures and names left out. */
  readonly sayings: readonly string[];
}

function candidate(history: History, judged: readonly JudgedClause[]): Candidate {
  return { history, sayings: judged.map(sayingOf) };
}

function sayingOf({ clause, verdict, attributedTo }: JudgedClause): string {
  const words = verdict.why
    .replaceAll(/\b[a-h]\b|\bi\d+\b/g, 'X')
    .replaceAll(/\d+(\.\d+)*/g, '0')
    .replaceAll(/(X( 0)?(, | and )?)+/g, 'X ');
  const isVacuous = Object.values(verdict.sometimes).map((times) => times === 0);
  return `${clause} ${verdict.is} ${attributedTo} ${words} ${isVacuous}`;
}

/** Greedily, whoever has most that is not said often enough yet, for its length. */
function selected(candidates: readonly Candidate[]): readonly History[] {
  const wanted = new Map<string, number>();
  for (const { sayings } of candidates) {
    for (const saying of sayings) {
      const { decided, undecided } = timesEach;
      const most = saying.includes(' inconclusive ') ? undecided : decided;
      wanted.set(saying, Math.min(most, (wanted.get(saying) ?? 0) + 1));
    }
  }
  const isWanted = (saying: string) => (wanted.get(saying) ?? 0) > 0;
  const worthOf = ({ sayings, history }: Candidate) =>
    sayings.filter(isWanted).length / (history.events.length + eventsAhead);
  const chosen: History[] = [];
  let left = [...candidates];
  while (left.length > 0) {
    const best = left.reduce((one, other) => (worthOf(other) > worthOf(one) ? other : one));
    chosen.push(best.history);
    for (const saying of best.sayings) wanted.set(saying, (wanted.get(saying) ?? 0) - 1);
    left = left.filter((one) => one !== best && one.sayings.some(isWanted));
  }
  return chosen;
}

const remembered = new RememberedVerdicts();

async function candidatesOf(specimen: Specimen, profile: Profile): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  const testbed = await openTestbed(connect(specimen.connectable), specimen.connectable);
  try {
    await trySpecimen(testbed, specimen.breaks, {
      // a seed a profile, by which histories are told apart
      ...proofOptions(specimen, profile, profile),
      rounds: { min: 1, max: 1 },
      boundaries: false,
      configurations: 0,
      remembered,
      heard: ({ histories: [history], judged }) => {
        const isShort = history !== undefined && history.events.length <= eventsMax;
        if (isShort) found.push(candidate(history, judged));
      },
    });
  } finally {
    await testbed.dispose();
  }
  return found;
}

async function ofSpecimens(): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  for (const profile of profileNames) {
    for (const specimen of [...rightSpecimens, ...defectSpecimens]) {
      if (!specimen.profiles.includes(profile)) continue;
      found.push(...(await candidatesOf(specimen, profile)));
    }
  }
  return found;
}

async function ofFiles(files: readonly string[]): Promise<readonly Candidate[]> {
  const histories = await Promise.all(
    files.map(async (file) => decodeHistory(await readFile(file, 'utf8'), file)),
  );
  // of those that were run again the first is enough
  const nameOf = ({ header }: History) => `${header.implementation.connectable} ${header.seed}`;
  const byName = new Map(histories.toReversed().map((history) => [nameOf(history), history]));
  return [...byName.values()]
    .filter(({ events }) => events.length <= eventsMax)
    .map((history) => candidate(history, judgeHistory(history)));
}

// a file that is not there is to be missed before the minutes that the rest takes
const real = selected(await ofFiles(process.argv.slice(2)));
const stepped = selected(await ofSpecimens());
const histories = [...stepped, ...real];
await writeFile(target, gzipSync(histories.map(encodeHistory).join(''), { level: 9 }));
const events = histories.reduce((sum, history) => sum + history.events.length, 0);
process.stdout.write(`${stepped.length} and ${real.length} real histories, ${events} events\n`);
