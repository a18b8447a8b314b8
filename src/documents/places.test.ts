import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPath, nearestName, parsePath } from './places.ts';

describe('a path', () => {
  it('reads as a person would write it', () => {
    expect(formatPath(['backendServices', 0, 'healthCheck', 'path'])).toBe(
      'backendServices[0].healthCheck.path',
    );
    expect(formatPath(['a b', 0, 'x.y'])).toBe('["a b"][0]["x.y"]');
    expect(formatPath([])).toBe('');
  });

  it('is the same after writing and reading', () => {
    const part = fc.oneof(fc.nat(200), fc.string(), fc.constantFrom('name', 'health-check', 'a.b'));
    fc.assert(
      fc.property(fc.array(part), (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
      { seed: 1 },
    );
  });
});

describe('the nearest name', () => {
  it('is the one that was likely meant, or none', () => {
    const names = ['timeoutSeconds', 'intervalSeconds', 'port', 'path'];
    expect(nearestName('timeoutSecond', names)).toBe('timeoutSeconds');
    expect(nearestName('Port', names)).toBe('port');
    expect(nearestName('colour', names)).toBeNull();
  });
});
