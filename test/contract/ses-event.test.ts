/** Real event JSON is read, whatever SES adds later is counted, and no content makes reading throw. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEvent } from '../../lambdas/feedback/read-event.ts';
import { type EventFile, eventBody, eventFiles, exampleEvent } from '../support/ses-events.ts';

const messageId = 'abcdefghijklmnopqrstuv';

function read(body: string) {
  const event = readEvent(body);
  if (event.kind === 'reports') return event.reports;
  if (event.kind === 'canary') return event.kind;
  return event.kind === 'unknown' ? event.what : `unreadable ${event.what}`;
}

describe("AWS's own examples", () => {
  test.each<[EventFile, string]>([
    ['send', 'send'],
    ['delivery', 'delivery'],
    ['bounce', 'bounce'],
    ['complaint', 'complaint'],
    ['reject', 'reject'],
    ['rendering-failure', 'renderingfailure'],
    ['delivery-delay', 'deliverydelay'],
    ['open', 'open'],
    ['click', 'click'],
    ['subscription', 'subscription'],
  ])('%s is a report of kind %s about its recipient', (file, kind) => {
    const reports = read(JSON.stringify(exampleEvent(file)));
    expect(reports).toMatchObject([{ kind, sesMessageId: expect.any(String) }]);
    expect(reports[0]).toHaveProperty('address', expect.stringContaining('@'));
  });

  test('with our tags name our message, its recipient and its tenant', () => {
    for (const file of eventFiles)
      expect(read(eventBody(file, { messageId, recipientIndex: 7 }))).toMatchObject([
        { message: { messageId, recipientIndex: 7 }, tenant: 'acme' },
      ]);
  });

  test('without our tags name no message', () => {
    for (const file of eventFiles) expect(read(eventBody(file))[0]).not.toHaveProperty('message');
  });

  test('carry type, code and reply of the provider', () => {
    expect(read(eventBody('bounce'))).toMatchObject([
      { type: 'Permanent/General', status: '5.1.1', diagnostic: 'smtp; 550 5.1.1 user unknown' },
    ]);
    expect(read(eventBody('delivery-delay'))).toMatchObject([
      { type: 'TransientCommunicationFailure', status: '4.4.1' },
    ]);
    expect(read(eventBody('complaint'))).toMatchObject([{ type: 'abuse' }]);
  });
});

describe('what SES may leave out or add', () => {
  test('optional fields may be missing', () => {
    const bare = { emailAddress: 'grace@recipient.example' };
    const own = { bouncedRecipients: [bare], reportingMTA: undefined };
    expect(read(eventBody('bounce', { own }))).toMatchObject([{ kind: 'bounce' }]);
    const complaint = { complaintFeedbackType: undefined, complaintSubType: null };
    expect(read(eventBody('complaint', { own: complaint }))).toMatchObject([{ type: '' }]);
    const { mail, ...rest } = exampleEvent('reject');
    const thin = { timestamp: mail['timestamp'], messageId: 'm', destination: ['a@b.example'] };
    expect(read(JSON.stringify({ ...rest, mail: thin }))).toMatchObject([{ sesMessageId: 'm' }]);
  });

  test('null counts as left out', () => {
    const emailAddress = 'grace@recipient.example';
    const bouncedRecipients = [{ emailAddress, status: null, diagnosticCode: null, action: null }];
    const [report] = read(eventBody('bounce', { own: { bouncedRecipients, reportingMTA: null } }));
    expect(report).toMatchObject({ kind: 'bounce' });
    for (const field of ['status', 'diagnostic']) expect(report).not.toHaveProperty(field);
    for (const [file, own] of [
      ['delivery', { smtpResponse: null }],
      ['delivery-delay', { delayType: null }],
      ['complaint', { complaintFeedbackType: null, complaintSubType: null }],
      ['reject', { reason: null }],
      ['rendering-failure', { templateName: null, errorMessage: null }],
    ] as const)
      expect(read(eventBody(file, { own })), file).toHaveLength(1);
    const event = exampleEvent('bounce');
    const mail = { ...event.mail, tags: null, destination: null };
    expect(read(JSON.stringify({ ...event, mail }))).toMatchObject([{ kind: 'bounce' }]);
  });

  test('unknown fields are let be', () => {
    const added = { ...exampleEvent('bounce'), brandNew: { deep: [1, 2, 3] } };
    expect(read(JSON.stringify(added))).toHaveLength(1);
  });

  test('an unknown subtype is kept as it is', () => {
    const own = { bounceType: 'Permanent', bounceSubType: 'BrandNew' };
    expect(read(eventBody('bounce', { own }))).toMatchObject([{ type: 'Permanent/BrandNew' }]);
  });

  test('an event about several recipients is a report each', () => {
    const own = {
      bouncedRecipients: [{ emailAddress: 'a@b.example' }, { emailAddress: 'c@d.example' }],
    };
    const destination = ['a@b.example', 'c@d.example'];
    const event = readEvent(eventBody('bounce', { destination, own }));
    const reports = event.kind === 'reports' ? event.reports : [];
    expect(reports).toMatchObject([{ address: 'a@b.example' }, { address: 'c@d.example' }]);
    expect(new Set(reports.map(({ digest }) => digest)).size).toBe(2);
  });
});

describe('what is no event of a known kind, or none that we understand', () => {
  test.each([
    ['', 'not-json'],
    ['Successfully validated SNS topic for Amazon SES event publishing.', 'not-json'],
    ['null', 'no-type'],
    ['[]', 'no-type'],
    ['{}', 'no-type'],
    ['{"eventType":7}', 'no-type'],
    ['{"eventType":"Teleported","mail":{}}', 'type Teleported'],
    ['{"notificationType":"Bounce"}', 'no-type'],
    ['{"eventType":"Bounce"}', 'unreadable type Bounce at mail'],
    [
      JSON.stringify({ ...exampleEvent('bounce'), bounce: null }),
      'unreadable type Bounce at bounce',
    ],
    [
      eventBody('bounce', { own: { timestamp: 'yesterday' } }),
      'unreadable type Bounce at bounce.timestamp',
    ],
    ['{"eventType":"a@b.example\\u0007"}', 'type a?b?example?'],
    [`{"eventType":"${'x'.repeat(500)}"}`, `type ${'x'.repeat(40)}`],
  ])('%.60s is counted as %s', (body, what) => expect(read(body)).toBe(what));

  test('an event about nobody is counted, not dropped', () =>
    expect(read(eventBody('bounce', { own: { bouncedRecipients: [] } }))).toBe(
      'type Bounce without recipients',
    ));
});

describe('for any content', () => {
  const types = ['Send', 'Delivery', 'Bounce', 'Complaint', 'Reject', 'Rendering Failure', 'Open'];

  test('reading never throws, and what it says of the unknown is short and plain', () => {
    const typed = fc
      .tuple(fc.constantFrom(...types), fc.dictionary(fc.string(), fc.jsonValue()))
      .map(([eventType, more]) => JSON.stringify({ ...more, eventType }));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), typed), (body) => {
        const event = readEvent(body);
        if ('what' in event) expect(event.what).toMatch(/^[A-Za-z0-9? .-]{1,110}$/);
      }),
    );
  });

  test('an example with any one part replaced is read, counted or left in the queue', () => {
    fc.assert(
      fc.property(fc.constantFrom(...eventFiles), fc.nat(), fc.jsonValue(), (file, at, value) => {
        const text = JSON.stringify(exampleEvent(file));
        const parts = [...text.matchAll(/:("[^"]*"|\[[^[\]{}]*\]|\{[^{}]*\})/g)];
        const part = parts[at % parts.length];
        if (!part) throw new Error('an example without parts');
        const end = part.index + part[0].length;
        const bent = `${text.slice(0, part.index)}:${JSON.stringify(value)}${text.slice(end)}`;
        expect(['reports', 'unknown', 'unreadable']).toContain(readEvent(bent).kind);
      }),
    );
  });
});
