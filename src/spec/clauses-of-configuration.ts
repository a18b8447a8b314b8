/** The clauses on what a configuration may say. Statements in our own words; ids are public and stable. */
import type { Clause } from './clauses.ts';

const basic = 'Basic Information';
const check = 'Health check setting';
const group = 'Add server group';

const namesField = 'config.rejection-names-field';

export const configurationClauses: readonly Clause[] = [
  {
    id: 'config.name',
    strength: 'stated',
    section: `${basic}: Name`,
    statement: 'A backend service has a name of its own, in the form that the profile allows.',
  },
  {
    id: 'config.protocol',
    strength: 'stated',
    section: `${basic}: Backend protocol`,
    statement: 'The backend protocol is TCP and nothing else.',
  },
  {
    id: 'config.listener-protocol',
    strength: 'stated',
    section: `${basic}: Backend protocol`,
    statement:
      'A listener can be associated with a backend service that is there and speaks its protocol: with TCP only one that listens to TCP.',
  },
  {
    id: 'config.port.range',
    strength: 'stated',
    section: `${basic}: Port`,
    statement: 'The port is a whole number from 1 to 65535.',
  },
  {
    id: 'config.port.shared',
    strength: 'stated',
    section: `${basic}: Port`,
    statement: 'Several backend services may use one and the same port.',
  },
  {
    id: 'config.scheduling',
    strength: 'stated',
    section: `${basic}: Scheduling algorithm`,
    statement:
      'Connections are scheduled by weighted round robin, weighted least connections or source IP; there is no fourth way.',
  },
  {
    id: 'config.persistence.duration',
    strength: 'stated',
    section: `${basic}: Session persistence`,
    statement: 'Session persistence is off, or on for the duration that the profile gives.',
  },
  {
    id: 'config.draining.range',
    strength: 'stated',
    section: `${basic}: Connection draining`,
    statement: 'Connection draining lasts a whole number of seconds from 0 to 3600.',
  },
  {
    id: 'config.draining.default',
    strength: 'stated',
    section: `${basic}: Connection draining`,
    statement: 'Where no draining duration is given, it is 300 seconds.',
  },
  {
    id: 'config.health.method',
    strength: 'stated',
    section: `${check}: method`,
    statement: 'Instances are checked by HTTP or by TCP.',
  },
  {
    id: 'config.health.port',
    strength: 'stated',
    section: `${check}: check port`,
    statement:
      'The check port lies in the range of the profile; left out, each instance is checked on the port that receives its traffic.',
  },
  {
    id: 'config.health.timeout',
    strength: 'stated',
    section: `${check}: Response timeout`,
    statement: 'The response timeout is a whole number of seconds from 2 to 60.',
  },
  {
    id: 'config.health.interval',
    strength: 'stated',
    section: `${check}: Health check interval`,
    statement: 'The check interval is a whole number of seconds from 5 to 300.',
  },
  {
    id: 'config.health.unhealthy-threshold',
    strength: 'stated',
    section: `${check}: Unhealthy threshold`,
    statement: 'The unhealthy threshold is a whole number from 1 to 5.',
  },
  {
    id: 'config.health.healthy-threshold',
    strength: 'stated',
    section: `${check}: Healthy threshold`,
    statement: 'The healthy threshold is a whole number from 1 to 5.',
  },
  {
    id: 'config.health.normal-codes',
    strength: 'stated',
    section: `${check}: Normal state code`,
    statement:
      'The normal status codes are those that the profile knows: classes, and with the API also codes and ranges.',
  },
  {
    id: 'config.health.path.http-only',
    strength: 'stated',
    section: `${check}: Check path`,
    statement: 'Only an HTTP check has a path.',
  },
  {
    id: 'config.health.path.syntax',
    strength: 'stated',
    section: `${check}: Check path`,
    statement:
      'A check path begins with a slash and keeps to the levels and the length of the profile.',
  },
  {
    id: 'config.group.kind',
    strength: 'stated',
    section: group,
    statement:
      'A backend service gets its instances from a virtual server group, from an availability group, or from none for the time being; a group is there, and has the weights and ports of its kind.',
  },
  {
    id: 'config.group.same-network',
    strength: 'stated',
    section: `${group}: Note`,
    statement:
      'Every instance of an associated group is in the region and the VPC of the load balancer, in whichever zone.',
  },
  {
    id: 'config.accepts-valid',
    strength: 'derived',
    section: 'the whole page',
    statement:
      'A configuration that keeps every rule is accepted, and reads back as it was given with the defaults filled in.',
  },
  {
    id: namesField,
    strength: 'derived',
    section: 'the whole page',
    statement:
      'Whoever is turned away is told which field is wrong, also where no other clause speaks of it: one that nobody knows, say.',
  },
  {
    id: 'config.timeout-beyond-interval',
    strength: 'declared',
    section: `${check}: Response timeout, interval`,
    trait: 'config.timeoutBeyondInterval',
    statement: 'A timeout longer than the interval is accepted or rejected, as declared.',
  },
].map((clause) => {
  // what wrongly turns a valid configuration away shows in the wider clause too
  const isWider = clause.id === 'config.accepts-valid' || clause.id === namesField;
  const broader = isWider ? [] : ['config.accepts-valid'];
  const isOfGroups = clause.id.startsWith('config.group.');
  const needs = ['configuration', ...(isOfGroups ? ['configuration.groups'] : [])];
  return { ...clause, needs, broader } as Clause;
});
