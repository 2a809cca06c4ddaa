import type { DirectiveResult } from 'lit-html/directive.js';
import { ref } from 'lit-html/directives/ref.js';

/**
 * Gives an element numbers that its style sheet uses, such as how long a bar is: `--share: 0.4`. Through
 * CSSOM, because the page's policy forbids style attributes. Put it where an attribute would stand.
 */
export function paint(values: Readonly<Record<`--${string}`, string | number>>): DirectiveResult {
  return ref((element) => {
    if (!(element instanceof HTMLElement || element instanceof SVGElement)) return;
    for (const [name, value] of Object.entries(values))
      element.style.setProperty(name, String(value));
  });
}
