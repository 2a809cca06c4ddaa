/**
 * Incidents as the evidence table holds them. The board holds all that is open and is what the responder
 * decides from; each incident also stands by itself, by month, so that people can look back.
 */
import * as z from 'zod';
import {
  type Board,
  type Incident,
  incidentStatuses,
  tellingReasons,
} from '../domain/incidents/model.ts';
import { type EpochMs, epochMs } from '../domain/time.ts';

const key = { pk: z.string(), sk: z.string() };
const ms = z.number().transform((value): EpochMs => epochMs(value));
const texts = z.array(z.string());

/** An incident, read back. */
export const incidentRecord = z.object({
  id: z.string(),
  kind: z.string(),
  status: z.enum(incidentStatuses),
  openedAt: ms,
  closedAt: z.exactOptional(ms),
  parts: z.array(z.object({ kind: z.string(), since: ms, until: z.exactOptional(ms) })),
  alarms: z.exactOptional(texts),
  tellings: z.array(
    z.object({
      why: z.enum(tellingReasons),
      claimedAt: ms,
      toldAt: z.exactOptional(ms),
      notice: z.exactOptional(z.string()),
      byDecision: z.exactOptional(z.string()),
    }),
  ),
  findings: z.exactOptional(
    z.object({
      cause: z.string(),
      rings: z.array(z.object({ alarm: z.string(), reason: z.string() })),
      evidence: texts,
      did: texts,
      undo: texts,
      decisions: texts,
    }),
  ),
  acked: z.exactOptional(z.object({ at: ms, by: z.string(), why: z.string() })),
  testedBy: z.exactOptional(z.string()),
  partOf: z.exactOptional(z.string()),
}) satisfies z.ZodType<Incident>;

/** Evidence, `incidents#…`: one incident as it stood when the responder last wrote it. */
export const incidentItem = incidentRecord.extend({ ...key, ttl: z.number() });
export type IncidentItem = z.output<typeof incidentItem>;

/** Evidence, `incident-board`: what is open; `version` is what a write is conditional on. */
export const boardItem = z.object({
  ...key,
  ringing: z.record(
    z.string(),
    z.object({
      rangAt: z.exactOptional(ms),
      silentAt: z.exactOptional(ms),
      bookedAt: z.exactOptional(ms),
    }),
  ),
  incidents: z.array(incidentRecord),
  tests: z.array(z.object({ kind: z.string(), by: z.string(), since: ms, until: ms })),
  version: z.number(),
}) satisfies z.ZodType<Board & { pk: string; sk: string; version: number }>;
export type BoardItem = z.output<typeof boardItem>;

/** How CloudWatch's reason begins where somebody set an alarm for a test. */
const testReasonStart = 'test by ';

/** Returns the reason that a test gives to CloudWatch. */
export function testReason(by: string): string {
  return `${testReasonStart}${by}`;
}

/** Returns whether an alarm rings only because somebody set it for a test. */
export function isTestReason(reason: string): boolean {
  return reason.startsWith(testReasonStart);
}
