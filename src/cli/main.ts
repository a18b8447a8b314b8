#!/usr/bin/env node
/** The command line: argv to verbs, and what they throw to exit codes. The only place that ends the process. */
import { Command, CommanderError, Option } from 'commander';
import { exitCodes, OperatorError } from '../errors/operator-error.ts';
import {
  nonNegative,
  pace,
  positiveInteger,
  probability,
  runs,
  wholeFrom,
  wholeUpTo,
} from './option-values.ts';
import { createTerminal, interruption, type Terminal } from './terminal.ts';
import { suiteVersion } from './version.ts';

interface Common {
  readonly json: boolean;
  readonly quiet: boolean;
}

const exitCodesHelp = `
Exit codes: 0 gate met, 1 failed, 2 undecided, 4 nothing executed, 64 usage, 65 bad input file,
69 implementation unavailable, 70 internal error, 130 interrupted (partial report).`;

const profileOption = () =>
  new Option('--profile <profile>', 'whose numbers: the page, or the vendor API 0.6.6').choices([
    'console',
    'openapi',
  ]);
const seedOption = () =>
  new Option('--seed <seed>', 'same seed and version, same cases').default('1');
const outOption = () => new Option('--out <folder>', 'where reports go').default('reports/out');

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

function addValidate(root: Command): void {
  root
    .command('validate')
    .description('check a configuration file against every rule of the page')
    .argument('<file>', 'service.yaml or .json')
    .addOption(profileOption())
    .addHelpText('after', '\nExample:\n  counterpoise validate service.yaml --profile console')
    .action(async (file: string, own: { profile?: 'console' | 'openapi' }, command: Command) => {
      const common = command.optsWithGlobals<Common>();
      const { runValidate } = await import('./validate.ts');
      const { exitCode, stdout } = await runValidate({ file, ...own, ...common });
      createTerminal(common).print(stdout);
      process.exitCode = exitCode;
    });
}

function addConform(root: Command): void {
  root
    .command('conform')
    .description('judge implementations clause by clause')
    .argument(
      '<implementation>',
      'reference, haproxy, nginx, nftables, pen, jdcloud, cmd:COMMAND, tcp:HOST:PORT, module:FILE, defect:NAME or variant:NAME',
    )
    .argument('[words...]', 'more implementations; clause ids or prefixes, none: all')
    .addOption(profileOption().default('console'))
    .addOption(seedOption())
    .addOption(outOption())
    .option('--jobs <count>', 'deployments side by side', positiveInteger)
    .option('--shrink-seconds <seconds>', 'time for making failures small', nonNegative, 15)
    .option('--alpha <probability>', 'of a false alarm, in all, a run', probability, 1e-6)
    .option('--load', 'also measure throughput and latency through the balancer', false)
    .addHelpText(
      'after',
      '\nExamples:\n  counterpoise conform haproxy\n  counterpoise conform reference schedule.wrr health\n  counterpoise conform haproxy nginx nftables pen reference\n  counterpoise conform haproxy:threads=2 nginx:workers=2 nginx:workers=2,zone=off\n\nSettings: haproxy:threads=1..64, nginx:workers=1..64 and nginx:zone=on|off, separated by commas.',
    )
    .action(
      async (implementation: string, words: string[], own: ConformFlags, command: Command) => {
        const common = command.optsWithGlobals<Common>();
        const terminal = createTerminal(common);
        const { runConformOn } = await import('./conform-several.ts');
        const signal = interruption(terminal);
        const asked = { ...own, jobs: own.jobs ?? null, json: common.json, signal };
        process.exitCode = await runConformOn([implementation, ...words], asked, terminal);
      },
    );
}
interface ConformFlags {
  readonly profile: 'console' | 'openapi';
  readonly seed: string;
  readonly out: string;
  readonly jobs?: number;
  readonly shrinkSeconds: number;
  readonly alpha: number;
  readonly load: boolean;
}

function addReplay(root: Command): void {
  root
    .command('replay')
    .description('run a saved timeline or configuration case again')
    .argument('<file>', 'a .timeline.json or configuration case that a run saved, or your own')
    .argument('[implementation]', 'on which; default: the one it was found on, else the reference')
    .addHelpText(
      'after',
      '\nExample:\n  counterpoise replay reports/out/haproxy/failures/health.timeout.timeline.json haproxy',
    )
    .action(async (file: string, implementation: string | undefined, _own, command: Command) => {
      const common = command.optsWithGlobals<Common>();
      const terminal = createTerminal(common);
      const { runReplay } = await import('./replay.ts');
      process.exitCode = await runReplay(
        {
          file,
          implementation: implementation ?? null,
          json: common.json,
          signal: interruption(terminal),
        },
        terminal,
      );
    });
}

function addProve(root: Command): void {
  root
    .command('prove')
    .description(
      'prove that the suite bites: on every seeded defect, and on right ones that look odd',
    )
    .addOption(profileOption().default('console'))
    .addOption(seedOption())
    .addOption(outOption())
    .option('--jobs <count>', 'threads; default: one a core', positiveInteger)
    .option(
      '--repeat <runs>',
      'also run each right implementation so often with fresh seeds',
      runs,
      0,
    )
    .option('--alpha <probability>', 'of a false alarm, in all, such a run', probability, 1e-6)
    .addHelpText('after', '\nExamples:\n  counterpoise prove\n  counterpoise prove --repeat 1000')
    .action(async (own: ProveFlags, command: Command) => {
      const common = command.optsWithGlobals<Common>();
      const terminal = createTerminal(common);
      const { runProve } = await import('./prove.ts');
      const { gate } = await runProve(
        { ...own, jobs: own.jobs ?? null, json: common.json, signal: interruption(terminal) },
        terminal,
      );
      process.exitCode = gate.exitCode;
    });
}
interface ProveFlags {
  readonly profile: 'console' | 'openapi';
  readonly seed: string;
  readonly out: string;
  readonly jobs?: number;
  readonly repeat: number;
  readonly alpha: number;
}

function addJudge(root: Command): void {
  root
    .command('judge')
    .description('judge a recorded history, whoever recorded it')
    .argument('<history>', 'history.ndjson, as docs/history.md describes it')
    .argument('[clauses...]', 'clause ids or prefixes that it must decide; none: what it can')
    .option('--service <file>', 'the configuration of the service, where the history has none')
    .addHelpText(
      'after',
      '\nExamples:\n  counterpoise judge reports/out/haproxy/histories/draining-1.ndjson\n  counterpoise judge mine.ndjson schedule.wrr --service service.yaml',
    )
    .action(
      async (file: string, clauses: string[], own: { service?: string }, command: Command) => {
        const common = command.optsWithGlobals<Common>();
        const { runJudge } = await import('./judge.ts');
        process.exitCode = await runJudge(
          { file, clauses, ...own, json: common.json },
          createTerminal(common),
        );
      },
    );
}

function addClauses(root: Command): void {
  root
    .command('clauses')
    .description('list the clauses: what they say, what decides them, which defects they catch')
    .argument('[clauses...]', 'clause ids or prefixes; none: all')
    .option('--markdown', 'as the table docs/clauses.md', false)
    .addHelpText('after', '\nExample:\n  counterpoise clauses schedule.wrr draining')
    .action(async (words: string[], own: { markdown: boolean }, command: Command) => {
      const common = command.optsWithGlobals<Common>();
      const terminal = createTerminal(common);
      const { runClauses } = await import('./clauses.ts');
      terminal.print(runClauses({ words, ...own, json: common.json }, terminal));
    });
}

function addSimulate(root: Command): void {
  root
    .command('simulate')
    .description('simulate traffic on the reference service')
    .argument('<scenario>', 'scenario.yaml')
    .addOption(
      new Option('--scheduling <algorithm>', 'instead of the scenario’s own').choices([
        'weighted-round-robin',
        'weighted-least-connections',
        'source-ip',
      ]),
    )
    .option('--persistence <seconds>', 'instead of the scenario’s own; 0: none', nonNegative)
    .option('--seed <seed>', 'instead of the scenario’s own')
    .addOption(
      new Option('--engine <engine>', 'compiled tables, or live actors that give the same bytes')
        .choices(['table', 'xstate'])
        .default('table'),
    )
    .option('--replications <count>', 'independent runs, merged', wholeUpTo(10_000), 1)
    .option('--workers <count>', 'threads for replications; default: the cores', positiveInteger)
    .option('--history <file>', 'write what happened, as judge reads it; packed if it ends in .gz')
    .option('--sources <file>', 'write where every source went, as CSV; packed if it ends in .gz')
    .option('--hdr <file>', 'write durations as an HDR histogram log')
    .addOption(outOption())
    .addHelpText(
      'after',
      '\nExamples:\n  counterpoise simulate scenarios/source-ip-skew.yaml --scheduling source-ip\n  counterpoise simulate scenarios/draining-a-removal.yaml --history run.ndjson && counterpoise judge run.ndjson draining.no-new',
    )
    .action(async (file: string, own: SimulateFlags, command: Command) => {
      const common = command.optsWithGlobals<Common>();
      const terminal = createTerminal(common);
      const { runSimulate, runSimulateReplications } = await import('./simulate.ts');
      const asked = { file, ...own, json: common.json, signal: interruption(terminal) };
      if (own.replications > 1) process.exitCode = await runSimulateReplications(asked, terminal);
      else process.exitCode = (await runSimulate(asked, terminal)).exitCode;
    });
}
interface SimulateFlags {
  readonly scheduling?: 'weighted-round-robin' | 'weighted-least-connections' | 'source-ip';
  readonly persistence?: number;
  readonly seed?: string;
  readonly engine: 'table' | 'xstate';
  readonly history?: string;
  readonly sources?: string;
  readonly hdr?: string;
  readonly replications: number;
  readonly workers?: number;
  readonly out: string;
}

function addMatrix(root: Command): void {
  root
    .command('matrix')
    .description('put the results of many implementations side by side')
    .argument('<places...>', 'folders with results, folders of such folders, or result files')
    .option(
      '--filter <terms>',
      'only clauses that pass: is:different, is:same, count:1(fail), NAME:fail, words; -term: not',
      '',
    )
    .option('--out <folder>', 'where matrix.html, .md and .json go', 'reports/out')
    .addHelpText(
      'after',
      "\nExamples:\n  counterpoise matrix reports/out\n  counterpoise matrix reports/out/haproxy reports/out/reference --filter 'is:different'",
    )
    .action(async (places: string[], own: MatrixFlags, command: Command) => {
      const common = command.optsWithGlobals<Common>();
      const { runMatrix } = await import('./matrix.ts');
      const asked = { places, ...own, json: common.json };
      process.exitCode = await runMatrix(asked, createTerminal(common));
    });
}
interface MatrixFlags {
  readonly filter: string;
  readonly out: string;
}

function addModels(root: Command): void {
  root
    .command('models')
    .description('draw the state machines that everything runs on')
    .argument('[name]', 'health, membership, instance or session; none: all')
    .addOption(
      new Option('--format <format>', 'how')
        .choices(['mermaid', 'svg', 'table'])
        .default('mermaid'),
    )
    .option('--out <folder>', 'write files there instead of printing')
    .addHelpText('after', '\nExample:\n  counterpoise models health --format svg --out diagrams')
    .action(async (name: string | undefined, own: ModelsFlags, command: Command) => {
      const terminal = createTerminal(command.optsWithGlobals<Common>());
      const { runModels } = await import('./models.ts');
      const { stdout } = await runModels({ ...own, ...(name === undefined ? {} : { name }) });
      terminal.print(stdout);
    });
}
interface ModelsFlags {
  readonly format: 'mermaid' | 'svg' | 'table';
  readonly out?: string;
}

function addAdapter(root: Command): void {
  const adapter = root
    .command('adapter')
    .description('write an adapter for an implementation of your own, and try it out');
  adapter
    .command('init')
    .description('write a start that works')
    .argument('[folder]', 'where; not there yet', 'adapter')
    .addOption(
      new Option('--language <language>', 'in which')
        .choices(['python', 'shell', 'typescript'])
        .default('python'),
    )
    .addHelpText('after', '\nExample:\n  counterpoise adapter init --language shell my-adapter')
    .action(
      async (
        folder: string,
        own: { language: 'python' | 'shell' | 'typescript' },
        command: Command,
      ) => {
        const terminal = createTerminal(command.optsWithGlobals<Common>());
        const { runAdapterInit } = await import('./adapter.ts');
        await runAdapterInit(own.language, folder, terminal);
      },
    );
  adapter
    .command('test')
    .description('try out an adapter as an adapter, and list what to mend')
    .argument('<implementation>', 'cmd:COMMAND, tcp:HOST:PORT, module:FILE or any other')
    .addHelpText('after', "\nExample:\n  counterpoise adapter test 'cmd:./my-adapter --flag'")
    .action(async (implementation: string, _own, command: Command) => {
      const common = command.optsWithGlobals<Common>();
      const { runAdapterTest } = await import('./adapter.ts');
      process.exitCode = await runAdapterTest(implementation, common.json, createTerminal(common));
    });
}

function addEmulate(root: Command): void {
  root
    .command('emulate')
    .description("run an emulator of the vendor's API, to try the adapter `jdcloud` on")
    .option('--port <port>', 'where; 0: any free port', wholeFrom(0, 65_535), 0)
    .option('--time-scale <factor>', 'how many times faster checks run; 1: real time', pace, 1)
    .option('--load-balancers <count>', 'deployments side by side', wholeUpTo(16), 4)
    .option('--defect <name>', 'one of the seeded defects, as `counterpoise clauses` lists them')
    .addHelpText(
      'after',
      '\nExample:\n  counterpoise emulate --time-scale 25\n  counterpoise emulate --defect unhealthy-threshold-plus-one',
    )
    .action(async (own: EmulateFlags, command: Command) => {
      const common = command.optsWithGlobals<Common>();
      const terminal = createTerminal(common);
      const { runEmulate } = await import('./emulate.ts');
      const asked = { ...own, defect: own.defect ?? null, json: common.json };
      process.exitCode = await runEmulate(
        { ...asked, signal: interruption(terminal, 'Ending.') },
        terminal,
      );
    });
}
interface EmulateFlags {
  readonly port: number;
  readonly timeScale: number;
  readonly loadBalancers: number;
  readonly defect?: string;
}

function addDemo(root: Command): void {
  root
    .command('demo')
    .description('the main job: judge what is found here, simulate a real trace, write the reports')
    .addOption(seedOption())
    .addOption(outOption())
    .addHelpText(
      'after',
      '\nWhat a real balancer breaks is a finding: the exit code is that of the reference, or of what could not run.\n\nExample:\n  npm start',
    )
    .action(async (own: { seed: string; out: string }, command: Command) => {
      const terminal = createTerminal(command.optsWithGlobals<Common>());
      const { runDemo } = await import('./demo.ts');
      process.exitCode = await runDemo({ ...own, signal: interruption(terminal) }, terminal);
    });
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
    terminal.note(`error: ${error.message}`);
    if (error.hint !== null) terminal.note(`  hint: ${error.hint}`);
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
  throw error;
});

await run(process.argv);
