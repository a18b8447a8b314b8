/**
 * From a history to its reading. Never throws: an odd history has defects instead, and a history that was cut off,
 * interrupted or is beyond all limits has one too.
 */
import type { History, HistoryEvent, InstanceListed, TimeKind } from '../history/vocabulary.ts';
import type {
  ConfigurationDocument,
  Profile,
  ServiceConfiguration,
} from '../spec/configuration.ts';
import { resolveService } from '../spec/resolve.ts';
import { afterChange, happenedUnder, type LaterHistory } from './after-change.ts';
import { ledgerOf } from './check-ledger.ts';
import { type CheckSeen, concludeChecks } from './check-results.ts';
import { EventIntake } from './event-intake.ts';
import { healthStatesOf } from './health-states.ts';
import { epochsOf } from './membership.ts';
import {
  areChecksTold,
  type BehaviourReading,
  type CheckReading,
  type InstanceReading,
  type MembershipChange,
  propagationOf,
  type Reading,
  type WholeReading,
} from './reading.ts';
import { resumes } from './returns.ts';
import { withInvisibleFailures } from './unseen-checks.ts';

/** What one history may hold; the largest that a timeline records is a hundredth of it. */
const eventsMax = 2_000_000;
/** Members are copied at every change. */
const changesMax = 10_000;

/** Twice what the page allows; a set of states has one bit for each count. */
const thresholdMax = 10;

/** `known`: instances that were heard of before the history began and may still be, as one that drains is. */
export function readHistory(history: History, known: ReadonlySet<string> = new Set()): Reading {
  const { header } = history;
  const listed = Array.isArray(header.instances) ? header.instances : [];
  const events = (Array.isArray(history.events) ? history.events : []).slice(0, eventsMax);
  const whole = new EventIntake(listed, events, known);
  for (const [line, event] of events.entries()) whole.take(event, line);
  const changed = whole.reconfigured.find(
    ({ event }) => event.outcome.is !== 'rejected' && !isInPassing(header, whole, event),
  );
  const intake =
    changed === undefined ? whole : untilChange({ listed, events, known }, header.time, changed);
  const isAccepted = changed?.event.outcome.is === 'accepted';
  const told = { header, events };
  const later = isAccepted ? afterChange(told, whole, changed.line) : null;
  const isCounting =
    isAccepted &&
    resolved(changed.event.configuration, header.profile)?.scheduling ===
      'weighted-least-connections';
  const laterWithHeld = isCounting
    ? afterChange(told, whole, changed.line, { isHeldKnown: true })
    : null;
  return {
    ...finish(history, intake, whole),
    known,
    later: readLater(later, whole),
    laterStill: isAccepted ? readLaterStill(told, whole, changed.line) : [],
    laterWithHeld: readLater(laterWithHeld, whole),
  };
}

function readLater(later: LaterHistory | null, whole: EventIntake): Reading['later'] {
  if (later === null) return null;
  return { reading: readHistory(later.history, whole.names), lines: later.lines };
}

/** Each is read for itself, so that of very many the first are enough. */
const laterMax = 8;

function readLaterStill(
  told: Pick<History, 'header' | 'events'>,
  whole: EventIntake,
  changeLine: number,
): Reading['laterStill'] {
  return whole.reconfigured
    .filter(({ line, event }) => line > changeLine && event.outcome.is === 'accepted')
    .slice(0, laterMax)
    .flatMap(({ line }) => readLater(afterChange(told, whole, line), whole) ?? []);
}

/**
 * Whether a configuration leaves everything as it was, so that the history goes on as if nobody had asked for another
 * one. Where nobody is removed, how long a drain would last is nothing.
 */
function isInPassing(
  { profile, configuration }: History['header'],
  whole: EventIntake,
  event: Extract<HistoryEvent, { event: 'service.configured' }>,
): boolean {
  if (event.outcome.is !== 'accepted') return false;
  const before = resolved(whole.configured?.event.configuration ?? configuration, profile);
  const after = resolved(event.configuration, profile);
  if (before === null || after === null) return false;
  const isDraining = whole.changes.some(({ kind }) => kind === 'removed');
  const bare = (one: ServiceConfiguration) =>
    JSON.stringify({ ...one, name: '', drainMs: isDraining ? one.drainMs : 0 });
  return bare(before) === bare(after);
}

interface Told {
  readonly listed: readonly InstanceListed[];
  readonly events: readonly HistoryEvent[];
  readonly known: ReadonlySet<string>;
}

/** One service, one configuration: what follows a change of it is evidence for other clauses. */
function untilChange(
  { listed, events, known }: Told,
  time: TimeKind,
  change: EventIntake['reconfigured'][number],
): EventIntake {
  const intake = new EventIntake(listed, events, known);
  const asked = { fromMs: change.event.fromMs, line: change.line };
  events.forEach((event, line) => {
    const isUnder = line <= change.line && happenedUnder(event, line, asked, time);
    if (isUnder || event.event === 'history.ended') intake.take(event, line);
  });
  return intake;
}

function finish(
  history: History,
  intake: EventIntake,
  whole: EventIntake,
): Omit<Reading, 'known' | 'later' | 'laterStill' | 'laterWithHeld'> {
  const { header } = history;
  const accepted = intake.configured?.event.outcome.is === 'accepted';
  const { profile } = history.header;
  const document = intake.configured?.event.configuration ?? history.header.configuration;
  const configuration = accepted ? resolved(document, profile) : null;
  const effective = (accepted ? intake.configured?.event.effective : null) ?? null;
  const traits = header.traits ?? {};
  const base = {
    header,
    time: header.time,
    configuration,
    effective,
    traits,
    connections: [...intake.connections.values()],
    changes: intake.changes,
    touches: [
      ...intake.relistings,
      ...intake.reconfigured
        .filter(({ event }) => event.outcome.is !== 'rejected')
        .map(({ event: { fromMs, toMs }, line }) => ({ fromMs, toMs, line })),
    ],
    endedWhy: intake.endedWhy,
    endMs: intake.endMs,
    defects: [...whole.defects, ...wholeDefects(whole, history.events?.length ?? 0)],
  };
  const deployed = {
    toMs: intake.configured?.event.toMs ?? 0,
    line: intake.configured?.line ?? -1,
  };
  const changes = intake.changes.slice(0, changesMax);
  const instances = instancesOf(intake, base);
  return {
    ...base,
    epochs: epochsOf(header.instances ?? [], deployed, changes, {
      time: header.time,
      propagationMs: propagationOf(base),
    }),
    instances,
    whole: wholeReading(whole, whole === intake ? instances : instancesOf(whole, base), profile),
  };
}

function wholeReading(
  whole: EventIntake,
  instances: WholeReading['instances'],
  profile: Profile,
): WholeReading {
  return {
    connections: [...whole.connections.values()],
    changes: whole.changes,
    instances,
    relistings: whole.relistings,
    reconfigurations: whole.reconfigured.map(({ event, line }) => ({
      fromMs: event.fromMs,
      toMs: event.toMs,
      line,
      outcome: event.outcome.is,
      configuration:
        event.outcome.is === 'accepted' ? resolved(event.configuration, profile) : null,
    })),
  };
}

function wholeDefects(intake: EventIntake, eventCount: number): readonly string[] {
  const found: string[] = [];
  if (eventCount > eventsMax) found.push(`more than ${eventsMax} events`);
  if (intake.changes.length > changesMax) found.push(`more than ${changesMax} changes`);
  if (intake.configured === null) found.push('the service was never configured');
  else if (
    intake.configured.event.outcome.is === 'accepted' &&
    intake.configured.event.effective === null
  )
    found.push('the effective durations are missing');
  if (intake.endedWhy === null) found.push('the history was cut off before its end');
  if (intake.endedWhy === 'error' || intake.endedWhy === 'interrupted')
    found.push(`the history ended early: ${intake.endedWhy}`);
  return found;
}

/** Null where the document cannot be resolved: somebody accepted what no rule allows. */
function resolved(document: unknown, profile: Profile): ServiceConfiguration | null {
  try {
    const service = resolveService(document as ConfigurationDocument, profile);
    const { unhealthyThreshold, healthyThreshold } = service.check;
    const isSane = [unhealthyThreshold, healthyThreshold].every(
      (one) => one >= 1 && one <= thresholdMax,
    );
    return isSane ? service : null;
  } catch {
    return null;
  }
}

type Base = Pick<
  Reading,
  'header' | 'configuration' | 'effective' | 'time' | 'endMs' | 'traits' | 'connections'
>;

function instancesOf(intake: EventIntake, base: Base): ReadonlyMap<string, InstanceReading> {
  const seen = groupedByInstance(intake.checks.values());
  const changed = groupedByInstance(intake.changes);
  const { configuration } = base;
  const health = configuration === null ? null : healthStatesOf(configuration.check);
  return new Map(
    [...intake.names].map((name) => {
      const behaviours = intake.behaviours.get(name) ?? [];
      const told = { seen: seen.get(name) ?? [], behaviours, changes: changed.get(name) ?? [] };
      const ledger = ledgerOf(checksOf(name, told, base), health, base.time);
      return [name, { name, behaviours, ledger, refusingFromMs: refusingFrom(behaviours) }];
    }),
  );
}

function groupedByInstance<T extends { readonly instance: string }>(
  all: Iterable<T>,
): ReadonlyMap<string, readonly T[]> {
  const grouped = new Map<string, T[]>();
  for (const one of all) {
    const own = grouped.get(one.instance) ?? [];
    grouped.set(one.instance, own);
    own.push(one);
  }
  return grouped;
}

/** What is told of one instance. */
interface ToldOf {
  readonly seen: readonly CheckSeen[];
  readonly behaviours: readonly BehaviourReading[];
  readonly changes: readonly MembershipChange[];
}

function checksOf(
  name: string,
  { seen, behaviours, changes }: ToldOf,
  base: Base,
): readonly CheckReading[] {
  const { configuration, effective, time, endMs } = base;
  const areAllTold = areChecksTold(base);
  const results =
    configuration === null || effective === null
      ? []
      : concludeChecks(seen, {
          time,
          areAllTold,
          timeoutMs: effective.timeoutMs,
          configuration,
          endMs,
        });
  // whether results from before a return still count is not said: who was failing may be in, who was not may be out where
  // that is how one begins
  const lastBefore = ({ line }: MembershipChange) =>
    results.findLast(({ startedLine }) => startedLine < line)?.result;
  const isResuming = (change: MembershipChange) =>
    base.traits['draining.return']?.reading === 'resumes' &&
    base.traits['health.initial']?.reading === 'up' &&
    lastBefore(change) === 'passed' &&
    resumes(change, changes, base);
  return withInvisibleFailures(results, name, { behaviours, changes, isResuming, areAllTold });
}

function refusingFrom(behaviours: readonly BehaviourReading[]): number {
  const refusing = behaviours.filter(({ traffic }) => traffic !== 'accepted');
  return Math.min(Number.POSITIVE_INFINITY, ...refusing.map(({ fromMs }) => fromMs));
}
