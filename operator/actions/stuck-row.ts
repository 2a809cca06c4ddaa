import { adviceOn, type StuckCause, type Turn } from '../../domain/stuck-causes.ts';
import type { WaitStage } from '../../domain/stuck-mail.ts';
import type { EpochMs } from '../../domain/time.ts';

/** Mail of one stage that waits for one reason. */
export type StuckRow = Turn & {
  readonly stage: WaitStage;
  readonly cause: StuckCause;
  readonly stream?: string;
  readonly tenant?: string;
  readonly provider?: string;
  /** How many; absent where nobody can count them without taking them. */
  readonly count?: number;
  /** `count` is not all of it. */
  readonly more?: true;
  /** How long the oldest has waited, milliseconds; absent where nobody measured it. */
  readonly ageMs?: number;
  /** When SES gives the oldest up. */
  readonly givenUpAt?: EpochMs;
};

/** A row before it is told whose turn it is. */
export type FoundStuck = Omit<StuckRow, keyof Turn> & {
  readonly order?: string;
  readonly decision?: string;
};

/** Returns a row with whose turn it is. */
export function toRow({ order, decision, ...row }: FoundStuck): StuckRow {
  const { stream, tenant } = row;
  return {
    ...row,
    ...adviceOn(row.cause, {
      ...(stream === undefined ? {} : { stream }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(order === undefined ? {} : { order }),
      ...(decision === undefined ? {} : { decision }),
    }),
  };
}
