/** What AWS bills by use, of one kind of call on one resource by one caller. */
export type Usage = {
  /** The calling function's name, or `''` for everybody else: apps, people, and services of AWS. */
  readonly by: string;
  /** Service and operation, such as `sqs:SendMessageBatch`. */
  readonly operation: string;
  /** Name of the table, queue, topic, bus or function; '' where it has no part in the price. */
  readonly resource: string;
} & Amounts;

export type Amounts = {
  /** Requests as a client makes them. */
  readonly calls: number;
  /** Requests as SQS, SNS and EventBridge bill them: one for each 64 KB of payload. */
  readonly payloads: number;
  /** DynamoDB's request units. */
  readonly readUnits: number;
  readonly writeUnits: number;
};

export type Meter = {
  readonly add: (
    who: Pick<Usage, 'by' | 'operation' | 'resource'>,
    amounts: Partial<Amounts>,
  ) => void;
  /** Everything counted so far. */
  readonly usage: () => readonly Usage[];
};

const nothing: Amounts = { calls: 0, payloads: 0, readUnits: 0, writeUnits: 0 };

/** Returns a meter that has counted nothing. */
export function createMeter(): Meter {
  const rows = new Map<string, Usage>();
  return {
    add: (who, amounts) => {
      const key = `${who.by}|${who.operation}|${who.resource}`;
      const before = rows.get(key) ?? { ...who, ...nothing };
      rows.set(key, addAmounts(before, amounts));
    },
    usage: () => [...rows.values()],
  };
}

/** Returns what was used between two readings of one meter. */
export function usedBetween(before: readonly Usage[], after: readonly Usage[]): readonly Usage[] {
  const earlier = new Map(before.map((row) => [keyOf(row), row]));
  return after.map((row) => {
    const { calls, payloads, readUnits, writeUnits } = earlier.get(keyOf(row)) ?? nothing;
    return addAmounts(row, {
      calls: -calls,
      payloads: -payloads,
      readUnits: -readUnits,
      writeUnits: -writeUnits,
    });
  });
}

function keyOf({ by, operation, resource }: Usage): string {
  return `${by}|${operation}|${resource}`;
}

function addAmounts(row: Usage, amounts: Partial<Amounts>): Usage {
  return {
    ...row,
    calls: row.calls + (amounts.calls ?? 0),
    payloads: row.payloads + (amounts.payloads ?? 0),
    readUnits: row.readUnits + (amounts.readUnits ?? 0),
    writeUnits: row.writeUnits + (amounts.writeUnits ?? 0),
  };
}
