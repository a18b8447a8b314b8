/** How the API says no: an error with a code, a status and a message that names the field. Knows no resource. */

export interface ApiError {
  readonly code: number;
  readonly status: string;
  readonly message: string;
}

/** Thrown by an operation; becomes the answer. */
export class Refusal extends Error {
  readonly error: ApiError;
  constructor(code: number, status: string, message: string) {
    super(message);
    this.error = { code, status, message };
  }
}

const shownMax = 100;

/** The form that the vendor documents for 400. `expected` is a phrase. */
export function wrongField(field: string, observed: unknown, expected: string): Refusal {
  return new Refusal(400, 'INVALID_ARGUMENT', fieldMessage(field, observed, expected));
}

export function fieldMessage(field: string, observed: unknown, expected: string): string {
  const text = typeof observed === 'string' ? observed : (JSON.stringify(observed) ?? '');
  const shown = text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
  return `Request field ${field} is '${shown}', expected ${expected}.`;
}

/** The form that the vendor documents for 404. */
export function notFound(kind: string, id: string): Refusal {
  return new Refusal(404, 'NOT_FOUND', `${kind} '${id}' not found.`);
}

export function inUse(message: string): Refusal {
  return new Refusal(400, 'FAILED_PRECONDITION', message);
}

export function quotaExceeded(kind: string, most: number): Refusal {
  return new Refusal(400, 'QUOTA_EXCEEDED', `The quota of ${most} ${kind} is exhausted.`);
}
