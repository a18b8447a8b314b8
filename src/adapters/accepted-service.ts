/**
 * What the page rejects, for balancers that have no idea of its rules: their adapters read a configuration by this.
 * Knows no balancer.
 */
import type { Outcome } from '../history/vocabulary.ts';
import type { Profile, ServiceConfiguration } from '../spec/configuration.ts';
import { readBackOf, resolveService } from '../spec/resolve.ts';
import { validateDocument } from '../spec/validate-document.ts';

export interface AcceptedService {
  readonly service: ServiceConfiguration;
  /** The document with its defaults filled in. */
  readonly readBack: unknown;
}

/** The service that a document asks for, or what the page has against it, told as the adapter's word. */
export function acceptedService(
  configuration: unknown,
  profile: Profile,
): AcceptedService | Extract<Outcome, { is: 'rejected' }> {
  const { document, violations } = validateDocument(configuration, { profile });
  if (document === null) {
    return { is: 'rejected', violations: violations.map((one) => ({ ...one, by: 'adapter' })) };
  }
  return { service: resolveService(document, profile), readBack: readBackOf(document, profile) };
}

/** A balancer's own word that it does not take what it was given. */
export function rejectedByBalancer(words: string): Extract<Outcome, { is: 'rejected' }> {
  const violation = {
    clause: null,
    path: '',
    expected: words,
    observed: undefined,
    by: 'balancer',
  } as const;
  return { is: 'rejected', violations: [violation] };
}
