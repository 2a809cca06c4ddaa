/**
 * What three digits say where nothing else does: little, so most are guesses about the class of trouble.
 * 550 is everybody's word for no, and must not take a recipient for dead.
 * @see https://www.rfc-editor.org/rfc/rfc5321#section-4.2.3
 */
import type { BounceReason } from './reasons.ts';
import type { Voice } from './voices.ts';

const reasons: Readonly<Record<string, BounceReason>> = {
  421: 'server-error',
  422: 'mailbox-full',
  431: 'server-error',
  432: 'server-error',
  441: 'network',
  442: 'network',
  446: 'network',
  447: 'expired',
  450: 'server-error',
  451: 'server-error',
  452: 'server-error',
  454: 'server-error',
  471: 'policy',
  500: 'protocol',
  501: 'protocol',
  502: 'protocol',
  503: 'protocol',
  504: 'protocol',
  510: 'invalid-recipient',
  511: 'invalid-recipient',
  512: 'invalid-domain',
  515: 'invalid-recipient',
  521: 'invalid-domain',
  523: 'too-large',
  530: 'policy',
  534: 'policy',
  535: 'policy',
  538: 'policy',
  541: 'recipient-refused',
  550: 'recipient-refused',
  551: 'relay-denied',
  552: 'mailbox-full',
  553: 'sender-rejected',
  554: 'policy',
  555: 'protocol',
  556: 'invalid-domain',
  571: 'policy',
};

/** Returns what a basic code says, undefined where that is nothing. */
export function voiceOfBasic(code: string): Voice | undefined {
  if (code.startsWith('2')) return { reason: 'not-a-failure', strength: 'basic' };
  const reason = reasons[code];
  return reason && { reason, strength: 'basic' };
}
