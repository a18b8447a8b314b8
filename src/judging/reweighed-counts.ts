/**
 * What changed weights do to the counts where several schedulers go round, each by whole cycles of its own: all of them
 * together stray from the shares by no more than what each has begun and not ended. Exact bounds, no statistics.
 */
import { type Breach, counted, type Subject } from './assessment.ts';
import { cycleOf, divisorOf, type Member } from './membership.ts';
import { schedulersOf } from './reading.ts';
import { countsInWords, countsOf, namesIn, type Stretch, weightsInWords } from './rotation.ts';

/** One after the other; null: they tell nothing. */
type Weights = readonly (readonly Member[])[] | null;

/** The least and the most that somebody may have been given. */
interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** What all schedulers together are granted. */
interface Grant {
  readonly schedulers: number;
  /** Cycles after a change in which one scheduler may do as it likes. */
  readonly washout: number;
  /** Cycles of the longest kind that one scheduler may go on by weights before. */
  readonly cyclesToFollow: number;
}

/** Stretches by other weights than those that the counts before kept, where the weights before would show. */
export function judgeCounts(
  subject: Subject,
  stretches: readonly Stretch[],
  granted: Omit<Grant, 'schedulers'>,
): { readonly stretches: number; readonly breaches: readonly Breach[] } {
  const grant = { ...granted, schedulers: schedulersOf(subject) };
  const breaches: Breach[] = [];
  let before: Stretch | null = null;
  let telling = 0;
  for (const stretch of stretches) {
    const weights: Weights = before === null ? null : weightsBetween(subject, before, stretch);
    if (weights !== null) {
      const follows = (name: string) => followed(weights, stretch, name, grant);
      if (isTelling(weights, stretch, grant)) telling++;
      if (!isWithin(stretch, follows)) breaches.push(breachOf(weights, stretch, follows));
    }
    // whoever did not keep these weights, be it the first ones, shows nothing by what follows
    if (!keeps(stretch, grant)) before = null;
    else if (seesWeights(stretch, grant)) before = stretch;
  }
  return { stretches: telling, breaches };
}

/**
 * The weights of those in rotation from the one stretch on, each that held for a while, but not those of the other one;
 * null: the weights are in the same ratio, or others came, went or rested meanwhile.
 */
function weightsBetween({ epochs }: Subject, before: Stretch, after: Stretch): Weights {
  const until = epochs.indexOf(after.epoch);
  const names = namesIn(after);
  const own = epochs
    .slice(epochs.indexOf(before.epoch), until)
    .map(({ members }) => names.flatMap((name) => members.get(name) ?? []));
  const areSame =
    before.inRotation.length === names.length &&
    own.every((some) => some.length === names.length && some.every(({ weight }) => weight > 0));
  const [first] = own;
  const isChanged =
    first !== undefined &&
    names.some((name) => shareOf(first, name) !== shareOf(after.inRotation, name));
  return areSame && isChanged ? own : null;
}

function weightOf(members: readonly Member[], name: string): number {
  return members.find((one) => one.name === name)?.weight ?? 0;
}

function shareOf(members: readonly Member[], name: string): number {
  return weightOf(members, name) / members.reduce((sum, { weight }) => sum + weight, 0);
}

/**
 * Of one scheduler: with a cycle of c connections, w of them its own, whoever has had all of them first is ahead of its
 * share by w(c − w)/c, and behind it by as much if they come last; once in the cycle that the stretch begins in and once
 * in the one that it ends in.
 */
function strayOf(members: readonly Member[], name: string): number {
  const own = weightOf(members, name) / divisorOf(members.map(({ weight }) => weight));
  return 2 * own * (1 - shareOf(members, name));
}

/** By these weights throughout. */
function kept(
  members: readonly Member[],
  { connections }: Stretch,
  name: string,
  { schedulers, washout }: Grant,
): Bounds {
  const due = connections.length * shareOf(members, name);
  const stray = schedulers * (strayOf(members, name) + washout * cycleOf(members));
  return { least: due - stray, most: due + stray };
}

/** By the weights of the stretch, but for the round that each scheduler may end by weights before. */
function followed(
  earlier: readonly (readonly Member[])[],
  stretch: Stretch,
  name: string,
  grant: Grant,
): Bounds {
  const all = [...earlier, stretch.inRotation];
  const { length } = stretch.connections;
  const round = grant.cyclesToFollow * Math.max(...all.map(cycleOf));
  const late = Math.min(length, grant.schedulers * round);
  const shares = all.map((members) => shareOf(members, name));
  const strays = earlier.map((members) => grant.schedulers * strayOf(members, name));
  const stray = strays.reduce((sum, one) => sum + one, 0);
  const rest = kept(
    stretch.inRotation,
    { ...stretch, connections: stretch.connections.slice(late) },
    name,
    grant,
  );
  return {
    least: rest.least + late * Math.min(...shares) - stray,
    most: rest.most + late * Math.max(...shares) + stray,
  };
}

/** Whether nobody who goes on by the weights before can be taken for somebody who follows. */
function isTelling(
  earlier: readonly (readonly Member[])[],
  stretch: Stretch,
  grant: Grant,
): boolean {
  return namesIn(stretch).some((name) => {
    const old = kept(earlier[0] ?? [], stretch, name, grant);
    const { least, most } = followed(earlier, stretch, name, grant);
    return old.least > most || old.most < least;
  });
}

function isWithin(stretch: Stretch, bounds: (name: string) => Bounds): boolean {
  const counts = countsOf(stretch.connections);
  return namesIn(stretch).every((name) => {
    const { least, most } = bounds(name);
    const count = counts.get(name) ?? 0;
    return least <= count && count <= most;
  });
}

function keeps(stretch: Stretch, grant: Grant): boolean {
  return isWithin(stretch, (name) => kept(stretch.inRotation, stretch, name, grant));
}

/** Equal parts are also what somebody gives who sees no weights. */
function seesWeights(stretch: Stretch, grant: Grant): boolean {
  const equal = stretch.inRotation.map((member) => ({ ...member, weight: 1 }));
  return !isWithin(stretch, (name) => kept(equal, stretch, name, grant));
}

function breachOf(
  earlier: readonly (readonly Member[])[],
  stretch: Stretch,
  bounds: (name: string) => Bounds,
): Breach {
  const { inRotation, connections } = stretch;
  const names = namesIn(stretch);
  const seen = `${countsInWords(names, countsOf(connections))} of ${counted(connections.length, 'connection')}`;
  const within = names.map((name) => {
    const { least, most } = bounds(name);
    return `${name} ${Math.max(0, Math.ceil(least))} to ${Math.floor(most)}`;
  });
  return {
    why: `after the weights were changed from ${weightsInWords(earlier[0] ?? [])} to ${weightsInWords(inRotation)}, several schedulers that follow cannot give ${seen}`,
    expected: within.join(', '),
    observed: seen,
    lines: connections.map(({ placed }) => placed.line),
  };
}
