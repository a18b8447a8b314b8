/** Figures that the schemas of all result documents are made of. */
import { z } from 'zod';

export const count = z.int().nonnegative();
export const ms = z.number().nonnegative();
export const share = z.number().min(0).max(1);
