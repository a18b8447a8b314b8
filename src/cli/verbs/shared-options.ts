/** Options that every verb has, and those that several have in the same words. */
import { Option } from 'commander';

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
  new Option('--seed <seed>', 'same seed and version, same cases').default('1');
export const outOption = () =>
  new Option('--out <folder>', 'where reports go').default('reports/out');
