/**
 * The reference service as an implementation to be judged: the call plane, stepped time, no process and no socket.
 * With a defect it declares what the reference declares; with a variant, what the variant does. Knows no clause.
 */
import type { Defect, Variant } from '../../defects/defect.ts';
import {
  type Adapter,
  type Deployed,
  type Deployment,
  type DeployRequest,
  type Description,
  protocolVersion,
} from '../contract.ts';
import { instancesMax, ReferenceDeployment } from './reference-deployment.ts';
import { faultsOf, settingsOf } from './settings.ts';
import { capabilities, declaredTraits } from './traits.ts';

const deploymentsMax = 1000;
const connectionsMax = 2 ** 20;

export interface ReferenceOptions {
  readonly defect?: Defect;
  readonly variant?: Variant;
}

export function createReferenceAdapter(options: ReferenceOptions = {}): Adapter {
  const live = new Map<string, Deployment>();
  return {
    describe: () => describe(options),
    deploy: (request) => deploy(request, options, live),
    dispose: () => {
      for (const deployment of live.values()) void deployment.dispose();
      live.clear();
    },
  };
}

function describe({ defect, variant }: ReferenceOptions): Description {
  const suffix =
    defect !== undefined
      ? ` with defect ${defect.name}`
      : variant
        ? `, variant ${variant.name}`
        : '';
  return {
    protocol: protocolVersion,
    name: `reference${suffix}`,
    version: '1',
    plane: 'call',
    time: ['stepped'],
    floorsMs: { checkTimeout: 0, persistence: 0, drain: 0 },
    capabilities,
    traits: declaredTraits((defect ?? variant)?.traits),
    profiles: ['console', 'openapi'],
    limits: { deploymentsMax, instancesMax, connectionsMax },
  };
}

function deploy(
  request: DeployRequest,
  options: ReferenceOptions,
  live: Map<string, Deployment>,
): Deployed {
  const unknown = (note: string): Deployed => ({ outcome: { is: 'unknown', note } });
  if (request.time !== 'stepped') {
    return { outcome: { is: 'unsupported', note: `no ${request.time} time, only stepped` } };
  }
  if (live.has(request.deployment)) return unknown(`${request.deployment} is deployed already`);
  if (live.size >= deploymentsMax)
    return unknown(`more than ${deploymentsMax} deployments at once`);
  const alteration = options.defect ?? options.variant ?? null;
  const { configuration, profile, realMsPerSecond, instances } = request;
  const settings = settingsOf(configuration, profile, realMsPerSecond, alteration);
  const violations = [
    ...('violations' in settings ? settings.violations : []),
    ...faultsOf(instances, profile, instancesMax),
  ];
  if (violations.length > 0 || 'violations' in settings) {
    return { outcome: { is: 'rejected', violations } };
  }
  // A deployment that ends makes room for another of its name.
  const ended = () => void live.delete(request.deployment);
  const deployment = new ReferenceDeployment(request, settings.parts, alteration, ended);
  live.set(request.deployment, deployment);
  return {
    outcome: { is: 'accepted' },
    readBack: settings.readBack,
    deployment,
  };
}
