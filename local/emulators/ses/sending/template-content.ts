import type { TemplateParts } from '../account/stored-template.ts';
import { refuse } from '../errors.ts';
import type { Text } from './message.ts';
import { type Rendered, render } from './rendering.ts';

type RenderedParts = {
  readonly subject: Text;
  readonly text: Text | undefined;
  readonly html: Text | undefined;
};

/** Renders the three parts; the first one that fails decides. */
export function renderParts(
  parts: TemplateParts,
  data: unknown,
):
  | { readonly ok: true; readonly parts: RenderedParts }
  | { readonly ok: false; readonly error: string } {
  const subject = render(parts.subject, data);
  const text = part(parts.text, data);
  const html = part(parts.html, data);
  for (const one of [subject, text, html]) if (one?.ok === false) return one;
  const utf8 = (one: Rendered | undefined): Text | undefined =>
    one?.ok === true ? { data: one.text, charset: 'UTF-8' } : undefined;
  return {
    ok: true,
    parts: {
      subject: utf8(subject) ?? { data: '', charset: 'UTF-8' },
      text: utf8(text),
      html: utf8(html),
    },
  };
}

/** Reads TemplateData: a JSON object in a string, `{}` when it is missing. */
export function templateData(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return Object.fromEntries(Object.entries(parsed));
  }
  return refuse('BadRequestException', 'TemplateData must be a JSON object in a string.');
}

function part(source: string | undefined, data: unknown): Rendered | undefined {
  return source === undefined ? undefined : render(source, data);
}
