type Comparison = {
  readonly isBreaching: (value: number, threshold: number) => boolean;
  readonly words: string;
};

/** Operator of an alarm → when a value is beyond the threshold, and AWS's words for it. */
export const comparisons = {
  GreaterThanOrEqualToThreshold: {
    isBreaching: (value, threshold) => value >= threshold,
    words: 'greater than or equal to',
  },
  GreaterThanThreshold: {
    isBreaching: (value, threshold) => value > threshold,
    words: 'greater than',
  },
  LessThanThreshold: { isBreaching: (value, threshold) => value < threshold, words: 'less than' },
  LessThanOrEqualToThreshold: {
    isBreaching: (value, threshold) => value <= threshold,
    words: 'less than or equal to',
  },
} as const satisfies Readonly<Record<string, Comparison>>;

export type ComparisonOperator = keyof typeof comparisons;
