import type { Preview } from './lookup-model.ts';

/** A mail's content, its HTML still as text. */
export type MailPreview = Omit<Preview, 'htmlPath'> & { readonly html?: string };

/**
 * Elements that a mail has no use for and a policy may not stop everywhere: they would look up a name, open a
 * connection or leave the page. Links are among them: Chromium connects to where one leads as soon as it is
 * pressed, before any policy forbids to go there. Their names are changed, so that a browser sees elements that
 * it does not know.
 */
const disarmed =
  /<(\/?)(a|area|link|meta|base|object|embed|applet|iframe|frame|frameset|fencedframe|portal|form|button|input|video|audio|source|track)(?=[\s/>])/gi;

/** What was a link still looks like one. */
const linkStyle = '<style>x-a { color: #0a58a6; text-decoration: underline }</style>\n';

/**
 * Returns a mail's HTML as the console serves it: pictures of the mail itself in place of their `cid:`, and
 * without elements that reach out. This is the inner of two walls: the policy of the answer and the frame's
 * `sandbox` let no script run and nothing be loaded, whatever stands in the text.
 */
export function disarmHtml(
  html: string,
  pictures: ReadonlyMap<string, { readonly type: string; readonly base64: string }>,
): string {
  const shown = html.replace(/\bcid:([A-Za-z0-9._@-]{1,78})/g, (whole, id: string) => {
    const picture = pictures.get(id);
    return picture && /^image\/(png|jpeg|gif|webp)$/i.test(picture.type)
      ? `data:${picture.type.toLowerCase()};base64,${picture.base64}`
      : whole;
  });
  return `<!doctype html>\n${linkStyle}${shown.replace(disarmed, '<$1x-$2')}`;
}
