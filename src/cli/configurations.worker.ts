/** The thread of `conform` that configurations are put to, on a testbed of its own. Knows no file and no terminal. */
import { workerData } from 'node:worker_threads';
import { connect } from '../adapters/connect.ts';
import {
  type EndedConfiguration,
  type RunStretch,
  type Stretch,
  type StretchTerms,
  stretchesOn,
} from '../conformance/configurations/stretches.ts';
import { openTestbed } from '../testbed/open-testbed.ts';

export interface ThreadTerms {
  readonly connectable: string;
  readonly terms: StretchTerms;
}

let opened: Promise<RunStretch> | null = null;

export default async function run(stretch: Stretch): Promise<readonly EndedConfiguration[]> {
  opened ??= open(workerData as ThreadTerms);
  return (await opened)(stretch);
}

/** What runs in this process leaves nothing behind when the thread ends, and has no adapter that could fail. */
async function open({ connectable, terms }: ThreadTerms): Promise<RunStretch> {
  const testbed = await openTestbed(connect(connectable), connectable);
  return stretchesOn(testbed, terms);
}
