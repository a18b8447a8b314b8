/**
 * What `counterpoise/adapter` is: the contract that an adapter written in TypeScript or JavaScript fulfils, and the
 * server that puts it behind the process protocol. Everything in here is public and stable within a protocol version.
 */
export type { CheckReplyScript, Outcome, Reply, TimeKind } from '../history/vocabulary.ts';
export type {
  Capabilities,
  Capability,
  Refusal,
  Supported,
  Trait,
  Traits,
} from '../spec/behaviour.ts';
export type { ConfigurationDocument, Profile } from '../spec/configuration.ts';
export type { Violation } from '../spec/violation.ts';
export type {
  Adapter,
  Answer,
  CallDeployment,
  Deployed,
  Deployment,
  DeployRequest,
  Description,
  InstanceAt,
  Probe,
  Reached,
  Scales,
  WireDeployment,
} from './contract.ts';
export { protocolVersion } from './contract.ts';
export { type Streams, serve } from './process/serve.ts';
