import type { SesContext } from '../context.ts';
import { quotas } from '../quotas.ts';
import type { Draft } from './message.ts';
import { sesId } from './message-ids.ts';
import { composeMime } from './mime.ts';

/** Quoted-printable can triple a body, base64 adds 37 %; below this the limit cannot be reached. */
const worstGrowth = 3.1;
const headerAllowance = 64 * 1024;

/**
 * The size of a message in bytes. Composing costs more than all the rest of a send, so small
 * messages are estimated from their parts, and only one that could reach the limit is composed.
 */
export async function messageBytes(context: SesContext, draft: Draft): Promise<number> {
  const { content } = draft;
  if (content.kind === 'raw') return content.bytes.length;
  if (content.kind === 'unrendered') return 0;
  const body = content.subject.data.length + length(content.text) + length(content.html);
  const attached = content.attachments.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if ((body + attached) * worstGrowth + headerAllowance < quotas.messageBytes) {
    return body + Math.ceil((attached * 4) / 3);
  }
  const atMs = context.clock();
  const messageId = sesId(context.place.region, atMs, context.draw);
  const mime = await composeMime({ ...draft, region: context.place.region, messageId, atMs });
  return mime.length;
}

function length(text: { readonly data: string } | undefined): number {
  return text?.data.length ?? 0;
}
