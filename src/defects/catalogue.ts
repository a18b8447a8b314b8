/** All seeded defects, found by name. Knows no mechanism. */
import { changeDefects } from './change-defects.ts';
import { circumstanceDefects } from './circumstance-defects.ts';
import { coincidenceDefects } from './coincidence-defects.ts';
import {
  configurationDefects,
  overlookedDefects,
  strictnessDefects,
} from './configuration-defects.ts';
import type { Defect } from './defect.ts';
import { healthDefects } from './health-defects.ts';
import { pickingDefects } from './picking-defects.ts';
import { schedulingDefects } from './scheduling-defects.ts';
import { sessionDefects } from './session-defects.ts';

export const defects: readonly Defect[] = [
  ...schedulingDefects,
  ...pickingDefects,
  ...healthDefects,
  ...sessionDefects,
  ...changeDefects,
  ...circumstanceDefects,
  ...coincidenceDefects,
  ...configurationDefects,
  ...overlookedDefects,
  ...strictnessDefects,
];

export function defectNamed(name: string): Defect | undefined {
  return defects.find((defect) => defect.name === name);
}
