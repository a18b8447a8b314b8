/** What walks the machines of a run: the compiled tables, or live actors that must give the same bytes. */
import { ActorStepper } from '../../models/actor-stepper.ts';
import { TableStepper } from '../../models/table-stepper.ts';
import type { ServiceParts } from '../service/backend-service.ts';

export type Engine = 'table' | 'xstate';

export const engines: Readonly<Record<Engine, ServiceParts['engine']>> = {
  table: (compiled, slots) => new TableStepper(compiled, slots),
  xstate: (compiled, slots) => new ActorStepper(compiled, slots),
};
