/** The words of a run: mail on its way, and the news of it. */
import type { Classified } from '../../domain/classification/reasons.ts';
import type { FleetCell, Traits } from './fleet.ts';

/** Like mails of one cell, born at about the same time. */
export type Batch = {
  readonly cell: FleetCell;
  readonly traits: Traits;
  /** When the app asked for it, epoch milliseconds. */
  readonly bornAt: number;
  readonly count: number;
  /** Mail that a policy sends once more although it may have arrived. */
  readonly again?: 'after-refusal' | 'duplicate';
  /** The draw of a slowing by which it waits, and how much of it left: the same mail is not drawn twice by one. */
  readonly drawn?: Drawn;
};

/** A draw, told from others by its name, and the share that has left by it, 0..1. */
export type Drawn = { readonly by: string; readonly share: number };

/** What SES tells of mail that was handed to it: the same for every policy, and as late. */
export type News = {
  readonly kind: 'refused' | 'delayed' | 'complaint';
  /** The same for a repeated event. */
  readonly id: number;
  readonly repeated: boolean;
  readonly batch: Batch;
  readonly pool: string;
  readonly sentAt: number;
  readonly heardAt: number;
  readonly count: number;
  /** Absent for a complaint. */
  readonly classified?: Classified;
  /** Whether a known provider speaks with a token of its own. */
  readonly vouched: boolean;
  readonly recipientDomain: string;
  readonly ip?: string;
  /** How often a policy has sent these mails once more. */
  readonly again: number;
};
