/**
 * A history that does not say which service it saw, made whole with one that somebody names. Times count in the clock
 * of the history, so a shortened one has to say its durations itself.
 */
import type { History, HistoryEvent } from '../history/vocabulary.ts';
import type { EffectiveDurations } from '../spec/behaviour.ts';
import type { ConfigurationDocument, ServiceConfiguration } from '../spec/configuration.ts';
import { effectiveDurations, resolveService } from '../spec/resolve.ts';

const unscaled = { checks: 1000, persistence: 1000, draining: 1000 };

export interface GivenService {
  readonly history: History;
  /** Events put before the first one, so that lines can still be named. */
  readonly addedEvents: number;
}

/** Where a service that somebody names is not the one that the history saw. */
export interface Disagreement {
  /** In the document, from its service on. */
  readonly path: string;
  /** Of the history; null: its header. */
  readonly event: number | null;
  readonly given: unknown;
  readonly recorded: unknown;
}

/** Setting by setting, and by durations; what a history does not say agrees with everything. */
export function disagreements(
  history: History,
  document: ConfigurationDocument,
): readonly Disagreement[] {
  const { header, events } = history;
  const given = resolveService(document, header.profile);
  const index = events.findIndex(({ event }) => event === 'service.configured');
  const configured = events[index];
  const settings = settingsOf(given);
  const against = (recorded: unknown, event: number | null) =>
    recorded === null || recorded === undefined
      ? []
      : differing(settings, recordedSettings(recorded, header.profile), event);
  const inHeader = against(header.configuration, null);
  if (configured?.event !== 'service.configured') return inHeader;
  const { configuration, effective } = configured;
  const durations = effective === null ? [] : lasting(history, given, effective, index);
  return [...inHeader, ...against(configuration, index), ...durations];
}

type Settings = readonly (readonly [path: string, value: unknown])[];

/** As a document has them: durations in seconds. */
function settingsOf(service: ServiceConfiguration): Settings {
  const { port, scheduling, persistenceMs, drainMs, check } = service;
  return [
    ['port', port],
    ['scheduling', scheduling],
    ['sessionPersistence.durationSeconds', persistenceMs / 1000],
    ['connectionDraining.durationSeconds', drainMs / 1000],
    ['healthCheck.intervalSeconds', check.intervalMs / 1000],
    ['healthCheck.timeoutSeconds', check.timeoutMs / 1000],
    ['healthCheck.method', check.method],
    ['healthCheck.port', check.port],
    ['healthCheck.path', check.method === 'http' ? check.path : null],
    ['healthCheck.normalStatusCodes', check.method === 'http' ? check.normalCodes : null],
    ['healthCheck.unhealthyThreshold', check.unhealthyThreshold],
    ['healthCheck.healthyThreshold', check.healthyThreshold],
  ];
}

/** Null: whatever it is, no service can be made of it. */
function recordedSettings(document: unknown, profile: History['header']['profile']) {
  try {
    return settingsOf(resolveService(document as ConfigurationDocument, profile));
  } catch {
    return null;
  }
}

function differing(
  given: Settings,
  recorded: Settings | null,
  event: number | null,
): readonly Disagreement[] {
  if (recorded === null) {
    return [{ path: '', event, given: 'a service', recorded: 'a document that makes none' }];
  }
  return given.flatMap(([path, value], index): readonly Disagreement[] => {
    const other = recorded[index]?.[1];
    const isSame = JSON.stringify(value) === JSON.stringify(other);
    return isSame ? [] : [{ path, event, given: value, recorded: other }];
  });
}

/** In shortened time only what lasts no time, and what is shortened alike, can be compared. */
function lasting(
  { header }: History,
  given: ServiceConfiguration,
  recorded: EffectiveDurations,
  event: number,
): readonly Disagreement[] {
  const durations = effectiveDurations(given, unscaled);
  const checks = header.time === 'scaled' ? recorded.intervalMs / durations.intervalMs : 1;
  const paths = {
    intervalMs: 'healthCheck.intervalSeconds',
    timeoutMs: 'healthCheck.timeoutSeconds',
    persistenceMs: 'sessionPersistence.durationSeconds',
    drainMs: 'connectionDraining.durationSeconds',
  };
  const isFree = (name: string) =>
    header.time === 'scaled' && (name === 'persistenceMs' || name === 'drainMs');
  return (Object.keys(paths) as (keyof typeof paths)[]).flatMap((name) => {
    const own = name === 'intervalMs' || name === 'timeoutMs' ? checks : 1;
    const wanted = durations[name] * own;
    const agrees = isFree(name)
      ? wanted > 0 === recorded[name] > 0
      : Math.abs(wanted - recorded[name]) <= 1e-6 * Math.max(1, wanted);
    return agrees
      ? []
      : [{ path: paths[name], event, given: `${wanted} ms`, recorded: `${recorded[name]} ms` }];
  });
}

/** `document`: valid in the profile of the history. The first configuration recorded is replaced; a missing one is added. */
export function withService(history: History, document: ConfigurationDocument): GivenService {
  const { header, events } = history;
  const durations = effectiveDurations(resolveService(document, header.profile), unscaled);
  const index = events.findIndex(({ event }) => event === 'service.configured');
  const recorded = events[index];
  const isRecorded = recorded?.event === 'service.configured';
  const atMs = Math.min(0, events[0]?.fromMs ?? 0);
  const configured: HistoryEvent = {
    event: 'service.configured',
    fromMs: isRecorded ? recorded.fromMs : atMs,
    toMs: isRecorded ? recorded.toMs : atMs,
    outcome: isRecorded ? recorded.outcome : { is: 'accepted' },
    configuration: document,
    readBack: isRecorded ? recorded.readBack : null,
    effective: (isRecorded ? recorded.effective : null) ?? durationsIn(history, durations),
  };
  const given = { ...header, configuration: document };
  return isRecorded
    ? { history: { header: given, events: events.with(index, configured) }, addedEvents: 0 }
    : {
        history: { header: given, events: [configured, ...events.map(countedOn)] },
        addedEvents: 1,
      };
}

/** The end counts what was put before the first event, too. */
function countedOn(event: HistoryEvent): HistoryEvent {
  return event.event === 'history.ended' ? { ...event, events: event.events + 1 } : event;
}

function durationsIn({ header }: History, durations: ReturnType<typeof effectiveDurations>) {
  return header.time === 'scaled' ? null : durations;
}
