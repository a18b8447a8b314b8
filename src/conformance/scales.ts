/**
 * How many real milliseconds a configured second lasts, by kind of duration, derived from the shortest durations an
 * implementation says it keeps. Knows no clause.
 */
import type { Description, Scales } from '../adapters/contract.ts';
import type { TimeKind } from '../history/vocabulary.ts';
import { propagationOf } from '../judging/reading.ts';
import { checksInstances } from '../spec/behaviour.ts';
import { resolveService } from '../spec/resolve.ts';
import type { Timeline } from './timeline.ts';

/** Model time: a second is a second. */
const unscaled: Scales = { checks: 1000, persistence: 1000, draining: 1000 };
/** The shortest timeout the page allows (Health check setting): its scale serves all longer ones. */
const shortestTimeoutMs = 2000;
/** A drain shorter than this leaves a busy client no room for the three looks that a timeline takes at it. */
const drainRoomMs = 1000;
/** The console's fixed persistence at this length passes a gap of 0.9 in little more than a second. */
const persistenceRoomMs = 1440;

/** `timeline` null: the scales of a service with the page's usual durations, for reports. */
export function scalesFor(
  description: Description,
  time: TimeKind,
  timeline: Timeline | null,
): Scales {
  if (time !== 'scaled') return unscaled;
  const service =
    timeline === null
      ? { persistenceMs: 1_440_000, drainMs: 300_000 } // the page: Session persistence, Connection draining
      : resolveService(timeline.configuration, timeline.profile);
  const { floorsMs } = description;
  return {
    checks: scale(floorsMs.checkTimeout, shortestTimeoutMs),
    persistence: scale(Math.max(floorsMs.persistence, persistenceRoomMs), service.persistenceMs),
    draining: scale(Math.max(floorsMs.drain, drainRoomMs), service.drainMs),
  };
}

/** Never slower than real time. */
function scale(realMs: number, configuredMs: number): number {
  return configuredMs === 0 ? 1000 : Math.min(1000, (realMs / configuredMs) * 1000);
}

/** Cases wait for up to seven intervals of checks within a drain, six within persistence: with these, and some room. */
const timeoutsWithin = 20;

/** Durations that may be over before the cases are that wait within them: a sentence each. */
export function shortDurations(description: Description): readonly string[] {
  const { floorsMs, capabilities, time } = description;
  if (time[0] !== 'scaled' || !checksInstances(capabilities)) return [];
  const neededMs = timeoutsWithin * floorsMs.checkTimeout;
  const durations = [
    { capability: 'drain', floor: 'drain', lastsMs: Math.max(floorsMs.drain, drainRoomMs) },
    {
      capability: 'persistence',
      floor: 'persistence',
      lastsMs: Math.max(floorsMs.persistence, persistenceRoomMs),
    },
  ] as const;
  const tooShort = durations
    .filter(({ capability, lastsMs }) => capabilities[capability].supported && lastsMs < neededMs)
    .map(
      ({ floor, lastsMs }) =>
        `with floorsMs.${floor} at ${floorsMs[floor]} it lasts ${lastsMs} ms, short beside checks with floorsMs.checkTimeout at ${floorsMs.checkTimeout}: clauses may stay undecided that ${neededMs} would decide`,
    );
  return [...tooShort, ...slowChanges(description)];
}

/** Of the shortest timeout in the shortest interval, 2 s in 5 s. */
const timeoutsInInterval = 2.5;

/** Where the next check comes before what the last one changed is in effect and looked at, nobody can tell which of them did. */
function slowChanges({ floorsMs, traits }: Description): readonly string[] {
  const propagationMs = propagationOf({ traits });
  // an interval lasts longer than a timeout, and so leaves time to look
  if (floorsMs.checkTimeout >= propagationMs) return [];
  return [
    `with floorsMs.checkTimeout at ${floorsMs.checkTimeout} checks come every ${timeoutsInInterval * floorsMs.checkTimeout} ms, fast beside change.propagationMs at ${propagationMs}: clauses on health may stay undecided that ${propagationMs} would decide`,
  ];
}
