import fc from 'fast-check';
import Handlebars from 'handlebars';
import { describe, expect, test } from 'vitest';
import { subjectProblem } from '../../domain/subject-data.ts';

const bad = 'Grace\r\nBcc: victim@recipient.example';

describe('the data of a recipient', () => {
  test.each<[string, string, object]>([
    ['for a placeholder', 'Hi {{name}}', { name: bad }],
    ['for a placeholder with spaces', 'Hi {{ name }}', { name: bad }],
    ['for a placeholder of three braces', 'Hi {{{name}}}', { name: bad }],
    ['for the second placeholder', '{{a}} {{b}}', { a: 'fine', b: bad }],
    ['at a dotted path', 'Hi {{user.name}}', { user: { name: bad } }],
    ['at a path with slashes', 'Hi {{user/name}}', { user: { name: bad } }],
    ['under a name in brackets', 'Hi {{user.[first name]}}', { user: { 'first name': bad } }],
    ['in a list', 'Hi {{names}}', { names: ['fine', bad] }],
    ['in a list by index', 'Hi {{names.[1]}}', { names: ['fine', bad] }],
    [
      'that a block walks through',
      '{{#each people}}{{name}}{{/each}}',
      { people: [{ name: bad }] },
    ],
    ['within a condition', '{{#if a}}{{b}}{{/if}}', { a: true, b: bad }],
    ['as a tab', 'Hi {{name}}', { name: 'a\tb' }],
    ['as a bare line feed', 'Hi {{name}}', { name: 'a\nb' }],
    ['as a delete', 'Hi {{name}}', { name: 'a\u007fb' }],
  ])('is refused with a line break or control character %s', (_, subject, data) =>
    expect(subjectProblem(subject, { ...data })).toMatch(
      /^content\.subject: the data for .+ holds a line break or control character$/,
    ),
  );

  test.each<[string, string, object]>([
    ['the subject has no placeholder', 'News', { name: bad }],
    ['another field holds the line break', 'Hi {{name}}', { name: 'Grace', text: bad }],
    ['nothing is there for it', 'Hi {{name}}', {}],
    ['a name comes from everybody', 'Hi {{toString}} {{constructor}}', { name: bad }],
    ['it is of any script', 'Hi {{name}}', { name: 'Grâce 花 ✉' }],
    ['it is a number or nothing', '{{a}}{{b}}{{c}}', { a: 1, b: null, c: true }],
    [
      'a block walks through other words',
      '{{#each names}}{{this}} {{/each}}',
      { names: ['Ada', 'Grace'], text: bad },
    ],
  ])('passes when %s', (_, subject, data) =>
    expect(subjectProblem(subject, { ...data })).toBeUndefined(),
  );

  test('is never told in the refusal', () => {
    expect(subjectProblem('Hi {{name}}', { name: bad })).not.toMatch(/Grace|victim|[\r\n]/);
  });

  test('that passes renders to one line, whatever the subject asks for', () => {
    const word = fc.constantFrom('a', 'b', 'c');
    const text = fc.constantFrom('x', 'two words', 'a\nb', 'a\r\nb', '\u0000', '{{a}}');
    const plain = { noNullPrototype: true };
    const inner = fc.oneof(text, fc.dictionary(word, text, plain), fc.array(text));
    const data = fc.dictionary(word, inner, plain);
    const piece = fc.constantFrom(
      '{{a}}',
      '{{{b}}}',
      '{{a.b}}',
      '{{ c.[a] }}',
      '{{#each a}}{{this}}{{/each}}',
      '{{#with b}}{{a}}{{../c}}{{/with}}',
      '{{#if a}}{{b}}{{else}}{{c}}{{/if}}',
      '{{#if this}}{{this.a}}{{/if}}',
      ' and ',
    );
    let passed = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), data, (pieces, values) => {
        const subject = pieces.join('');
        if (subjectProblem(subject, values) !== undefined) return;
        passed += 1;
        expect(Handlebars.compile(subject)(values)).toMatch(/^[^\r\n\0]*$/);
      }),
      { numRuns: 1000 },
    );
    // Otherwise the law would hold for want of cases.
    expect(passed).toBeGreaterThan(100);
  });
});
