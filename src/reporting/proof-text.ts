/** What `prove` found, for a terminal: figures first, then only what needs a look. Knows the result, no stream. */
import type { ProofResult } from '../results/proof-result.ts';
import { counted, duration, figure } from './figures.ts';
import {
  columns,
  harmless,
  indent,
  paintFor,
  type TerminalLook,
  wrapped,
} from './terminal-layout.ts';

export interface ProofLook extends TerminalLook {
  readonly reportFile?: string;
  readonly durationMs?: number;
}

export function renderProofText(result: ProofResult, look: ProofLook): string {
  const sections = [
    figures(result, look),
    survivors(result, look),
    charges(result, look),
    falseFails(result, look),
    unwitnessed(result, look),
    summary(result, look),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function figures(result: ProofResult, look: ProofLook): string {
  const { counts, campaign, rows } = result;
  const paint = paintFor(look);
  const told: [string, string][] = [
    ['suite', `counterpoise ${result.suite}, profile ${result.profile}, seed ${result.seed}`],
    [
      'defects',
      `${counts.killed} of ${counts.defects} killed, by ${counted(rows.length, 'kind')} of cases`,
    ],
    [
      'right',
      `${counted(counts.rightVariants, 'implementation')}, ${counted(counts.falseFails, 'clause')} failed falsely`,
    ],
    [
      'clauses',
      `${counts.witnessedClauses} of ${counts.clauses} stated or derived caught a defect of their own`,
    ],
  ];
  if (result.notApplicable.length > 0) {
    const names = result.notApplicable.map(({ name }) => name).join(', ');
    told.push(['not applicable', `${names}: nothing wrong in this profile`]);
  }
  if (campaign !== null) {
    told.push([
      'campaign',
      `${counted(campaign.falseAlarms, 'false alarm')} in ${figure(campaign.runs)} runs: ${rateInWords(campaign)}`,
    ]);
  }
  if (look.durationMs !== undefined) told.push(['took', duration(look.durationMs)]);
  return columns(
    told.map(([label, text]) => [paint.dim(label), wrapped(text, look.width - 12)]),
    ['left', 'left'],
  );
}

/** `a rate of 0.0005, with 95 % confidence 0.0000127 to 0.00278, of 0.05 allowed`. */
function rateInWords({ runs, falseAlarms, rate, alpha }: NonNullable<ProofResult['campaign']>) {
  const plain = (value: number) => String(Number(value.toPrecision(3)));
  return `a rate of ${plain(falseAlarms / Math.max(1, runs))}, with 95 % confidence ${plain(rate.low)} to ${plain(rate.high)}, of ${alpha} allowed`;
}

function listed(title: string, lines: readonly string[], look: ProofLook): string {
  if (lines.length === 0) return '';
  const body = lines.map((line) => indent(wrapped(harmless(line), look.width - 4), 2));
  return [paintFor(look).bold(title), ...body].join('\n');
}

function survivors({ defects }: ProofResult, look: ProofLook): string {
  const lines = defects
    .filter(({ outcome }) => outcome !== 'killed')
    .map(({ name, sentence, breaks, errors }) =>
      errors[0] === undefined
        ? `${name}: ${sentence} Nothing of ${breaks.join(', ')} failed.`
        : `${name}: ${errors[0]}`,
    );
  return listed('Survived', lines, look);
}

function charges({ defects }: ProofResult, look: ProofLook): string {
  const lines = defects
    .filter(({ outcome }) => outcome === 'killed')
    .filter(({ missed, mischarged }) => missed.length + mischarged.length > 0)
    .map(({ name, missed, mischarged }) => {
      const parts = [
        ...(missed.length > 0 ? [`${missed.join(', ')} did not fail`] : []),
        ...(mischarged.length > 0 ? [`${mischarged.join(', ')} failed besides`] : []),
      ];
      return `${name}: ${parts.join('; ')}`;
    });
  return listed('Killed, but not by exactly the clauses they break', lines, look);
}

function falseFails({ rightVariants }: ProofResult, look: ProofLook): string {
  const lines = rightVariants.flatMap(({ name, falseFails: failed, errors }) => [
    ...failed.map(({ clause, why, seed }) => `${name}, seed ${seed}: ${clause}: ${why}`),
    ...errors.map((error) => `${name}: ${error}`),
  ]);
  return listed('Right, and failed all the same', lines, look);
}

function unwitnessed({ clauses }: ProofResult, look: ProofLook): string {
  const lines = clauses
    .filter(({ strength, witnesses }) => strength !== 'declared' && witnesses.length === 0)
    .map(({ clause }) => clause);
  return listed('No defect proves that these bite', lines, look);
}

function summary({ gate }: ProofResult, look: ProofLook): string {
  const paint = paintFor(look);
  const colour = gate.exitCode === 0 ? paint.green : paint.red;
  const lines = [colour(`${gate.why} (exit code ${gate.exitCode})`)];
  if (look.reportFile !== undefined) lines.push(`open  ${look.reportFile}`);
  return lines.join('\n');
}
