/**
 * Judges of consecutive results: at exactly the n-th an instance leaves or enters rotation, and an opposite result
 * starts the count again. Both directions are one piece of code; traffic between checks is what is looked at.
 */
import type { Reply } from '../history/vocabulary.ts';
import {
  type Assessment,
  type Breach,
  counted,
  judgeOf,
  type Subject,
  subjectOfLater,
} from './assessment.ts';
import { type Ledger, streaksOf } from './check-ledger.ts';
import { isNeverNormal } from './health-results.judges.ts';
import { type HealthStates, healthStatesOf } from './health-states.ts';
import type { Judge } from './judge.ts';
import { turnedAwayAfterChange } from './out-at-change.ts';
import type { CheckReading } from './reading.ts';
import { resultsBeyond } from './rotation.ts';
import { looksOf, showing, type Window, whyNoWindows, windowsOf } from './rotation-windows.ts';

/** From one side of rotation to the other by `limit` consecutive results. */
interface Direction {
  readonly limit: number;
  readonly result: 'failed' | 'passed';
  readonly from: 'in' | 'out';
  readonly to: 'in' | 'out';
  readonly threshold: 'unhealthyThreshold' | 'healthyThreshold';
}

const places = { in: 'in rotation', out: 'out of rotation' } as const;

/** Checks within which a late balancer must have acted for its lateness to be a matter of counting. */
const lateMax = 3;

function down(subject: Subject): Direction {
  const threshold = 'unhealthyThreshold';
  const limit = subject.configuration.check[threshold];
  return { limit, result: 'failed', from: 'in', to: 'out', threshold };
}
function up(subject: Subject): Direction {
  const threshold = 'healthyThreshold';
  const limit = subject.configuration.check[threshold];
  return { limit, result: 'passed', from: 'out', to: 'in', threshold };
}

/** One instance, its results and what traffic showed between them. */
interface Course {
  readonly name: string;
  readonly ledger: Ledger;
  readonly health: HealthStates;
  /** What is seen of an instance whose state should have stood still; `afterEntry`: that should just have entered. */
  readonly window: (known: number) => Window;
  readonly afterEntry: (known: number) => Window;
}

function coursesOf(subject: Subject): readonly Course[] {
  const health = healthStatesOf(subject.configuration.check);
  return [...subject.instances.values()]
    .filter(({ ledger }) => ledger.checks.length > 0)
    .map(({ name, ledger }) => {
      const window = windowsOf(subject, name);
      return {
        name,
        ledger,
        health,
        window: (known) => window(known, { afterChange: false }),
        afterEntry: (known) => window(known, { afterChange: true }),
      };
    });
}

export const unhealthyThreshold: Judge = judgeOf('health.unhealthy-threshold', (subject) => {
  const told = judgeThreshold(subject, down(subject));
  const gone = turnedAwayAfterChange(subject);
  if (typeof told !== 'string') return { ...told, breaches: [...told.breaches, ...gone] };
  return gone.length === 0 ? told : { breaches: gone, sometimes: {}, kept: told };
});

export const healthyThreshold: Judge = judgeOf('health.healthy-threshold', (subject) =>
  judgeThreshold(subject, up(subject)),
);

function judgeThreshold(subject: Subject, direction: Direction): Assessment | string {
  const why = whyNoWindows(subject);
  if (why !== null) return why;
  const { limit, result, from, to } = direction;
  const runs = coursesOf(subject).flatMap((course) => runsOf(course, direction));
  const judged = runs.map(({ course, start }) => judgeRun(subject, course, start, direction));
  const count = (key: 'isBefore' | 'isAfter') => judged.filter((one) => one[key]).length;
  const doubt = judged.find((one) => one.doubt !== null)?.doubt ?? null;
  return {
    breaches: judged.flatMap(({ breach }) => (breach === null ? [] : [breach])),
    sometimes: {
      [`still ${places[from]} one result before`]: count('isBefore'),
      [`${places[to]} at the last result`]: count('isAfter'),
    },
    kept: `${places[to]} at exactly the ${ordinal(limit)} ${result} check in a row, ${counted(count('isAfter'), 'time')}`,
    ...(doubt === null || count('isAfter') > 0 ? {} : { doubt }),
  };
}

/** Where a settled state, seen in traffic, is followed by `limit` results to the other side. */
function runsOf(course: Course, { limit, result, from }: Direction) {
  const { ledger, health } = course;
  const starts: { course: Course; start: number }[] = [];
  for (let start = 0; start + limit <= ledger.checks.length; start++) {
    const states = ledger.states[start] ?? health.all;
    const isStart = health.isSettled(states) && health.standing(states) === from;
    if (!isStart || ledger.checks[start]?.result !== result) continue;
    if (streakAt(ledger, start + limit, result) < limit) continue;
    if (isSeen(course, start, result, from)) starts.push({ course, start });
  }
  return starts;
}

function streakAt(ledger: Ledger, count: number, result: 'failed' | 'passed'): number {
  return streaksOf(ledger, result)[count] ?? 0;
}

/** Whether traffic showed the state since the last result of the other kind. */
function isSeen({ ledger, window }: Course, start: number, result: string, from: 'in' | 'out') {
  for (let known = start; known >= 0; known--) {
    if (window(known).shows === from) return true;
    if (known === 0 || ledger.checks[known - 1]?.result === result) return false;
  }
  return false;
}

/** Whether nothing was counted towards the other side since the instance came here, or since the history began. */
function isClean({ ledger, health }: Course, start: number, { result, to }: Direction): boolean {
  for (let known = start; known > 0; known--) {
    const last = ledger.checks[known - 1]?.result;
    if (last === 'unknown') return false;
    if (last === result) return health.standing(ledger.states[known] ?? health.all) === to;
  }
  return true;
}

/** The clauses on the ways in which these checks failed: whoever takes one kind for no failure counts too few of several. */
function kindsOf(checks: readonly CheckReading[]): readonly string[] {
  const kinds = checks
    .filter(({ result }) => result === 'failed')
    .map(({ reply }) => {
      if (reply === 'refused') return 'health.tcp';
      return typeof reply === 'number' ? 'health.http.codes' : 'health.timeout';
    });
  return [...new Set(kinds)];
}

function judgeRun(subject: Subject, course: Course, start: number, direction: Direction) {
  const { limit, result, from, to } = direction;
  const { name, ledger, window } = course;
  const say = (known: number, verb: string, lines: readonly number[]): Breach => ({
    why: `${name} ${verb} rotation after ${counted(known - start, `${result} check`)} in a row, the threshold is ${limit}`,
    expected: `${name} goes ${to} at exactly the ${ordinal(limit)} ${result} check in a row`,
    observed: `${places[to]} after ${known - start}`,
    lines: [...lines, ...checkLines(ledger, start, known)],
  });
  const base = { isBefore: false, isAfter: false, breach: null, doubt: null };
  for (let known = start + 1; known < start + limit; known++) {
    const shown = window(known);
    if (shown.shows !== to) continue;
    if (!isClean(course, start, direction)) return base;
    return { ...base, breach: say(known, to === 'out' ? 'left' : 'entered', shown.lines) };
  }
  const isBefore = window(start + limit - 1).shows === from;
  const after = (to === 'in' ? course.afterEntry : window)(start + limit);
  if (after.shows === to) return { ...base, isBefore, isAfter: true };
  if (after.shows === 'nothing') return { ...base, isBefore };
  // when silence is called a failure is the timeout's matter: that nothing shows right after it is no lateness in counting
  if (ledger.checks[start + limit - 1]?.reply === null) {
    return {
      ...base,
      isBefore,
      doubt: `${name} was still ${places[from]} right after a silent check`,
    };
  }
  for (let known = start + limit + 1; known <= start + limit + lateMax; known++) {
    if (streakAt(ledger, known, result) < known - start) break;
    if (window(known).shows !== to) continue;
    const lines = from === 'in' ? after.here : after.lines;
    const breach = say(known, to === 'out' ? 'left' : 'entered', lines);
    const restsOn = kindsOf(ledger.checks.slice(start, known));
    return { ...base, isBefore, breach: restsOn.length > 1 ? { ...breach, restsOn } : breach };
  }
  const stayed = `${name} was still ${places[from]} after the ${ordinal(limit)} ${result} check, and stayed so`;
  if (!isTurnedByLower(subject, course, start, direction))
    return { ...base, isBefore, doubt: stayed };
  const breach = {
    why: `${stayed} until the same answers turned it under a lower threshold`,
    expected: `${name} goes ${to} at exactly the ${ordinal(limit)} ${result} check in a row`,
    observed: `still ${places[from]}`,
    lines: [
      ...(from === 'in' ? after.here : after.lines),
      ...checkLines(ledger, start, start + limit),
    ],
  };
  return { ...base, isBefore, breach };
}

/** Results beyond the threshold after which it is not merely late that somebody has not turned: two minutes at least. */
const staysMin = 24;

/**
 * Whether it stayed for long, and went there under another configuration with nothing but lower thresholds, by the same
 * answers: then these are taken for what they are, and only the number was never reached.
 */
function isTurnedByLower(
  subject: Subject,
  { name, ledger, window }: Course,
  start: number,
  { limit, result, from, to, threshold }: Direction,
): boolean {
  const { configuration } = subject;
  const after = subjectOfLater(subject);
  const last = ledger.checks.length;
  if (after === null) return false;
  if (streakAt(ledger, last, result) !== last - start || last < start + limit + staysMin)
    return false;
  if (window(last).shows !== from) return false;
  const bare = ({ check, ...rest }: Subject['configuration']) =>
    JSON.stringify({ ...rest, check: { ...check, unhealthyThreshold: 0, healthyThreshold: 0 } });
  const lower = after.configuration.check[threshold];
  if (lower >= limit || bare(configuration) !== bare(after.configuration)) return false;
  const answers = new Set(ledger.checks.slice(start).map(({ reply }) => reply));
  const own = after.instances.get(name)?.ledger;
  if (own === undefined || answers.size > 1) return false;
  const streaks = streaksOf(own, result);
  const looks = looksOf(after, name).filter(
    ({ known, possible }) =>
      known === possible && known >= lower + resultsBeyond && streaks[known] === known,
  );
  return (
    own.checks.every(({ reply }) => answers.has(reply)) &&
    showing(after, looks, { afterChange: true }).shows === to
  );
}

function checkLines(ledger: Ledger, start: number, end: number): readonly number[] {
  return ledger.checks.slice(start, end).map(({ startedLine }) => startedLine);
}

export const consecutive: Judge = judgeOf('health.consecutive', (subject) => {
  const why = whyNoWindows(subject);
  if (why !== null) return why;
  const judged = coursesOf(subject).flatMap((course) =>
    [down(subject), up(subject)]
      .filter(({ limit }) => limit >= 3)
      .map((direction) => judgeInterrupted(subject, course, direction)),
  );
  const forgotten = judged.reduce((sum, { times }) => sum + times, 0);
  return {
    breaches: judged.flatMap(({ breach }) => (breach === null ? [] : [breach])),
    sometimes: { 'looks after as many interrupted results as the threshold': forgotten },
    kept: `${counted(forgotten, 'time')} as many results as the threshold, but never in a row, changed nothing`,
  };
});

/**
 * Runs short of the threshold, broken off by opposite results, until as many came as the threshold asks for in a row.
 * One of them counts only where one as long had changed nothing before: a threshold that is too low is not charged
 * here, and nor is it whoever takes one kind of failure for two, or for none.
 */
function judgeInterrupted(subject: Subject, course: Course, direction: Direction) {
  const { limit, result, from, to } = direction;
  const { ledger, health, window, name } = course;
  let times = 0;
  let breach: Breach | null = null;
  let start = -1;
  let total = 0;
  let longest = 0;
  let isSeenBefore = false;
  for (let known = 0; known <= ledger.checks.length; known++) {
    const states = ledger.states[known] ?? health.all;
    const run = streakAt(ledger, known, result);
    if (known > 0 && (run >= limit || ledger.checks[known - 1]?.result === 'unknown')) start = -1;
    if (start < 0) {
      const isStart = health.isSettled(states) && health.standing(states) === from;
      if (!isStart || !isClean(course, known, direction)) continue;
      start = known;
      total = 0;
      longest = 0;
      isSeenBefore = false;
    } else if (ledger.checks[known - 1]?.result === result) total++;
    const { shows, lines } = window(known);
    // gone before so many results came in all: whoever counts them together had not had enough, the threshold is to blame
    if (total > 0 && total < limit && shows === to) return { times, breach };
    if (run > longest) {
      if (shows === to) return { times, breach };
      if (shows === from) longest = run;
      else start = -1;
    }
    const isTelling = start >= 0 && total >= limit && isSeenBefore && shows !== 'nothing';
    const areFailuresKnown = isTelling && areKnown(subject, course, direction, { start, known });
    if (areFailuresKnown && shows === from) times++;
    if (areFailuresKnown && shows === to) {
      breach = {
        why: `${name} was ${places[to]} after ${total} ${result} checks, never more than ${longest} in a row; the threshold is ${limit}`,
        expected: `an opposite result starts the count again, so ${name} stays ${places[from]}`,
        observed: places[to],
        lines: [...lines, ...checkLines(ledger, start, known)],
        ...(areJoined(subject, course, direction, { start, known })
          ? { restsOn: ['health.isolation'] }
          : {}),
      };
      break;
    }
    if (shows === from) isSeenBefore = true;
  }
  return { times, breach };
}

/** Whether somebody else had a result at each instant at which an opposite one came: whoever hears one at a time missed these. */
function areJoined(
  { instances }: Subject,
  { name, ledger }: Course,
  { result }: Direction,
  { start, known }: { readonly start: number; readonly known: number },
): boolean {
  const opposite = ledger.checks.slice(start, known).filter((check) => check.result !== result);
  const others = [...instances.values()].filter((other) => other.name !== name);
  const instants = new Set(
    others.flatMap((other) => other.ledger.checks.map(({ concluded }) => concluded.toMs)),
  );
  return opposite.every(({ concluded }) => instants.has(concluded.toMs));
}

/** Whether the failures among these checks are all alike, or such as this balancer certainly takes for failures. */
function areKnown(
  { configuration }: Subject,
  course: Course,
  { from }: Direction,
  { start, known }: { readonly start: number; readonly known: number },
): boolean {
  const failed = course.ledger.checks
    .slice(start, known)
    .filter(({ result }) => result === 'failed');
  const kinds = [...new Set(failed.map(({ reply }) => reply))];
  const needed = configuration.check.unhealthyThreshold;
  const isKnown = (kind: Reply | null) =>
    isNeverNormal(kind) || hasTakenOut(course, kind, { start, needed });
  return from === 'in' ? kinds.length < 2 : kinds.every(isKnown);
}

/** Whether it was seen in rotation, and out of it after enough failures of this kind alone. */
function hasTakenOut(
  { ledger, window }: Course,
  kind: Reply | null,
  { start, needed }: { readonly start: number; readonly needed: number },
): boolean {
  const { checks } = ledger;
  let alike = 0;
  for (let known = 1; known <= start; known++) {
    const check = checks[known - 1];
    alike = check?.result === 'failed' && check.reply === kind ? alike + 1 : 0;
    if (alike < needed || window(known).shows !== 'out') continue;
    for (let before = known - alike; before < known; before++) {
      if (window(before).shows === 'in') return true;
    }
  }
  return false;
}

function ordinal(count: number): string {
  return ['0th', '1st', '2nd', '3rd'][count] ?? `${count}th`;
}
