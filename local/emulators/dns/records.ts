import type { AwsRequest, AwsResponse } from '../../aws.ts';

export const recordTypes = ['A', 'MX', 'TXT', 'PTR', 'CNAME'] as const;
export type RecordType = (typeof recordTypes)[number];

/** What a name says for one type; MX as `10 mx.example.com`. */
export type DnsRecord = {
  readonly name: string;
  readonly type: RecordType;
  readonly values: readonly string[];
};

/** Returns the values of a name and type, `no-data` where the name has others, `no-name` where it has none. */
export type AnswerName = (name: string, type: string) => readonly string[] | 'no-data' | 'no-name';

export type DnsRecords = {
  readonly answer: AnswerName;
  /** Answers below `/_local/dns`: GET lists, PUT sets one, DELETE takes one away. */
  readonly local: (request: AwsRequest) => Promise<AwsResponse>;
};

/**
 * Returns the names of the box: those that its owner sets, then what `others` say, such as mail servers of
 * the world's providers and its blocklists.
 */
export function createDnsRecords(others: AnswerName): DnsRecords {
  const records = new Map<string, Map<RecordType, readonly string[]>>();
  return {
    answer: (name, type) => {
      const own = records.get(canonical(name));
      if (!own) return others(canonical(name), type);
      const known = recordTypes.find((one) => one === type);
      return (known && own.get(known)) ?? 'no-data';
    },
    local: async ({ method, url, body }) => {
      const query = new URL(url, 'http://127.0.0.1').searchParams;
      if (method === 'GET') return json(200, { records: listed(records) });
      if (method === 'DELETE') {
        const gone = records.delete(canonical(query.get('name') ?? ''));
        return json(gone ? 200 : 404, gone ? {} : { message: 'no such name; GET lists them' });
      }
      const record = readRecord(Buffer.from(body).toString('utf8'));
      if (typeof record === 'string') return json(400, { message: record });
      const own = records.get(canonical(record.name)) ?? new Map();
      records.set(canonical(record.name), own.set(record.type, record.values));
      return json(200, record);
    },
  };
}

function readRecord(text: string): DnsRecord | string {
  const allowed =
    'allowed: {"name":"example.com","type":"MX","values":["10 mx.example.com"]}, type one of ' +
    recordTypes.join(', ');
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return `the body is not JSON; ${allowed}`;
  }
  const name: unknown = typeof given === 'object' && given ? Reflect.get(given, 'name') : undefined;
  const values: unknown =
    typeof given === 'object' && given ? Reflect.get(given, 'values') : undefined;
  const type = recordTypes.find(
    (one) => typeof given === 'object' && given && Reflect.get(given, 'type') === one,
  );
  const isUsable = typeof name === 'string' && name !== '' && type && Array.isArray(values);
  if (!isUsable) return `got ${text.slice(0, 200)}; ${allowed}`;
  return { name, type, values: values.map(String) };
}

function listed(records: ReadonlyMap<string, ReadonlyMap<RecordType, readonly string[]>>) {
  return [...records].flatMap(([name, types]) =>
    [...types].map(([type, values]): DnsRecord => ({ name, type, values })),
  );
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function json(status: number, body: object): AwsResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
