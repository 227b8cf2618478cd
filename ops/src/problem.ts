// What the operator reads when something is wrong: one sentence that says what, one that says the cure.

/** Exit codes of every command; documented in docs/running.md. */
export const exitCodes = { failure: 1, badOption: 2 } as const;

/** A failure the operator can cure. It is printed without a stack. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly cure: string;
  readonly exitCode: number;

  constructor(sentence: string, cure: string, exitCode: number = exitCodes.failure) {
    super(sentence);
    this.cure = cure;
    this.exitCode = exitCode;
  }
}

/** The two sentences on one line, for a terminal or a log. */
export function describeProblem(problem: Problem): string {
  return `${problem.message} ${problem.cure}`;
}
