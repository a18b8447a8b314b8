/** What a small implementation in stepped time can bear, for tests that draw timelines. */
import type { Bounds } from './families/family.ts';

export const smallBounds: Bounds = {
  profile: 'console',
  profiles: ['console'],
  isWired: false,
  instancesMax: 8,
  instancesLimit: 8,
  connectionsMax: 2000,
};
