import type { StuckRow } from '../actions/stuck-row.ts';
import { formatAge } from './words.ts';

const whoseTurn = { ours: 'ours', theirs: 'theirs', recipient: 'the recipient' } as const;

/** Returns a stuck row in two or three lines: where, how much, whose turn, why and what to do. */
export function describeStuck(row: StuckRow, now: number): string {
  const { whose, means, next, givenUpAt } = row;
  const end = givenUpAt === undefined ? '' : `, given up in ${formatAge(givenUpAt - now)}`;
  return [
    `${placeOf(row)}: ${amountOf(row)}${end}`,
    `  ${whoseTurn[whose]}: ${means}`,
    ...stepLines(next, '  '),
  ].join('\n');
}

/** Returns the steps of an advice, each on a line of its own, so that a command can be copied. */
export function stepLines(next: string, indent: string): readonly string[] {
  return next
    .split('; ')
    .map((step, index) => `${indent}${index === 0 ? 'next: ' : '      '}${step}`);
}

/** Returns where mail is stuck: its stage, and the stream, tenant or mailbox provider that is known. */
export function placeOf({ stage, stream, tenant, provider }: StuckRow): string {
  const parts = [
    stage,
    ...(stream === undefined ? [] : [stream]),
    ...(tenant === undefined ? [] : [`tenant ${tenant}`]),
    ...(provider === undefined ? [] : [`to ${provider}`]),
  ];
  return parts.join(', ');
}

/** Returns how much is stuck and how old the oldest is, as far as anybody knows. */
export function amountOf({ count, more, ageMs }: StuckRow): string {
  const many = count === undefined ? 'not counted' : `${count}${more ? ' or more' : ''}`;
  return ageMs === undefined ? many : `${many}, oldest ${formatAge(ageMs)}`;
}
