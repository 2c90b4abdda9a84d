// One contradiction: a blueprint with a mark before the spot that the caret must show, what is said there, and what mends it.

export const SPOT = '▶';

export interface ContradictionCase {
  /** Ends the sentence "refuses …". */
  readonly name: string;
  /** With SPOT where the caret belongs. */
  readonly wrong: string;
  /** The message, without the key. */
  readonly says: string;
  /** Replaced in `wrong`, this makes it right. */
  readonly mend: readonly [string, string];
  /** How often it is said. Default once. */
  readonly times?: number;
}

export function wrong(name: string, text: string, says: string, mend: readonly [string, string]): ContradictionCase {
  return { name, wrong: text, says, mend };
}
