/** What one rendering has used so far. */
export type RenderBudget = { steps: number; characters: number };

type Helper = (...args: readonly unknown[]) => string;

/** Blocks, loop turns and partials one part may run through. */
const stepsMax = 100_000;
/** Characters one part may grow to, before SES's own 40 MB limit on the message is looked at. */
const charactersMax = 20_000_000;

/** The helpers that an instrumented template calls to spend its budget and to insist on values. */
export function budgetHelpers(
  budget: RenderBudget,
  missing: (name: string) => string,
): { [name: string]: Helper } {
  return {
    'ses:step': (characters) => {
      spend(budget, 1, typeof characters === 'number' ? characters : 0);
      return '';
    },
    'ses:required': (value, name) => {
      if (value === undefined || value === null) throw new Error(missing(String(name)));
      const text = String(value);
      spend(budget, 1, text.length);
      return text;
    },
  };
}

function spend(budget: RenderBudget, steps: number, characters: number): void {
  budget.steps += steps;
  budget.characters += characters;
  if (budget.steps <= stepsMax && budget.characters <= charactersMax) return;
  throw new Error(
    `The template runs away: more than ${stepsMax} steps or ${charactersMax} characters.`,
  );
}
