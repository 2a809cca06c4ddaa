import { expect, test } from 'vitest';
import type { Usage } from '../../local/metering/meter.ts';
import { billOf, mixBills } from '../../operator/bench/bill.ts';

const row = (operation: string, amounts: Partial<Usage>, by = 'bench-dispatch-a'): Usage => ({
  by,
  operation,
  resource: '',
  calls: 0,
  payloads: 0,
  readUnits: 0,
  writeUnits: 0,
  ...amounts,
});

const counted = {
  mails: 1_000,
  logged: [],
  dispatchFunction: 'bench-dispatch-a',
  environments: 3,
  memoryGb: 0.5,
  ratePerSecond: 100,
};

test('a million mails are priced at the list: units, payloads and the time that the rate makes', () => {
  const { lines, usdPerMillion } = billOf({
    ...counted,
    usage: [
      row('dynamodb:PutItem', { calls: 1_000, writeUnits: 1_000 }),
      row('dynamodb:BatchGetItem', { calls: 100, readUnits: 1_000 }),
      row('sqs:SendMessageBatch', { calls: 100, payloads: 200 }, ''),
      row('lambda:Invoke', { calls: 100 }),
      row('ses:POST', { calls: 1_000 }),
    ],
  });
  const priced = Object.fromEntries(lines.map(({ item, usdPerMillion: usd }) => [item, usd]));
  expect(priced['DynamoDB writes']).toBeCloseTo(0.625, 6);
  expect(priced['DynamoDB reads']).toBeCloseTo(0.125, 6);
  expect(priced['SQS']).toBeCloseTo(0.08, 6);
  expect(priced['Lambda requests']).toBeCloseTo(0.02, 6);
  expect(priced['dispatch’s time']).toBeCloseTo(0.2, 4);
  expect(priced['other functions’ time']).toBe(0);
  expect(usdPerMillion).toBeCloseTo(
    lines.reduce((sum, line) => sum + line.usdPerMillion, 0),
    9,
  );
});

test('what SES and SNS do are no calls of ours', () => {
  const { callsPerMail } = billOf({
    ...counted,
    usage: [
      row('ses:POST', { calls: 1_000 }),
      row('sns:Publish', { calls: 1_000, payloads: 1_000 }, ''),
      row('dynamodb:PutItem', { calls: 500 }),
    ],
  });
  expect(callsPerMail).toBe(0.5);
});

test('a mix is as much of each bill as its share', () => {
  const of = (writeUnits: number) =>
    billOf({ ...counted, usage: [row('dynamodb:PutItem', { writeUnits })] });
  const [cheap, dear] = [of(0), of(1_000)];
  const mixed = mixBills(cheap, dear, 0.8);
  expect(mixed.writeUnitsPerMail).toBeCloseTo(0.2, 9);
  expect(mixed.usdPerMillion - cheap.usdPerMillion).toBeCloseTo(0.125, 6);
});
