/**
 * What turns the reference into another implementation: edits of its rules, its reading of a document and its parts.
 * A defect declares the reference's readings and does otherwise; a variant is right and declares what it does.
 */
import type { BackendService, ServiceListener, ServiceParts } from '../service/backend-service.ts';
import type { ConfigurationDocument, Profile } from '../spec/configuration.ts';
import type { Rule } from '../spec/rules.ts';

/** Stands around an assembled service: what it is asked, and what it tells, passes through here. */
export type Around = (
  assembled: (listener: ServiceListener) => BackendService,
  listener: ServiceListener,
) => BackendService;

export interface AlteredParts extends ServiceParts {
  readonly around?: Around;
}

export interface Alteration {
  readonly name: string;
  /** What it does, one sentence. */
  readonly sentence: string;
  /** The declared readings that differ from the reference's. */
  readonly traits?: Readonly<Record<string, string | number>>;
  /** Which configurations are taken. */
  readonly rules?: (rules: readonly Rule[]) => readonly Rule[];
  /** What a valid document is taken to say, before defaults are filled in. */
  readonly reading?: (document: ConfigurationDocument) => ConfigurationDocument;
  /** What such a document does, where it is not what it is read back as. */
  readonly meaning?: (document: ConfigurationDocument) => ConfigurationDocument;
  readonly edit?: (parts: ServiceParts) => AlteredParts;
  /** The port at which an instance gets its traffic; `own` null: it states none. */
  readonly trafficPort?: (own: number | null, servicePort: number) => number;
  /** Whether the n-th exchange of data on a connection comes through, the first being 1. */
  readonly carries?: (exchange: number) => boolean;
}

export interface Defect extends Alteration {
  /** The clauses that it must fail: its signature. */
  readonly breaks: readonly string[];
  /** Where a real balancer did this: `owner/repository/issues/number`. */
  readonly thread?: string;
  /** The only profiles in which what it does is wrong; absent: all. */
  readonly profiles?: readonly Profile[];
}

export interface Variant extends Alteration {
  readonly traits: Readonly<Record<string, string | number>>;
}
