import {
  CreateEmailTemplateCommand,
  DeleteEmailTemplateCommand,
  GetEmailTemplateCommand,
  ListEmailTemplatesCommand,
  SendBulkEmailCommand,
  type SendBulkEmailRequest,
  SendEmailCommand,
  TestRenderEmailTemplateCommand,
  UpdateEmailTemplateCommand,
} from '@aws-sdk/client-sesv2';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { render } from '../../local/emulators/ses/sending/rendering.ts';
import { mail, openWorkbench, refusalOf, type Workbench } from './ses-workbench.ts';

let bench: Workbench;

beforeAll(async () => {
  bench = await openWorkbench();
  await bench.client.send(
    new CreateEmailTemplateCommand({
      TemplateName: 'welcome',
      TemplateContent: {
        Subject: 'Hi {{name}}',
        Text: 'Dear {{name}},{{#if city}} in {{city}}{{else}} out there{{/if}}: {{#each items}}{{this.title}};{{/each}}',
        Html: '<p>{{name}} &amp; {{{html}}}</p>',
      },
    }),
  );
});

afterAll(() => bench.close());

const data = { name: 'Ann <b>', items: [{ title: 'one' }, { title: 'zwei' }], html: '<i>x</i>' };

async function mime(messageId = '') {
  const answer = await bench.local('GET', `/messages/${messageId}.eml`);
  return PostalMime.parse(await answer.arrayBuffer());
}

describe('templates', () => {
  test('render without HTML escaping, with conditions and loops', async () => {
    const { MessageId } = await bench.client.send(
      new SendEmailCommand(
        mail({
          Content: { Template: { TemplateName: 'welcome', TemplateData: JSON.stringify(data) } },
        }),
      ),
    );
    const parsed = await mime(MessageId);
    expect(parsed.subject).toBe('Hi Ann <b>');
    expect(parsed.text?.trim()).toBe('Dear Ann <b>, out there: one;zwei;');
    expect(parsed.html?.trim()).toBe('<p>Ann <b> &amp; <i>x</i></p>');
  });

  test('are found by ARN as well', async () => {
    const TemplateArn = 'arn:aws:ses:us-east-1:000000000000:template/welcome';
    const content = { Template: { TemplateArn, TemplateData: JSON.stringify(data) } };
    const { MessageId } = await bench.client.send(new SendEmailCommand(mail({ Content: content })));
    expect((await mime(MessageId)).subject).toBe('Hi Ann <b>');
  });

  test('that lack an attribute are accepted and fail in an event', async () => {
    const content = {
      Template: { TemplateName: 'welcome', TemplateData: '{"name":"Ann","items":[]}' },
    };
    const { MessageId } = await bench.client.send(new SendEmailCommand(mail({ Content: content })));
    await bench.settle();
    const events = bench.events().filter((event) => event.mail.messageId === MessageId);
    expect(events.map(({ eventType }) => eventType)).toEqual(['Rendering Failure']);
    expect(events[0]?.['failure']).toEqual({
      errorMessage: "Attribute 'html' is not present in the rendering data.",
      templateName: 'welcome',
    });
    const view = await (await bench.local('GET', `/messages/${MessageId}`)).json();
    expect(view).toMatchObject({ status: 'rendering failed' });
  });

  test('can be read, changed, listed and deleted', async () => {
    const TemplateName = 'life';
    await bench.client.send(
      new CreateEmailTemplateCommand({
        TemplateName,
        TemplateContent: { Subject: 'a', Text: 'b' },
        Tags: [{ Key: 'k', Value: 'v' }],
      }),
    );
    await bench.client.send(
      new UpdateEmailTemplateCommand({
        TemplateName,
        TemplateContent: { Subject: 'c', Html: 'd' },
      }),
    );
    const read = await bench.client.send(new GetEmailTemplateCommand({ TemplateName }));
    expect(read).toMatchObject({
      TemplateContent: { Subject: 'c', Html: 'd' },
      Tags: [{ Key: 'k', Value: 'v' }],
    });
    expect(read.TemplateContent).not.toHaveProperty('Text');
    const list = await bench.client.send(new ListEmailTemplatesCommand({ PageSize: 1 }));
    expect(list.TemplatesMetadata).toMatchObject([
      { TemplateName: 'welcome', CreatedTimestamp: expect.any(Date) },
    ]);
    const rest = await bench.client.send(
      new ListEmailTemplatesCommand({ NextToken: list.NextToken }),
    );
    expect(rest.TemplatesMetadata?.map((one) => one.TemplateName)).toEqual(['life']);
    await bench.client.send(new DeleteEmailTemplateCommand({ TemplateName }));
    expect(
      (await refusalOf(bench.client.send(new GetEmailTemplateCommand({ TemplateName }))))?.name,
    ).toBe('NotFoundException');
  });

  test('can be tried out', async () => {
    const TemplateName = 'welcome';
    const tried = await bench.client.send(
      new TestRenderEmailTemplateCommand({ TemplateName, TemplateData: JSON.stringify(data) }),
    );
    expect((await PostalMime.parse(tried.RenderedTemplate ?? '')).subject).toBe('Hi Ann <b>');
    expect(
      await refusalOf(
        bench.client.send(new TestRenderEmailTemplateCommand({ TemplateName, TemplateData: '{}' })),
      ),
    ).toEqual({
      name: 'BadRequestException',
      status: 400,
      message: "Attribute 'name' is not present in the rendering data.",
    });
  });
});

describe('rendering is strict and bounded', () => {
  const doubled = Array.from(
    { length: 40 },
    (_, n) => `{{#*inline "p${n}"}}{{> p${n + 1}}}{{> p${n + 1}}}{{/inline}}`,
  ).join('');
  test.each([
    ['a missing attribute', '{{a}}', {}, "Attribute 'a' is not present in the rendering data."],
    [
      'a missing inner attribute',
      '{{a.b}}',
      { a: {} },
      "Attribute 'a.b' is not present in the rendering data.",
    ],
    [
      'an unknown helper',
      '{{#IF a}}x{{/IF}}',
      { a: 1 },
      "Attribute 'IF' is not present in the rendering data.",
    ],
    [
      'the prototype',
      '{{constructor}}',
      {},
      "Attribute 'constructor' is not present in the rendering data.",
    ],
    [
      'an inner prototype',
      '{{a.constructor}}',
      { a: {} },
      "Attribute 'a.constructor' is not present in the rendering data.",
    ],
    ['a looked-up prototype', '{{lookup a "constructor"}}', { a: {} }, undefined],
    [
      'partials that double',
      `${doubled}{{#*inline "p40"}}x{{/inline}}{{> p0}}`,
      {},
      'The template runs away: more than 100000 steps or 20000000 characters.',
    ],
    [
      'loops in loops',
      '{{#each a}}{{#each @root.a}}{{#each @root.a}}x{{/each}}{{/each}}{{/each}}',
      { a: Array.from({ length: 100 }) },
      'The template runs away: more than 100000 steps or 20000000 characters.',
    ],
    [
      'text that grows',
      '{{#each a}}{{@root.b}}{{/each}}',
      { a: Array.from({ length: 300 }), b: 'x'.repeat(100_000) },
      'The template runs away: more than 100000 steps or 20000000 characters.',
    ],
  ])('%s', (_what, source, values, error) => {
    const rendered = render(source, values);
    expect(rendered).toEqual(error === undefined ? { ok: true, text: '' } : { ok: false, error });
  });

  test('a partial that calls itself ends', () => {
    expect(render('{{#*inline "p"}}{{> p}}{{/inline}}{{> p}}', {})).toMatchObject({ ok: false });
  });

  test.each([
    ['a condition on a missing attribute', '{{#if a}}x{{else}}y{{/if}}', {}, 'y'],
    ['falsy values', '{{a}}|{{b}}|{{c}}', { a: 0, b: false, c: '' }, '0|false|'],
    ['loop variables', '{{#each a}}{{@index}}{{this}} {{/each}}', { a: ['x', 'y'] }, '0x 1y '],
    ['with', '{{#with a}}{{b}}{{/with}}', { a: { b: 'x' } }, 'x'],
  ])('%s works', (_what, source, values, text) => {
    expect(render(source, values)).toEqual({ ok: true, text });
  });
});

describe('SendBulkEmail', () => {
  const entry = (address: string, replacement?: object) => ({
    Destination: { ToAddresses: [address] },
    ...(replacement === undefined
      ? {}
      : {
          ReplacementEmailContent: {
            ReplacementTemplate: { ReplacementTemplateData: JSON.stringify(replacement) },
          },
        }),
  });
  const bulk = (changes: Partial<SendBulkEmailRequest>) =>
    bench.client.send(
      new SendBulkEmailCommand({
        FromEmailAddress: 'sender@example.com',
        ConfigurationSetName: 'reporting',
        DefaultContent: {
          Template: {
            TemplateContent: { Subject: '{{greeting}} {{name}}', Text: 'x' },
            TemplateData: '{"greeting":"Hi","name":"you"}',
          },
        },
        BulkEmailEntries: [],
        ...changes,
      }),
    );

  test('answers entry by entry and merges data, tags and headers', async () => {
    const Template = {
      TemplateContent: { Subject: '{{greeting}} {{name}}', Text: 'x' },
      TemplateData: '{"greeting":"Hi","name":"you"}',
      Headers: [
        { Name: 'X-A', Value: 'default' },
        { Name: 'X-B', Value: 'default' },
      ],
    };
    const { BulkEmailEntryResults: results = [] } = await bulk({
      DefaultContent: { Template },
      DefaultEmailTags: [
        { Name: 'campaign', Value: 'c1' },
        { Name: 'variant', Value: 'a' },
      ],
      BulkEmailEntries: [
        entry('one@example.net'),
        {
          ...entry('two@example.net', { name: 'Bo' }),
          ReplacementTags: [{ Name: 'variant', Value: 'b' }],
          ReplacementHeaders: [{ Name: 'x-a', Value: 'own' }],
        },
        entry('no address'),
      ],
    });
    expect(results.map(({ Status }) => Status)).toEqual([
      'SUCCESS',
      'SUCCESS',
      'INVALID_PARAMETER',
    ]);
    expect(results[2]).toEqual({ Status: 'INVALID_PARAMETER', Error: "Missing final '@domain'" });
    const [one, two] = await Promise.all(
      results.slice(0, 2).map(({ MessageId }) => mime(MessageId)),
    );
    expect([one?.subject, two?.subject]).toEqual(['Hi you', 'Hi Bo']);
    const headers = two?.headers
      .filter(({ key }) => key.startsWith('x-'))
      .map(({ key, value }) => `${key}=${value}`);
    expect(headers).toEqual(['x-b=default', 'x-a=own']);
    await bench.settle();
    const send = bench.events().find((event) => event.mail.messageId === results[1]?.MessageId);
    expect(send?.mail['tags']).toMatchObject({
      campaign: ['c1'],
      variant: ['b'],
      'ses:operation': ['SendBulkEmail'],
    });
  });

  test.each([
    ['an unknown set', { ConfigurationSetName: 'none' }, 'CONFIGURATION_SET_NOT_FOUND'],
    ['an unverified sender', { FromEmailAddress: 'a@other.example' }, 'MESSAGE_REJECTED'],
  ])('%s fails every entry, not the call', async (_what, changes, status) => {
    const { BulkEmailEntryResults } = await bulk({
      ...changes,
      BulkEmailEntries: [entry('a@example.net'), entry('b@example.net')],
    });
    expect(BulkEmailEntryResults?.map(({ Status }) => Status)).toEqual([status, status]);
  });

  test('throttles single entries', async () => {
    await bench.local('PUT', '/ses/account', { maxSendRate: 1 });
    bench.skip(10_000);
    const { BulkEmailEntryResults } = await bulk({
      BulkEmailEntries: [entry('a@example.net'), entry('b@example.net')],
    });
    await bench.local('PUT', '/ses/account', { maxSendRate: 500 });
    expect(BulkEmailEntryResults?.map(({ Status }) => Status)).toEqual([
      'SUCCESS',
      'ACCOUNT_THROTTLED',
    ]);
  });

  test('refuses 51 entries, no entries and an unknown template as a whole', async () => {
    const many = Array.from({ length: 51 }, (_, n) => entry(`r${n}@example.net`));
    expect((await refusalOf(bulk({ BulkEmailEntries: many })))?.name).toBe('MessageRejected');
    expect((await refusalOf(bulk({})))?.name).toBe('BadRequestException');
    const unknown = { Template: { TemplateName: 'none' } };
    expect(
      (
        await refusalOf(
          bulk({ DefaultContent: unknown, BulkEmailEntries: [entry('a@example.net')] }),
        )
      )?.name,
    ).toBe('NotFoundException');
  });
});
