/** The clause book as a document: what each clause says, where it stands, and what decides it. */
export const clauseListingVersion = 1;

export interface ClauseListing {
  readonly result: typeof clauseListingVersion;
  readonly kind: 'clauses';
  readonly suite: string;
  readonly clauses: readonly ListedClause[];
}

export interface ListedClause {
  readonly id: string;
  readonly strength: 'stated' | 'derived' | 'declared';
  readonly statement: string;
  readonly section: string;
  /** Which of its readings holds is declared by this trait. */
  readonly trait: string | null;
  /** Wider clauses that a failure of this one also shows in. */
  readonly broader: readonly string[];
  /** Only a figure is told: no defect can break it. */
  readonly isMeasured: boolean;
  readonly judge: 'history' | 'configuration' | null;
  readonly timelines: readonly string[];
  readonly defects: readonly string[];
}
