/** `counterpoise clauses`: the clause book, and what decides each clause. Returns text; printing is the face's. */
import { traceClauses } from '../conformance/traceability.ts';
import { renderClausesMarkdown, renderClausesText } from '../reporting/clauses-text.ts';
import type { TerminalLook } from '../reporting/terminal-layout.ts';
import { type ClauseListing, clauseListingVersion } from '../results/clause-listing.ts';
import { selectClauses } from './conform.ts';
import { suiteVersion } from './version.ts';

export interface ClausesCommand {
  /** Clause ids or prefixes; empty: all. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly markdown: boolean;
}

export function listClauses(words: readonly string[]): ClauseListing {
  const selected = selectClauses(words);
  return {
    result: clauseListingVersion,
    kind: 'clauses',
    suite: suiteVersion,
    clauses: traceClauses()
      .filter(({ clause }) => selected.includes(clause.id))
      .map(({ clause, judge, timelines, defects }) => ({
        id: clause.id,
        strength: clause.strength,
        statement: clause.statement,
        section: clause.section,
        trait: clause.trait ?? null,
        broader: clause.broader ?? [],
        isMeasured: clause.isMeasured ?? false,
        judge,
        timelines,
        defects,
      })),
  };
}

export function runClauses({ words, json, markdown }: ClausesCommand, look: TerminalLook): string {
  const listing = listClauses(words);
  if (json) return JSON.stringify(listing, null, 2);
  return markdown ? renderClausesMarkdown(listing) : renderClausesText(listing, look);
}
