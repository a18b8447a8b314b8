/** Options that every verb has, and those that several have in the same words. */
import { Option } from 'commander';
import { filled } from '../option-values.ts';

export interface GlobalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

export const profileOption = () =>
  new Option('--profile <profile>', 'whose numbers: the page, or the vendor API 0.6.6').choices([
    'console',
    'openapi',
  ]);
export const seedOption = () =>
  new Option('--seed <seed>', 'same seed and version, same cases').argParser(filled).default('1');
export const outOption = () =>
  new Option('--out <folder>', 'where reports go').argParser(filled).default('reports/out');
