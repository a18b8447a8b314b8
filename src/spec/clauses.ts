/**
 * The clause book as data: what a conforming backend service does, how strongly the page says so, and what an
 * implementation must support before a clause applies to it. Refuses to know how a clause is judged.
 */
import { type Capabilities, checksInstances, type Need, supportOf } from './behaviour.ts';
import { configurationClauses } from './clauses-of-configuration.ts';
import { healthClauses } from './clauses-of-health.ts';
import { sessionClauses } from './clauses-of-sessions.ts';
import { trafficClauses } from './clauses-of-traffic.ts';

/** `stated`: the page says it. `derived`: it follows. `declared`: the page leaves it open, the implementation says which reading it follows. */
type Strength = 'stated' | 'derived' | 'declared';

export interface Clause {
  readonly id: string;
  readonly strength: Strength;
  readonly statement: string;
  /** Where on the page it stands, or what it follows from. */
  readonly section: string;
  /** All of these must be supported for the clause to apply. */
  readonly needs: readonly Need[];
  /** Without meaning where nobody is checked, be it over TCP or over HTTP. */
  readonly needsChecks?: true;
  /** Of declared readings: the trait that says which one holds. */
  readonly trait?: string;
  /** Wider clauses that a failure of this one also shows in: charged here, only mentioned there. */
  readonly broader?: readonly string[];
  /** Only a figure is told: nothing can break it, so no defect is its witness. */
  readonly isMeasured?: boolean;
  /** Nothing that a case says on the wider clauses stands while this one fails anywhere in a run, be they stated or derived. */
  readonly isPremise?: true;
}

/** What becomes of connections can be seen only where they go through the balancer. */
const onTraffic = (clause: Clause): Clause => ({ ...clause, needs: [...clause.needs, 'traffic'] });

/** In the order of the page. */
export const clauses: readonly Clause[] = [
  ...configurationClauses,
  ...trafficClauses.map(onTraffic),
  ...healthClauses,
  ...sessionClauses.map(onTraffic),
];

/** What an implementation lacks for a clause to apply to it; empty: nothing. */
export function missingNeeds(
  { needs, needsChecks }: Clause,
  capabilities: Capabilities,
): readonly Need[] {
  const missing = needs.filter((need) => !supportOf(capabilities, need).supported);
  const isUnchecked = needsChecks === true && !checksInstances(capabilities);
  return isUnchecked ? [...new Set([...missing, 'check.tcp' as const])] : missing;
}

const byId: ReadonlyMap<string, Clause> = new Map(clauses.map((clause) => [clause.id, clause]));

export function clauseOf(id: string): Clause | undefined {
  return byId.get(id);
}

/** False too where there is no such clause. */
export function appliesTo(id: string, capabilities: Capabilities): boolean {
  const clause = clauseOf(id);
  return clause !== undefined && missingNeeds(clause, capabilities).length === 0;
}
