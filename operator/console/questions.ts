/** The shapes of what a page may ask for; see lookup-model.ts. */
import * as z from 'zod';
import type { Deeds, PreviewQuestion, SuppressionQuestion, TraceQuestion } from './lookup-model.ts';
import type { RehearsalStart } from './rehearsal-model.ts';

const word = z.string().min(1).max(400);
const instant = z.int().min(0);

/** What a trace is asked by. */
export const traceQuestion = z.strictObject({
  id: z.exactOptional(word),
  sesMessageId: z.exactOptional(word),
  recipient: z.exactOptional(word),
  tenant: z.exactOptional(word),
  since: z.exactOptional(instant),
  until: z.exactOptional(instant),
  stream: z.exactOptional(word),
}) satisfies z.ZodType<TraceQuestion>;

/** Whose suppression is looked up. */
export const suppressionQuestion = z.strictObject({
  address: word,
  tenant: z.exactOptional(word),
}) satisfies z.ZodType<SuppressionQuestion>;

/** Which mail is shown. */
export const previewQuestion = z.strictObject({
  messageId: word,
  recipientIndex: z.exactOptional(z.int().min(0).max(49)),
}) satisfies z.ZodType<PreviewQuestion>;

/** Which scenario is run. */
export const rehearsalStart = z.strictObject({
  scenario: z.string().regex(/^[a-z0-9-]{1,60}$/),
  seed: z.exactOptional(z.int().min(1).max(1_000_000)),
}) satisfies z.ZodType<RehearsalStart>;

/** A question that says nothing. */
export const noQuestion = z.strictObject({});

/** The same as the command line asks for: nobody does anything without saying why. */
const why = { why: z.string().trim().min(3, 'say why, in a few words').max(1_000) };
const place = { pool: word, provider: word };
/** Up to ninety days, as the longest option of the command line. */
const forMinutes = z.int().min(1).max(129_600);
const whose = { address: word, tenant: z.exactOptional(word) };

/** What may be done, by its name. */
export const deedShapes = {
  quarantine: z.strictObject({ ...why, ...place, forMinutes: z.exactOptional(forMinutes) }),
  release: z.strictObject({ ...why, ...place }),
  override: z.strictObject({
    ...why,
    stream: word,
    provider: word,
    pools: z
      .array(z.strictObject({ pool: word, weight: z.number().positive() }))
      .min(1)
      .max(50),
    forMinutes,
  }),
  hold: z.strictObject({
    ...why,
    region: z
      .partialRecord(z.enum(['tenant', 'identity', 'pool', 'provider', 'campaign']), word)
      .refine((region) => Object.keys(region).length > 0, 'name at least one part of the mail'),
    forMinutes,
  }),
  lift: z.strictObject({ ...why, order: word }),
  undo: z.strictObject({ ...why, decision: word }),
  approve: z.strictObject({ ...why, decision: word }),
  veto: z.strictObject({ ...why, decision: word }),
  automation: z.strictObject({ ...why, state: z.enum(['on', 'freeze', 'off']) }),
  'suppress-add': z.strictObject({ ...why, ...whose }),
  'suppress-remove': z.strictObject({ ...why, ...whose }),
  ack: z.strictObject({ ...why, incident: word }),
} satisfies { readonly [K in keyof Deeds]: z.ZodType<Deeds[K]> };

/** Returns what was asked for, or what is wrong about it in one sentence. */
export function readShape<T>(
  shape: z.ZodType<T>,
  given: unknown,
): { readonly value: T } | { readonly problem: string } {
  if (given === undefined)
    return { problem: 'body: got no JSON object within 64 KB; send one as application/json' };
  const read = shape.safeParse(given);
  if (read.success) return { value: read.data };
  const [issue] = read.error.issues;
  return { problem: `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not usable'}` };
}
