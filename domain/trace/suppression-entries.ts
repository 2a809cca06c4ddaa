import { explainReason } from '../explain-reason.ts';
import type { TracedSuppression, TraceEntry, TraceMaterial } from './model.ts';

/** Returns what stands on the suppression list about a recipient of this mail: what followed it, and what stood before. */
export function suppressionEntries({
  suppressions,
  request,
}: TraceMaterial): readonly TraceEntry[] {
  return suppressions.map((entry) => {
    const { at, reason, expiresAt } = entry;
    const meaning = explainReason(reason);
    return {
      at,
      stage: 'suppression',
      recipientIndex: entry.recipientIndex,
      text: `the recipient was put on the suppression list: ${reason}`,
      details: [
        causedBy(entry, request.messageId),
        ...(meaning ? [meaning] : []),
        scopeText(entry.scope),
        ...(expiresAt === undefined ? [] : [`until ${new Date(expiresAt).toISOString()}`]),
      ],
      decisions: [],
      reason,
    };
  });
}

const sources: Readonly<Record<string, string>> = {
  feedback: 'by an SES event',
  operator: 'by a person',
  app: 'by an app',
  'ses-account': "from SES's own list",
};

function causedBy({ messageId, source }: TracedSuppression, traced: string): string {
  const by = sources[source] ?? `by ${source}`;
  if (messageId === traced) return `${by} about this mail`;
  return messageId === undefined ? by : `${by} about another mail, ${messageId}`;
}

function scopeText(scope: string): string {
  const [, tenant] = /^tenant#(.+)$/.exec(scope) ?? [];
  return tenant === undefined
    ? 'it holds for every tenant'
    : `it holds for mail of tenant ${tenant}`;
}
