#!/usr/bin/env node
/** The command line: argv to verbs, and what they throw to exit codes. The only place that ends the process. */
import { Command, CommanderError } from 'commander';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { addAdapter } from './verbs/adapter.ts';
import { addClauses } from './verbs/clauses.ts';
import { addConform } from './verbs/conform.ts';
import { addDemo } from './verbs/demo.ts';
import { addEmulate } from './verbs/emulate.ts';
import { addJudge } from './verbs/judge.ts';
import { addMatrix } from './verbs/matrix.ts';
import { addModels } from './verbs/models.ts';
import { addProve } from './verbs/prove.ts';
import { addReplay } from './verbs/replay.ts';
import { addSimulate } from './verbs/simulate.ts';
import { addValidate } from './verbs/validate.ts';
import { suiteVersion } from './version.ts';

const exitCodesHelp = `
Exit codes: 0 gate met, 1 failed, 2 undecided, 4 nothing executed, 64 usage, 65 bad input file,
69 implementation unavailable, 70 internal error, 130 interrupted (partial report).`;

function program(): Command {
  const root = new Command('counterpoise')
    .description(
      'Tells whether a load balancer keeps its promises, and what it will do under your traffic.',
    )
    .version(suiteVersion)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .option('--quiet', 'no progress, no notes', false)
    .option('--json', 'print the result document instead of text', false)
    .addHelpText('after', exitCodesHelp);
  addValidate(root);
  addConform(root);
  addReplay(root);
  addProve(root);
  addJudge(root);
  addClauses(root);
  addSimulate(root);
  addMatrix(root);
  addModels(root);
  addAdapter(root);
  addEmulate(root);
  addDemo(root);
  return root;
}

async function run(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync([...argv]);
  } catch (error) {
    process.exitCode = explain(error, createTerminal({ quiet: false }));
  }
}

/** Says what went wrong as the reader needs it, and answers with the exit code. */
function explain(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof OperatorError) {
    terminal.complain(error);
    return error.exitCode;
  }
  terminal.note(`internal error: ${error instanceof Error ? error.stack : String(error)}`);
  terminal.note(
    '  This is a mistake of counterpoise, not yours: please report it with the lines above.',
  );
  return exitCodes.internal;
}

/** A closed pipe (`| head`) is the reader's way of saying enough. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  // a full disk is no mistake of ours, and what was to be said is no verdict that anybody can read
  const cause = new OperatorError(`standard output: cannot be written to (${error.code})`, {
    code: 'OUTPUT_NOT_WRITABLE',
    exitCode: exitCodes.usage,
    hint: 'Make room, or send it elsewhere.',
    cause: error,
  });
  process.exit(explain(cause, createTerminal({ quiet: false })));
});

await run(process.argv);
