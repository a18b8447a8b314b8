/** Values of options: from the text of a word to a number within its limits, or what it should have been. */
import { InvalidArgumentError } from 'commander';

export function wholeUpTo(max: number): (text: string) => number {
  return wholeFrom(1, max);
}

export function wholeFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}
/** Beyond 100 a timeout of 2 s lasts less than 20 ms: too little for real sockets. */
export function pace(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= 100)) throw new InvalidArgumentError('a number from 1 to 100.');
  return value;
}
export const positiveInteger = wholeUpTo(64);
export const runs = wholeFrom(0, 1_000_000);

export function probability(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('a probability between 0 and 1.');
  return value;
}

export function nonNegative(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 3600)) throw new InvalidArgumentError('seconds from 0 to 3600.');
  return value;
}

/** An empty word is a variable that was not set. */
export function filled(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('it is empty.');
  return text;
}
