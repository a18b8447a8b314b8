/** Judges of what a placed connection does: the port it reaches, its bytes, its end. Knows no algorithm. */
import { type Breach, counted, judgeOf, type Subject } from './assessment.ts';
import type { Judge } from './judge.ts';
import { epochOf } from './membership.ts';
import { type Carried, isPlaced, type Placed } from './reading.ts';

export const forwardPort: Judge = judgeOf('forward.port', (subject) => {
  const breaches: Breach[] = [];
  let judged = 0;
  for (const connection of subject.connections) {
    if (!isPlaced(connection)) continue;
    const { placed } = connection;
    const member = epochOf(subject.epochs, connection)?.members.get(placed.instance);
    if (member === undefined) continue;
    judged++;
    const due = member.port ?? subject.configuration.port;
    if (placed.port === due) continue;
    breaches.push({
      why: `connection ${connection.connection} reached port ${placed.port} of ${placed.instance}`,
      expected: `port ${due}, ${member.port === null ? "the service's" : "the instance's own"}`,
      observed: `port ${placed.port}`,
      lines: [placed.line],
    });
  }
  return {
    breaches,
    sometimes: { 'placed connections': judged },
    kept: `${counted(judged, 'connection')} reached the right port`,
  };
});

export const forwardData: Judge = judgeOf('forward.data', (subject) => {
  const placed = untroubled(subject);
  const breaches: Breach[] = [];
  let carried = 0;
  let closes = 0;
  for (const { connection, carried: transfers, closed } of placed) {
    for (const one of transfers) {
      carried++;
      if (arrivedWhole(one)) continue;
      const { bytesSent, bytesUp, bytesDown, line } = one;
      breaches.push({
        why: `of ${bytesSent} bytes of connection ${connection} ${bytesUp} arrived and ${bytesDown} came back`,
        expected: `${bytesSent} bytes each way, unchanged`,
        observed: `${bytesUp} up, ${bytesDown} down`,
        lines: [line],
      });
    }
    if (closed === null || closed.by === 'balancer') continue;
    closes++;
    if (closed.learned) continue;
    breaches.push({
      why: `the ${closed.by} ended connection ${connection} and the other end did not learn of it`,
      expected: 'both ends learn of a close',
      observed: 'one did not',
      lines: [closed.line],
    });
  }
  return {
    breaches,
    sometimes: { 'transfers of data': carried, 'closes by one end': closes },
    kept: `${counted(carried, 'transfer')} arrived whole, ${counted(closes, 'close')} reached the other end`,
  };
});

/** Lines of transfers that did not arrive whole although nothing but forwarding was at stake. */
export function lostInForwarding(subject: Subject): readonly number[] {
  return untroubled(subject)
    .flatMap(({ carried }) => carried.filter((one) => !arrivedWhole(one)))
    .map(({ line }) => line);
}

export function arrivedWhole({ bytesSent, bytesUp, bytesDown }: Carried): boolean {
  return bytesUp === bytesSent && bytesDown === bytesSent;
}

/** On instances neither removed nor failing at any time, nor cut by the balancer: nothing but forwarding is at stake. */
function untroubled(subject: Subject): readonly Placed[] {
  const troubled = new Set(
    subject.changes.filter(({ kind }) => kind === 'removed').map(({ instance }) => instance),
  );
  for (const { name, ledger } of subject.instances.values()) {
    if (ledger.checks.some(({ result }) => result === 'failed')) troubled.add(name);
  }
  return subject.connections
    .filter(isPlaced)
    .filter(({ placed, closed }) => !troubled.has(placed.instance) && closed?.by !== 'balancer');
}
