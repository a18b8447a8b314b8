/**
 * `npm run bench:theory`: the cases of `theory.test.ts` with ten times as many connections (`--effort 10`), as a table of
 * what theory knows, what was observed, and how far apart they are in standard errors. Exits 1 where the rule of the
 * tests, retest included, finds a disagreement.
 */
import {
  criticalT,
  disagrees,
  type Judged,
  judged,
  replications,
  theoryCases,
} from '../src/simulation/theory-cases.fixture.ts';
import { machine, numberOption } from './measuring.ts';

const effort = numberOption('effort', 10);
console.log(`theory: ${machine()}, ${replications} replications a case, effort ${effort}`);

const significant = (value: number) => value.toPrecision(5).padStart(12);
function tell(name: string, rows: readonly Judged[]): void {
  for (const { name: quantity, exact, observed, standardError, t } of rows) {
    const relative = `${((100 * standardError) / exact).toFixed(2)} %`;
    console.log(
      `  ${name.padEnd(78)} ${quantity.padEnd(30)} ${significant(exact)} ${significant(observed)} ± ${relative.padStart(7)}  t ${t.toFixed(2).padStart(6)}`,
    );
  }
}

const told: Judged[] = [];
let retests = 0;
let disagreements = 0;
const before = process.cpuUsage();
for (const theoryCase of theoryCases) {
  const first = judged(theoryCase, 'first', effort);
  tell(theoryCase.name, first);
  told.push(...first);
  if (!first.some(disagrees)) continue;
  retests++;
  const again = judged(theoryCase, 'retest', effort);
  tell(`${theoryCase.name}, retest`, again);
  if (again.some(disagrees)) disagreements++;
}
const { user, system } = process.cpuUsage(before);
const largest = Math.max(...told.map(({ t }) => Math.abs(t)));
const meanSquare = told.reduce((sum, { t }) => sum + t * t, 0) / told.length;
// Student's t with 19 degrees of freedom has variance 19/17.
console.log(
  `${told.length} quantities: largest |t| ${largest.toFixed(2)} (critical ${criticalT}), mean t² ${meanSquare.toFixed(2)} (expected 1.12), ` +
    `${retests} retests, ${disagreements} disagreements, ${((user + system) / 1e6).toFixed(0)} s of CPU`,
);
console.log(
  JSON.stringify({
    bench: 'theory',
    quantities: told.length,
    largestT: Number(largest.toFixed(2)),
    meanSquareT: Number(meanSquare.toFixed(2)),
    retests,
    disagreements,
  }),
);
if (disagreements > 0) process.exitCode = 1;
