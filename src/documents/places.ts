/**
 * Paths into a document as arrays of keys and indexes, how a person reads them, and the nearest of some names.
 * Knows nothing of what a document means.
 */
import { distance } from 'fastest-levenshtein';

export type Path = readonly (string | number)[];

/** `['backendServices', 0, 'healthCheck']` → `backendServices[0].healthCheck`; keys that are no plain names are quoted. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

const pathPart = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\.?([^.[\]]+)/gy;

/** The inverse of `formatPath`; a text that is no path gives null. */
export function parsePath(text: string): Path | null {
  const path: (string | number)[] = [];
  pathPart.lastIndex = 0;
  while (pathPart.lastIndex < text.length) {
    const match = pathPart.exec(text);
    if (match === null) return null;
    const [, index, quoted, name] = match;
    if (index !== undefined) path.push(Number(index));
    else path.push(quoted === undefined ? (name ?? '') : (JSON.parse(`"${quoted}"`) as string));
  }
  return path;
}

/** Names further away than this share of their own length are no likely typing mistakes. */
const distanceShareMax = 0.4;

/** The candidate that `name` was most likely meant to be, or null where none is near. */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.slice(0, 100).toLowerCase();
  let nearest: string | null = null;
  let nearestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const longest = Math.max(wanted.length, candidate.length);
    const apart = distance(wanted, candidate.toLowerCase());
    if (apart < nearestDistance && apart <= Math.max(1, longest * distanceShareMax)) {
      nearest = candidate;
      nearestDistance = apart;
    }
  }
  return nearest;
}
