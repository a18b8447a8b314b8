/** A conformance result from outside, checked against its schema before anything believes it. */
import { formatPath } from '../documents/places.ts';
import type { ConformanceResult } from './conformance-result.ts';
import { conformanceResultSchema } from './schemas.ts';

export interface ResultMistake {
  readonly path: string;
  readonly why: string;
}

export function parseConformanceResult(
  value: unknown,
): { readonly result: ConformanceResult } | { readonly mistakes: readonly ResultMistake[] } {
  const parsed = conformanceResultSchema.safeParse(value);
  if (parsed.success) return { result: parsed.data as ConformanceResult };
  return {
    mistakes: parsed.error.issues.map(({ path, message }) => ({
      path: formatPath(path.map((part) => (typeof part === 'symbol' ? String(part) : part))),
      why: message,
    })),
  };
}
