/** A scenario file's shape: every key and every single value, all mistakes at once. Relations between them come later (`planning.ts`). */
import type { Document } from '../documents/document.ts';
import { nearestName, type Path } from '../documents/places.ts';
import { Findings, inWords } from './finding.ts';
import { keysAt, type ScenarioDocument, scenarioShape } from './scenario-shape.ts';

/** Throws the operator's error with one line for each mistake. */
export function readScenario(document: Document): ScenarioDocument {
  const reading = scenarioShape.safeParse(document.value);
  if (reading.success) return reading.data;
  const findings = new Findings();
  for (const issue of reading.error.issues) {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) addUnknownKey(findings, document, path, key);
    } else {
      const observed = valueAt(document.value, path);
      findings.add(
        document,
        path,
        observed === undefined
          ? `is missing; it wants ${issue.message}`
          : `is ${inWords(observed)}; it wants ${issue.message}`,
      );
    }
  }
  throw findings.toError();
}

function addUnknownKey(findings: Findings, document: Document, path: Path, key: string): void {
  const known = keysAt(path);
  const nearest = nearestName(key, known);
  findings.add(
    document,
    [...path, key],
    nearest === null
      ? `is no key of a scenario; known here: ${known.join(', ')}`
      : `is no key of a scenario; did you mean ${nearest}?`,
  );
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const part of path) {
    if (at === null || typeof at !== 'object') return undefined;
    at = Object.hasOwn(at, part) ? (at as Record<string | number, unknown>)[part] : undefined;
  }
  return at;
}
