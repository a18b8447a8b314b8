/**
 * Which server groups and listeners of a document can be associated with each backend service, and why not the
 * others: what the page's own lists would offer. Expects a valid document.
 */
import type { ConfigurationDocument, Profile, ServiceDocument } from './configuration.ts';
import { profiles } from './profiles.ts';
import { networkFaults } from './rules/groups.ts';
import { meaningOf, Places } from './rules/rule.ts';

export interface Association {
  readonly name: string;
  readonly isAssociated: boolean;
  /** Null: it can be associated. */
  readonly obstacle: string | null;
}
export interface ServiceAssociations {
  readonly service: string;
  readonly serverGroups: readonly Association[];
  readonly listeners: readonly Association[];
}

export function associations(
  document: ConfigurationDocument,
  profile: Profile,
): readonly ServiceAssociations[] {
  return document.backendServices.map((service) => ({
    service: service.name,
    serverGroups: groupsFor(service, document),
    listeners: listenersFor(service, document, profile),
  }));
}

function groupsFor(
  service: ServiceDocument,
  document: ConfigurationDocument,
): readonly Association[] {
  return new Places(document).at('serverGroups[]').map((site, index) => {
    const name = document.serverGroups?.[index]?.name ?? '';
    const elsewhere = networkFaults(site, { ...document.loadBalancer });
    const reasons = new Set(
      elsewhere.map(
        ({ key, expected, observed }) =>
          `instances in ${key} ${String(observed)}, the load balancer is in ${expected}`,
      ),
    );
    if (document.loadBalancer === undefined)
      reasons.add("the load balancer's network is not given");
    return {
      name,
      isAssociated: service.serverGroup === name,
      obstacle: reasons.size === 0 ? null : [...reasons].join('; '),
    };
  });
}

function listenersFor(
  service: ServiceDocument,
  document: ConfigurationDocument,
  profile: Profile,
): readonly Association[] {
  const { listenerProtocols, protocols } = profiles[profile];
  const spoken = meaningOf(protocols, service.protocol);
  return (document.listeners ?? []).map((listener) => ({
    name: listener.name,
    isAssociated: listener.backendService === service.name,
    obstacle:
      meaningOf(listenerProtocols, listener.protocol) === spoken
        ? null
        : `it listens to ${listener.protocol}, the service speaks ${spoken}`,
  }));
}
