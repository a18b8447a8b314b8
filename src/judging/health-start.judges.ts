/**
 * Judge of how an instance begins: what it is taken for before its first result, and whether that result decides
 * alone. Looks at the first two windows of traffic only, which no threshold of three or more reaches.
 */
import { type Breach, counted, judgeOf, type Subject, undeclared } from './assessment.ts';
import type { Judge } from './judge.ts';
import {
  type CheckReading,
  type InstanceReading,
  type MembershipChange,
  propagationOf,
  wordTrait,
} from './reading.ts';
import { type Look, looksOf, showing, whyNoWindows } from './rotation-windows.ts';

/** A threshold from here on cannot be reached by one result, nor by a count that is one off. */
const thresholdMin = 3;

interface Beginning {
  readonly instance: string;
  /** Results known: none, or the first. */
  readonly results: 0 | 1;
  readonly first: 'passed' | 'failed' | null;
  readonly shows: 'in' | 'out';
  readonly lines: readonly number[];
}

export const initialHealth: Judge = judgeOf('health.initial', (subject) => {
  const why = whyNoWindows(subject);
  if (why !== null) return why;
  const { unhealthyThreshold, healthyThreshold } = subject.configuration.check;
  if (Math.min(unhealthyThreshold, healthyThreshold) < thresholdMin)
    return 'a threshold so low that one result may reach it';
  const initial = wordTrait(subject, 'health.initial');
  const first = wordTrait(subject, 'health.first');
  const seen = [...subject.instances.values()].flatMap((one) => beginningsOf(subject, one));
  if (initial === null) {
    const [one] = seen;
    return one === undefined
      ? 'no instance was seen before its first result'
      : undeclared(said(one));
  }
  const judged = seen.filter(({ results }) => results === 0 || first !== null);
  const miscountings =
    first === 'counts'
      ? [...subject.instances.values()].flatMap((one) => miscounted(subject, one, initial))
      : [];
  const otherwise = judged
    .filter((one) => one.shows !== expectedOf(one, initial, first))
    .map((one): Breach => {
      const declared = one.results === 0 ? initial : `${initial}, the first result ${first}`;
      const expected = one.shows === 'in' ? 'out of rotation' : 'in rotation';
      const { lines } = one;
      return {
        why: said(one),
        expected: `${expected}, declared: ${declared}`,
        observed: said(one),
        lines,
      };
    });
  return {
    breaches: [...otherwise, ...miscountings],
    sometimes: {
      'instances seen before their first result': judged.filter(({ results }) => results === 0)
        .length,
      ...(first === null
        ? {}
        : {
            'instances seen after their first result': judged.filter(({ results }) => results === 1)
              .length,
          }),
    },
    kept: `${counted(judged.length, 'beginning')} as declared, e.g. ${judged[0] === undefined ? '' : said(judged[0])}`,
  };
});

function said({ instance, results, first, shows }: Beginning): string {
  const when = results === 0 ? 'before its first result' : `after a first ${first} check`;
  return `${instance} was ${shows === 'in' ? 'in' : 'out of'} rotation ${when}`;
}

function expectedOf(
  { results, first }: Beginning,
  initial: string,
  counting: string | null,
): 'in' | 'out' {
  if (results === 1 && counting === 'decides') return first === 'passed' ? 'in' : 'out';
  return initial === 'up' ? 'in' : 'out';
}

/**
 * Results alike from the first one on, to the other side of where it begins: the last one that the threshold asks for
 * decides nothing, and the next one does, as if the first had not come; or the one before decides, as if another had come
 * that was somebody else's, who bore the name before. Real time may hide which result was the first.
 */
function miscounted(
  subject: Subject,
  { name, ledger }: InstanceReading,
  initial: string,
): readonly Breach[] {
  const sinceLine = sinceLineOf(subject, name);
  if (sinceLine === null || subject.time !== 'stepped') return [];
  const { unhealthyThreshold, healthyThreshold } = subject.configuration.check;
  const [result, limit] =
    initial === 'up'
      ? (['failed', unhealthyThreshold] as const)
      : (['passed', healthyThreshold] as const);
  const own = ledger.checks.filter(
    ({ check, startedLine }) => check >= 0 && startedLine > sinceLine,
  );
  const alike = own.findIndex((check) => check.result !== result);
  const first = own.slice(0, Math.min(alike < 0 ? own.length : alike, limit + 1));
  if (first.length < limit) return [];
  const before = ledger.checks.indexOf(own[0] as CheckReading);
  const looks = looksOf(subject, name).filter(
    ({ connection }) => connection.openedLine > sinceLine,
  );
  const shownAfter = (results: number) =>
    showing(
      subject,
      looks.filter(
        ({ known, possible }) => known === before + results && possible === before + results,
      ),
      { afterChange: true },
    );
  const still = initial === 'up' ? 'in' : 'out';
  const early = shownAfter(limit - 1);
  if (early.shows !== still && early.shows !== 'nothing') {
    const turned = early.shows === 'in' ? 'in' : 'out of';
    return [
      {
        why: `${name} was ${turned} rotation after its first ${counted(limit - 1, `${result} check`)}, one too few`,
        expected: `declared: ${initial}, and ${limit} results`,
        observed: 'as if one more had come',
        lines: [
          ...(early.shows === 'in' ? early.here : early.lines),
          ...first.slice(0, limit - 1).map(({ startedLine }) => startedLine),
        ],
        // whoever always needs one less does so here, too
        restsOn: [
          'health.unhealthy-threshold',
          'health.healthy-threshold',
          'health.detection-time',
        ],
      },
    ];
  }
  if (first.length <= limit) return [];
  const [due, next] = [shownAfter(limit), shownAfter(limit + 1)];
  if (due.shows !== still || next.shows === still || next.shows === 'nothing') return [];
  const place = still === 'in' ? 'in' : 'out of';
  return [
    {
      why: `${name} was ${place} rotation after its first ${counted(limit, `${result} check`)}, and no longer after one more`,
      expected: `declared: ${initial}, and the first result counts`,
      observed: 'as if its first result had not come',
      lines: [
        ...(still === 'in' ? due.here : due.lines),
        ...first.map(({ startedLine }) => startedLine),
      ],
      // whoever always needs one more does so here, too
      restsOn: ['health.unhealthy-threshold', 'health.healthy-threshold', 'health.detection-time'],
    },
  ];
}

/** From which line on it is new under its name; null: that is not certain, or it is not. */
function sinceLineOf(subject: Subject, name: string): number | null {
  const changes = subject.changes.filter(({ instance }) => instance === name);
  const isListed = subject.header.instances.some((one) => one.name === name);
  return changes.length > (isListed ? 0 : 1) ? returnedLine(subject, changes) : -1;
}

/** Windows with none and with one result known, of an instance that is new under its name. */
function beginningsOf(subject: Subject, { name, ledger }: InstanceReading): readonly Beginning[] {
  const sinceLine = sinceLineOf(subject, name);
  if (sinceLine === null) return [];
  const real: number[] = [0];
  for (const { check, startedLine } of ledger.checks) {
    real.push((real.at(-1) ?? 0) + (check >= 0 && startedLine > sinceLine ? 1 : 0));
  }
  const looks = looksOf(subject, name).filter(
    ({ connection }) => connection.openedLine > sinceLine,
  );
  const having = (results: number): readonly Look[] =>
    looks.filter(({ known, possible }) => real[known] === results && real[possible] === results);
  const first =
    ledger.checks.find(({ check, startedLine }) => check >= 0 && startedLine > sinceLine)?.result ??
    null;
  const certain = first === 'unknown' ? null : first;
  return ([0, 1] as const).flatMap((results): Beginning[] => {
    if (results === 1 && certain === null) return [];
    const { shows, here, lines } = showing(subject, having(results), { afterChange: true });
    if (shows === 'nothing') return [];
    return [
      { instance: name, results, first: certain, shows, lines: shows === 'in' ? here : lines },
    ];
  });
}

/** From which line on one that had left is new again, its drain certainly over; null: whoever comes back is another clause's. */
function returnedLine(subject: Subject, changes: readonly MembershipChange[]): number | null {
  const removal = changes.at(-2);
  const back = changes.at(-1);
  // checks may come before the answer in real time, and are then counted for nobody
  if (removal?.kind !== 'removed' || back?.kind !== 'registered') return null;
  const overMs = removal.toMs + propagationOf(subject) + subject.effective.drainMs;
  if (subject.time !== 'stepped' || back.fromMs <= overMs) return null;
  return back.line;
}
