import { number, type Section, table } from '../prove/section.ts';
import { benchRatePerSecond } from './bench-config.ts';
import { type Bill, mixBills } from './bill.ts';
import type { Costs } from './cost.ts';
import { prices, pricesAsOf } from './prices.ts';
import { atMost, limits, usd } from './promises.ts';

const marketingShare = 0.8;
/** A switch that changes less than this, USD per million, was not on. */
const feltUsd = 0.005;

/** Prices below this, USD, are read as those of a million. */
const perMillionBelow = 1e-5;

type Column = { readonly name: string; readonly bill: Bill };

/** Returns the section about what a million mails cost, line by line. */
export function priceSection({ messages, messagesDelivery, batches }: Costs): Section {
  const mixed = mixBills(batches, messagesDelivery, marketingShare);
  const counted: readonly Column[] = [
    { name: 'messages', bill: messages },
    { name: 'messages, Delivery events', bill: messagesDelivery },
    { name: 'batches of 50', bill: batches },
  ];
  const price = (name: string, { usdPerMillion: value }: Bill, max: number) =>
    atMost(`a million ${name} for ${usd(max)}`, { value, max, text: usd(value) });
  const calls = (name: string, { callsPerMail: value }: Bill, max: number) =>
    atMost(`${max} AWS calls a mail, ${name}`, { value, max, text: number(value, 2) });
  return {
    title: 'What a million mails cost',
    method: `Counted from the calls of the real bundles on the local runtime at ${benchRatePerSecond} mails/s, after a warm-up: 1,000 mails of 10 KB html to the mailbox simulator, 2 % of which bounce and 0.1 % are complained about. DynamoDB’s units are ours, by its documented rules. Dispatch’s time on Lambda is not this machine’s: it is environments × memory / rate, with the number of environments that the template gives at this rate. SES itself is left out. List prices of us-east-1 as of ${pricesAsOf}, before free allowances; whether AWS bills SNS’s sends to SQS is not documented, here it does. How often Lambda looks into a queue is not documented: here, while the window of a batch is open, every tenth of it. Calls are those of functions, of apps and of Lambda on the queues, and invocations; those to SES are not in it.`,
    promises: [
      price('messages', messages, limits.messages.usd),
      price('messages with Delivery events', messagesDelivery, limits.messagesDelivery.usd),
      price('mails in batches of 50', batches, limits.batches.usd),
      price('mails, 80 % of them in batches', mixed, limits.mixed.usd),
      calls('messages', messages, limits.messages.calls),
      calls('messages with Delivery events', messagesDelivery, limits.messagesDelivery.calls),
      calls('batches of 50', batches, limits.batches.calls),
    ],
    body: [
      linesTable([...counted, { name: '80 % batches, 20 % messages with Delivery', bill: mixed }]),
      callsTable(counted),
      table(
        ['list price', 'USD', 'source'],
        Object.values(prices).map(({ unit, usd: each, source }) => [
          unit,
          each < perMillionBelow ? `${number(each * 1e6, 3)} a million` : `${each}`,
          source,
        ]),
      ),
    ].join('\n\n'),
    data: { pricesAsOf, prices, messages, messagesDelivery, batches, mixed },
  };
}

function linesTable(columns: readonly Column[]): string {
  const row = (name: string, cell: (bill: Bill) => string) => [
    name,
    ...columns.map(({ bill }) => cell(bill)),
  ];
  const items = columns[0]?.bill.lines.map(({ item }) => item) ?? [];
  return table(
    ['USD per million', ...columns.map(({ name }) => name)],
    [
      ...items.map((item, index) =>
        row(item, ({ lines }) => number(lines[index]?.usdPerMillion ?? 0, 3)),
      ),
      row('**sum**', ({ usdPerMillion }) => `**${number(usdPerMillion, 2)}**`),
      row('AWS calls a mail', ({ callsPerMail }) => number(callsPerMail, 3)),
      row('write units a mail', ({ writeUnitsPerMail }) => number(writeUnitsPerMail, 3)),
      row('read units a mail', ({ readUnitsPerMail }) => number(readUnitsPerMail, 3)),
    ],
  );
}

function callsTable(columns: readonly Column[]): string {
  const names = [...new Set(columns.flatMap(({ bill }) => Object.keys(bill.calls)))].sort();
  return table(
    ['calls a mail', ...columns.map(({ name }) => name)],
    names.map((name) => [name, ...columns.map(({ bill }) => number(bill.calls[name] ?? 0, 3))]),
  );
}

/** Returns the section about what each feature adds when it is switched on. */
export function featureSection({ features }: Costs): Section {
  const rows = features.map(({ feature, with: on, without }) => ({
    feature,
    usd: on.usdPerMillion - without.usdPerMillion,
    calls: on.callsPerMail - without.callsPerMail,
    writeUnits: on.writeUnitsPerMail - without.writeUnitsPerMail,
  }));
  const rescue = rows.find(({ feature }) => feature === 'rescue, transactional')?.usd ?? Number.NaN;
  const unfelt = rows.filter((row) => row.usd < feltUsd).map(({ feature }) => feature);
  return {
    title: 'What each feature adds',
    method: 'The same load with the feature switched on, less the load without it.',
    promises: [
      atMost(`rescue adds at most ${usd(limits.rescue.usd)} to a million messages`, {
        value: rescue,
        max: limits.rescue.usd,
        text: usd(rescue),
      }),
      {
        promise: 'every feature in the table was really on',
        measured:
          unfelt.length === 0 ? 'each has a price' : `without a price: ${unfelt.join('; ')}`,
        kept: unfelt.length === 0,
      },
    ],
    body: table(
      ['feature', 'USD per million', 'AWS calls a mail', 'write units a mail'],
      rows.map((row) => [
        row.feature,
        number(row.usd, 2),
        number(row.calls, 3),
        number(row.writeUnits, 3),
      ]),
    ),
    data: { features: rows },
  };
}
