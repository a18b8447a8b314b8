/**
 * What becomes of results that were counted when thresholds changed: nobody says, but as many fresh ones as the new
 * threshold asks for are enough, and a few more leave no doubt. Told only of who had gone out and come back before.
 */
import { type Breach, type Subject, subjectOfLater } from './assessment.ts';
import { type Ledger, streaksOf } from './check-ledger.ts';
import { linesInWhole } from './reading.ts';
import { resultsBeyond } from './rotation.ts';
import { looksOf, showing, whyNoWindows, windowsOf } from './rotation-windows.ts';

interface Turn {
  readonly threshold: 'unhealthyThreshold' | 'healthyThreshold';
  readonly result: 'failed' | 'passed';
  readonly from: 'in' | 'out';
}

const turns: readonly Turn[] = [
  { threshold: 'unhealthyThreshold', result: 'failed', from: 'in' },
  { threshold: 'healthyThreshold', result: 'passed', from: 'out' },
];

/** By instance and direction: the breach, or null where it went where its results said. */
export function stuckAtChange(subject: Subject): readonly (Breach | null)[] {
  const { later } = subject;
  const after = subjectOfLater(subject);
  if (later === null || after === null) return [];
  if (whyNoWindows(subject) !== null || whyNoWindows(after) !== null) return [];
  return [...after.instances.values()].flatMap(({ name, ledger }) => {
    const before = subject.instances.get(name)?.ledger;
    if (before === undefined || !hasTurnedTwice(subject, name, before)) return [];
    return turns
      .filter((turn) => isBetween(subject, after, before, turn))
      .flatMap((turn) => judgeTurn(after, name, ledger, turn))
      .map((breach) => breach && { ...breach, lines: linesInWhole(later, breach.lines) });
  });
}

/** Seen out of rotation after failures, and in it again after passes. */
function hasTurnedTwice(
  subject: Subject,
  name: string,
  { failStreak, passStreak }: Ledger,
): boolean {
  const window = windowsOf(subject, name);
  const isSeen = (streaks: Int32Array, shows: 'in' | 'out', from: number) =>
    streaks.findIndex(
      (streak, known) =>
        known >= from && streak > 0 && window(known, { afterChange: true }).shows === shows,
    );
  const out = isSeen(failStreak, 'out', 0);
  return out >= 0 && isSeen(passStreak, 'in', out) >= 0;
}

/** Whether as many results in a row had come as the new threshold asks for, and fewer than the old one did. */
function isBetween(
  { configuration }: Subject,
  after: Subject,
  before: Ledger,
  { threshold, result }: Turn,
): boolean {
  const counted = streaksOf(before, result)[before.checks.length] ?? 0;
  return (
    after.configuration.check[threshold] <= counted && counted < configuration.check[threshold]
  );
}

function judgeTurn(
  after: Subject,
  name: string,
  ledger: Ledger,
  { threshold, result, from }: Turn,
): readonly (Breach | null)[] {
  const limit = after.configuration.check[threshold];
  const streaks = streaksOf(ledger, result);
  const looks = looksOf(after, name).filter(
    ({ known, possible }) =>
      known === possible && streaks[known] === known && known >= limit + resultsBeyond,
  );
  const { shows, here, lines } = showing(after, looks, { afterChange: true });
  if (shows === 'nothing') return [];
  if (shows !== from) return [null];
  const known = looks[0]?.known ?? 0;
  const place = from === 'in' ? 'in' : 'out of';
  return [
    {
      why: `after another configuration was accepted: ${name} was still ${place} rotation after ${known} more ${result} checks in a row, the threshold is ${limit}`,
      expected: `${limit} ${result} checks in a row are enough, whatever came before`,
      observed: `still ${place} rotation`,
      lines: [
        ...(from === 'in' ? here : lines),
        ...ledger.checks.slice(0, known).map(({ startedLine }) => startedLine),
      ],
    },
  ];
}
