/** The quick look beside the verdict that it spares. */
import { expect } from 'vitest';
import { judge, type Question } from '../../domain/evidence/judge.ts';
import type { EvidenceBook } from '../../domain/evidence/model.ts';
import { mayReach } from '../../domain/evidence/screen.ts';

/** How often the verdict was an alarm, and how often the quick look let a region pass. */
export type Looks = { alarms: number; dismissed: number };

/** Expects that what the quick look lets pass is below the level, and counts what came up. */
export function expectQuickLookRight(book: EvidenceBook, question: Question, looks: Looks): void {
  const { level } = judge(book, question);
  if (level === 'act') looks.alarms += 1;
  if (!mayReach(book, question, 'act')) {
    looks.dismissed += 1;
    expect(level).not.toBe('act');
  }
  if (!mayReach(book, question, 'degrade')) expect(level).toBe('quiet');
}
