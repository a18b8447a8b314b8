/**
 * A history that does not say which service it saw, made whole with one that somebody names. Times count in the clock
 * of the history, so a shortened one has to say its durations itself.
 */
import type { History, HistoryEvent } from '../history/vocabulary.ts';
import type { ConfigurationDocument } from '../spec/configuration.ts';
import { effectiveDurations, resolveService } from '../spec/resolve.ts';

const unscaled = { checks: 1000, persistence: 1000, draining: 1000 };

export interface GivenService {
  readonly history: History;
  /** Events put before the first one, so that lines can still be named. */
  readonly addedEvents: number;
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
