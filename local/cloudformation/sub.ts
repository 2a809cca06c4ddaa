/** One piece of an `Fn::Sub` text: literal, or a name to be looked up. */
export type SubToken =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string };

/** Splits the text of `Fn::Sub`; `${!Literal}` stays as the text `${Literal}`. */
export function subTokens(text: string): readonly SubToken[] {
  return text
    .split(/(\$\{[^}]*\})/)
    .filter((part) => part !== '')
    .map((part): SubToken => {
      if (!part.startsWith('${') || !part.endsWith('}')) return { kind: 'text', text: part };
      const name = part.slice(2, -1).trim();
      return name.startsWith('!')
        ? { kind: 'text', text: `\${${name.slice(1)}}` }
        : { kind: 'name', name };
    });
}
