/**
 * Judges of edits to a running service, other configurations included: they cut nobody who has nothing to do with
 * them, and they are in effect once the declared propagation is over. Knows no algorithm beyond who must stay or move.
 */
import type { When } from '../history/vocabulary.ts';
import type { ServiceConfiguration } from '../spec/configuration.ts';
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import { hasFailed, knownBefore } from './check-ledger.ts';
import { checkInterval, checkPath, checkPort } from './check-places.judges.ts';
import { stuckAtChange } from './counts-at-changes.ts';
import { isAtFailure } from './cuts-at-results.ts';
import { drainingDefault } from './drain-ends.judges.ts';
import { deadline, drainingZero, established } from './draining.judges.ts';
import {
  type AnyEdit,
  type Edit,
  editsAndRelistingsOf,
  editsOf,
  isReconfiguredAt,
} from './edits.ts';
import { arrivedWhole, forwardPort } from './forwarding.judges.ts';
import { httpCodes, responseTimeout, tcpChecks } from './health-results.judges.ts';
import { healthyThreshold, unhealthyThreshold } from './health-thresholds.judges.ts';
import type { Judge } from './judge.ts';
import { cycleOf, type Member } from './membership.ts';
import { earlyMs, isBefore } from './order.ts';
import {
  decided,
  isPlaced,
  linesInWhole,
  type MembershipChange,
  type Placed,
  propagationOf,
  wordTrait,
} from './reading.ts';
import { resultsBeyond } from './rotation.ts';
import { connectionsToSee } from './rotation-windows.ts';
import { groupedBySource } from './sessions.ts';
import { checkedAsBefore, putOff, waitingStill } from './waiting-checks.ts';
import { wlcRatio } from './weighted-least-connections.judges.ts';

export const keepsEstablished: Judge = judgeOf('change.keeps-established', (subject) => {
  const edits = editsAndRelistingsOf(subject);
  if (edits.length === 0) return 'nothing was edited';
  const breaches: Breach[] = [];
  let untouched = 0;
  // what comes at once when nothing was asked for is no narrower clause's matter
  let isForNothing = false;
  for (const connection of subject.whole.connections.filter(isPlaced)) {
    const { placed, closed, carried } = connection;
    const isFailing = hasFailed(subject.whole.instances.get(placed.instance)?.ledger);
    if (isFailing && !keepsUnhealthy(subject, placed.instance)) continue;
    // one that was answered may still be on its way
    const own = edits.find(
      (edit) =>
        isRemovalOf(edit, placed.instance) &&
        (edit.line > placed.line || edit.toMs + propagationOf(subject) >= placed.fromMs),
    );
    const first = edits.find(({ line }) => line > placed.line);
    if (first === undefined || first.line >= (own?.line ?? Number.POSITIVE_INFINITY)) continue;
    const isLeft = (when: When & { readonly line: number }) =>
      own === undefined || isBefore(when, own, subject.time);
    if (closed?.by === 'balancer' && closed.line > first.line && isLeft(closed)) {
      if (isAtFailure(subject.whole, closed)) continue;
      const edit = edits.findLast(({ line }) => line < closed.line) ?? first;
      if (isFailing && !isCutWhileOut(subject, placed.instance, closed, edit)) continue;
      const isAtOnce = closed.fromMs <= edit.toMs + propagationOf(subject);
      isForNothing ||= isAtOnce && 'kind' in edit && edit.kind === 'relisted';
      breaches.push({
        why: `connection ${connection.connection} on ${placed.instance} was ended after ${inWords(edit)}`,
        expected: 'established connections go on',
        observed: `the balancer ${closed.how} it`,
        lines: [closed.line],
      });
    } else if (carried.some((one) => one.line > first.line && arrivedWhole(one))) untouched++;
  }
  return {
    breaches: [...breaches, ...cutInDrains(subject)],
    standsAlone: isForNothing,
    sometimes: { 'connections that carried data after an edit': untouched },
    kept: `${counted(untouched, 'connection')} carried data after ${edits.map(inWords).join(', ')}`,
  };
});

/**
 * Of removed instances, once another configuration was accepted during their drains: that cuts none short, whatever it
 * says of drains. On a real machine the two may be apart.
 */
function cutInDrains(subject: Subject): readonly Breach[] {
  const { changes, connections, instances, reconfigurations } = subject.whole;
  const updates = reconfigurations.filter(({ outcome }) => outcome === 'accepted');
  if (subject.time !== 'stepped' || updates.length === 0) return [];
  return connections
    .filter(isPlaced)
    .flatMap(({ connection, placed, closed }): readonly Breach[] => {
      const { instance } = placed;
      if (closed?.by !== 'balancer') return [];
      // of one that was there again since nothing is said
      const removal = changes.find(
        (one) => isRemovalOf(one, instance) && placed.line < one.line && one.line < closed.line,
      );
      if (removal === undefined || hasFailed(instances.get(instance)?.ledger)) return [];
      const isBetween = ({ line }: { readonly line: number }) =>
        removal.line < line && line < closed.line;
      if (!updates.some(isBetween) || isOtherEdit(subject, removal, closed)) return [];
      const isOver =
        closed.toMs >= removal.fromMs + drainMsAt(subject, removal) - earlyMs(subject.time);
      if (isOver) return [];
      // who ends drains too early anyhow does so here, too
      const isAtOnce = isReconfiguredAt(subject, closed);
      return [
        {
          ...(isAtOnce ? {} : { restsOn: drainsTooShort }),
          why: `connection ${connection} on ${instance}, which drained, was ended after another configuration`,
          expected: 'a drain under way goes on',
          observed: `the balancer ${closed.how} it`,
          lines: [closed.line],
        },
      ];
    });
}

const drainsTooShort = [established.clause, drainingDefault.clause];

/** Ended at another edit than its removal and the change of a configuration: that may be why then. */
function isOtherEdit(
  subject: Subject,
  removal: MembershipChange,
  closed: NonNullable<Placed['closed']>,
): boolean {
  const isAfterwards = (one: MembershipChange) =>
    one.line > removal.line && one.line < closed.line && one.outcome !== 'rejected';
  const others = subject.whole.changes.filter(isAfterwards);
  return others.some(
    ({ instance, toMs }) =>
      instance === removal.instance || closed.fromMs <= toMs + propagationOf(subject),
  );
}

/** The duration of a drain: the least of all that were asked for until it had certainly begun, and so perhaps in force. */
function drainMsAt(subject: Subject, { line, toMs }: MembershipChange): number {
  const propagationMs = propagationOf(subject);
  const asked = subject.whole.reconfigurations
    .filter(({ outcome }) => outcome !== 'rejected')
    .filter((one) => one.line < line || (propagationMs > 0 && one.fromMs <= toMs + propagationMs));
  const durations = asked.map(({ configuration }) => configuration?.drainMs ?? 0);
  return Math.min(subject.effective.drainMs, ...durations);
}

/** Its connections outlive its failures: declared, and it takes traffic all the while. */
function keepsUnhealthy(subject: Subject, instance: string): boolean {
  const { refusingFromMs = 0 } = subject.whole.instances.get(instance) ?? {};
  const reading = wordTrait(subject, 'health.liveConnections');
  return reading === 'kept' && refusingFromMs === Number.POSITIVE_INFINITY;
}

/** Ended by the very change of a configuration, when its instance had long been out: neither of the two is a reason. */
function isCutWhileOut(
  subject: Subject,
  instance: string,
  { fromMs }: NonNullable<Placed['closed']>,
  edit: AnyEdit,
): boolean {
  const ledger = subject.whole.instances.get(instance)?.ledger;
  if ('kind' in edit || ledger === undefined) return false;
  const known = ledger.checks.filter(({ concluded }) => concluded.toMs < edit.fromMs).length;
  const needed = subject.configuration.check.unhealthyThreshold + resultsBeyond;
  const isAtOnce = fromMs <= edit.toMs + propagationOf(subject);
  return isAtOnce && (ledger.failStreak[known] ?? 0) >= needed;
}

function isRemovalOf(edit: AnyEdit, instance: string): boolean {
  return 'kind' in edit && edit.kind === 'removed' && edit.instance === instance;
}

function inWords(edit: AnyEdit): string {
  if (!('kind' in edit)) return 'another configuration';
  if (edit.kind === 'relisted') return 'the same instances were listed again';
  const { kind, instance, weight } = edit;
  return kind === 'reweighed' ? `${instance} got the weight ${weight}` : `${instance} was ${kind}`;
}

/** A declaration beyond this is worth telling (clause book). */
const propagationToTellMs = 120_000;

export const effective: Judge = judgeOf('change.effective', (subject) => {
  const afterwards = judgeLater(subject);
  const hasFailures = [...subject.whole.instances.values()].some(({ ledger }) => hasFailed(ledger));
  if (hasFailures && afterwards.looked === 0 && afterwards.breaches.length === 0)
    return 'an instance failed checks, so that somebody may rightly be missing';
  const spans = hasFailures ? [] : spansOf(subject);
  const judged = [...spans.map((span) => judgeSpan(subject, span)), afterwards];
  const looked = judged.reduce((sum, one) => sum + one.looked, 0);
  const propagationMs = propagationOf(subject);
  const told =
    propagationMs > propagationToTellMs
      ? `; finding: a propagation of ${propagationMs} ms is declared`
      : '';
  return {
    breaches: judged.flatMap(({ breaches }) => breaches),
    sometimes: { 'edits whose effect was looked for': looked },
    kept: `${counted(looked, 'edit')} in effect within ${propagationMs} ms of the answer${told}`,
    // whoever arrives at a wrong port is told nothing of by anything else
    apartFrom: afterwards.broken.includes(forwardPort.clause) ? [] : [forwardPort.clause],
    undermines: judged.flatMap((one) => one.undermines ?? []),
  };
});

/** Judges that need not know what was before a configuration to tell whether it is kept. */
const judgesOfLater: readonly Judge[] = [
  unhealthyThreshold,
  healthyThreshold,
  checkInterval,
  responseTimeout,
  tcpChecks,
  httpCodes,
  checkPath,
  checkPort,
  forwardPort,
  established,
  deadline,
  drainingZero,
  drainingDefault,
];

/** Least connections counts what was held before. */
const judgesOfHeld: readonly Judge[] = [wlcRatio];

interface LookedLater extends Looked {
  /** Clauses that what follows breaks. */
  readonly broken: readonly string[];
}

/** Whether what follows another configuration keeps that one. Whoever never kept such a clause is charged there. */
function judgeLater(subject: Subject): LookedLater {
  const { later, laterStill, laterWithHeld } = subject;
  const told = [stuckAtChange, waitingStill, putOff, checkedAsBefore]
    .map((telling) => telling(subject))
    .map((ones) => ({
      looked: ones.length,
      breaches: ones.flatMap((one) => one ?? []),
      broken: [],
    }));
  const judged = [
    ...[later, ...laterStill].map((one) => laterBy(judgesOfLater, one)),
    laterBy(judgesOfHeld, laterWithHeld),
    ...told,
  ];
  return {
    looked: Math.max(...judged.map(({ looked }) => looked)),
    breaches: judged.flatMap(({ breaches }) => breaches),
    broken: judged.flatMap(({ broken }) => broken),
  };
}

function laterBy(judges: readonly Judge[], later: Subject['later']): LookedLater {
  if (later === null) return { ...nothing, broken: [] };
  const verdicts = judges.map((judge) => ({
    clause: judge.clause,
    ...judge.judge(later.reading, { falseAlarmRateOf: () => 0 }),
  }));
  const failing = verdicts.filter(({ is }) => is === 'fail');
  return {
    looked: verdicts.some(({ is }) => is !== 'inconclusive') ? 1 : 0,
    breaches: failing.map(({ why, expected = '', observed = '', evidence, restsOn }) => ({
      ...(restsOn === undefined ? {} : { restsOn }),
      why: `after another configuration was accepted: ${why}`,
      expected,
      observed,
      lines: linesInWhole(later, evidence),
    })),
    broken: failing.map(({ clause }) => clause),
  };
}

/** From when an edit, with all others of its list, is in effect to the next list: what is in force, and who was decided. */
interface Span {
  readonly edit: Edit;
  readonly before: ServiceConfiguration;
  readonly configuration: ServiceConfiguration;
  readonly members: ReadonlyMap<string, Member>;
  readonly connections: readonly Placed[];
}

function spansOf(subject: Subject): readonly Span[] {
  const edits = editsOf(subject);
  const propagationMs = propagationOf(subject);
  const decisions = subject.whole.connections.flatMap((one) => decided(one) ?? []);
  const members = new Map<string, Member>(subject.header.instances.map((one) => [one.name, one]));
  let configuration = subject.configuration;
  const lists = listsOf(edits);
  return lists.flatMap((list, index): readonly Span[] => {
    const before = configuration;
    for (const edit of list) {
      if ('kind' in edit) applyTo(members, edit);
      else if (edit.configuration !== null) configuration = edit.configuration;
    }
    const last = list.at(-1);
    const next = lists[index + 1]?.[0];
    if (last === undefined) return [];
    const inEffect = propagationMs === 0 ? last : { toMs: last.toMs + propagationMs, line: null };
    const connections = decisions.filter(({ opened, openedLine, placed }) => {
      const asked = { fromMs: opened.fromMs, line: openedLine };
      return (
        isBefore(inEffect, asked, subject.time) &&
        (next === undefined || isBefore(placed, next, subject.time))
      );
    });
    const after = { before, configuration, members: new Map(members), connections };
    return list.filter((edit) => isLastOfIts(edit, list)).map((edit) => ({ ...after, edit }));
  });
}

/** Edits together that came one right after the other at one moment, as those of one list do. */
function listsOf(edits: readonly Edit[]): readonly (readonly Edit[])[] {
  const lists: Edit[][] = [];
  for (const edit of edits) {
    const list = lists.at(-1);
    const last = list?.at(-1);
    const isSame =
      last !== undefined &&
      'kind' in last &&
      'kind' in edit &&
      edit.line === last.line + 1 &&
      edit.fromMs === last.fromMs &&
      edit.toMs === last.toMs;
    if (isSame) list?.push(edit);
    else lists.push([edit]);
  }
  return lists;
}

/** Whoever is removed and registered again at once is there. */
function isLastOfIts(edit: Edit, list: readonly Edit[]): boolean {
  return (
    !('kind' in edit) ||
    edit === list.findLast((one) => 'kind' in one && one.instance === edit.instance)
  );
}

function applyTo(members: Map<string, Member>, { kind, instance, weight, port }: MembershipChange) {
  if (kind === 'removed') members.delete(instance);
  else members.set(instance, { name: instance, weight, port });
}

interface Looked {
  readonly looked: number;
  readonly breaches: readonly Breach[];
  /** Clauses of which the failure leaves nothing. */
  readonly undermines?: readonly string[];
}
const nothing: Looked = { looked: 0, breaches: [] };

function judgeSpan(subject: Subject, span: Span): Looked {
  if (span.connections.some(({ placed }) => placed.instance === '')) return nothing;
  const { edit } = span;
  if (!('kind' in edit)) return judgeReconfigured(subject, span);
  if (edit.kind === 'registered') return judgeRegistered(subject, span, edit.instance);
  return edit.kind === 'removed' ? judgeRemoved(subject, span, edit.instance) : nothing;
}

/** Whether a client keeps its instance under this configuration as long as nothing happens to that. */
function isSticky({ scheduling, persistenceMs }: ServiceConfiguration): boolean {
  return scheduling === 'source-ip' || persistenceMs > 0;
}

function isTurning({ scheduling, persistenceMs }: ServiceConfiguration): boolean {
  return scheduling === 'weighted-round-robin' && persistenceMs === 0;
}

/** Between clients that stay and clients that take turns there is no doubt; other edits show nowhere here. */
function judgeReconfigured(subject: Subject, span: Span): Looked {
  const { before, configuration, connections, members } = span;
  // whoever has no weight takes no turn
  if ([...members.values()].filter(({ weight }) => weight > 0).length < 2) return nothing;
  const needed = connectionsToSee(subject, cycleOf(members.values()), { afterChange: true });
  const clients = [...groupedBySource(connections).values()].filter((own) => own.length >= needed);
  const expected =
    configuration.scheduling + (configuration.persistenceMs > 0 ? ' with persistence' : '');
  const breach = (own: readonly Placed[], observed: string): Breach => ({
    why: `${own[0]?.source} ${observed} after the change to ${expected} was accepted`,
    expected: `${expected} in effect`,
    observed,
    lines: own.map(({ placed }) => placed.line),
  });
  const reached = (own: readonly Placed[]) =>
    new Set(own.map(({ placed }) => placed.instance)).size;
  if (isSticky(before) && isTurning(configuration)) {
    const stuck = clients.filter((own) => reached(own) === 1);
    return {
      looked: clients.length > 0 ? 1 : 0,
      breaches: stuck.map((own) => breach(own, `went to one instance ${own.length} times`)),
    };
  }
  if (isTurning(before) && isSticky(configuration)) {
    const moving = clients.filter((own) => reached(own) > 1);
    return {
      looked: clients.length > 0 ? 1 : 0,
      breaches: moving.map((own) => breach(own, `went to ${reached(own)} instances`)),
    };
  }
  return nothing;
}

/** A pass more than the threshold, for who does not start in rotation. */
const passesBeyond = 1;

function judgeRegistered(subject: Subject, span: Span, instance: string): Looked {
  const { configuration, connections, members } = span;
  const ledger = subject.whole.instances.get(instance)?.ledger;
  if (ledger === undefined || !isTurning(configuration)) return nothing;
  if (members.get(instance)?.weight === 0) return nothing;
  const isInAtOnce = wordTrait(subject, 'health.initial') === 'up';
  const isBack = subject.header.instances.some(({ name }) => name === instance);
  const needed = configuration.check.healthyThreshold + passesBeyond;
  const propagationMs = propagationOf(subject);
  const due = connections.filter(
    (one) =>
      (isInAtOnce && !isBack) ||
      (ledger.passStreak[knownBefore(ledger, one, propagationMs)] ?? 0) >= needed,
  );
  const isEnough =
    due.length >= connectionsToSee(subject, cycleOf(members.values()), { afterChange: true });
  if (!isEnough) return nothing;
  const isThere = due.some(({ placed }) => placed.instance === instance);
  // whom nobody asks anything either is not there at all, and has no interval
  const isChecked = ledger.checks.some(
    ({ check, started }) => check >= 0 && started.toMs >= span.edit.fromMs,
  );
  return {
    looked: 1,
    ...(isThere || isChecked ? {} : { undermines: [checkInterval.clause] }),
    breaches: isThere
      ? []
      : [
          {
            why: `${instance} got none of ${due.length} connections after it was registered`,
            expected: `${instance} takes its turn`,
            observed: 'no connection',
            lines: due.map(({ placed }) => placed.line),
          },
        ],
  };
}

function judgeRemoved(subject: Subject, span: Span, instance: string): Looked {
  const { configuration, connections, members } = span;
  if (!isTurning(configuration) || members.size === 0) return nothing;
  const astray = connections.filter(({ placed }) => placed.instance === instance);
  // whoever was removed had a part at least as large as one
  const needed = connectionsToSee(subject, cycleOf(members.values()) + 1, { afterChange: false });
  return {
    looked: connections.length >= needed ? 1 : 0,
    breaches: astray.map(({ connection, placed }) => ({
      why: `connection ${connection} went to ${instance} after its removal was accepted`,
      expected: 'an instance that was not removed',
      observed: instance,
      lines: [placed.line],
    })),
  };
}
