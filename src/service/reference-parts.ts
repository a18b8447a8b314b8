/**
 * The parts of the reference service for one configuration: every reading that the page leaves open is the first of
 * its trait in the clause book. Knows no defect and no variant; they edit what this returns.
 */
import { compile } from '../../models/compile.ts';
import { healthEvents, healthMachine, healthReadings } from '../../models/health.machine.ts';
import {
  membershipEvents,
  membershipMachine,
  membershipReadings,
} from '../../models/membership.machine.ts';
import { sessionEvents, sessionMachine, sessionReadings } from '../../models/session.machine.ts';
import { TableStepper } from '../../models/table-stepper.ts';
import { schedulers } from '../scheduling/schedulers.ts';
import type { ServiceConfiguration } from '../spec/configuration.ts';
import type { ServiceParts } from './backend-service.ts';
import { classify } from './classify.ts';

export function referenceParts(configuration: ServiceConfiguration): ServiceParts {
  const { unhealthyThreshold, healthyThreshold } = configuration.check;
  const health = { unhealthyThreshold, healthyThreshold, ...healthReadings };
  return {
    configuration,
    health: compile(healthMachine, health, healthEvents),
    membership: compile(membershipMachine, membershipReadings, membershipEvents),
    session: compile(sessionMachine, sessionReadings, sessionEvents),
    engine: (compiled, slots) => new TableStepper(compiled, slots),
    scheduler: schedulers[configuration.scheduling],
    classify,
    sourceKey: (address) => address,
    intervalFrom: 'start',
    // An instance is checked as soon as it is registered: what it is taken for until then is a guess.
    firstCheckMs: () => 0,
    nextCheckMs: (dueMs) => dueMs,
    propagationMs: 0,
  };
}
