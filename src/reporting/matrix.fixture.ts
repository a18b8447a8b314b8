/** A matrix of three invented runs, one of them hostile, as `counterpoise matrix` would make it. */
import { type Matrix, matrixOf } from '../results/matrix.ts';
import { hostileConformance, sampleConformance } from './conformance.fixture.ts';

export function sampleMatrix(): Matrix {
  const reference = sampleConformance();
  const runs = [
    { file: 'haproxy/result.json', result: sampleConformance() },
    {
      file: 'reference/result.json',
      result: {
        ...reference,
        implementation: { connectable: 'reference', name: 'reference', version: '1' },
        traits: {},
        clauses: reference.clauses.map((clause) => ({ ...clause, verdict: 'pass' as const })),
      },
    },
    { file: 'hostile/result.json', result: hostileConformance() },
  ];
  return matrixOf(runs, { text: '', accepts: () => true });
}
