import fc from 'fast-check';
import { expect, test } from 'vitest';
import { disarmHtml } from '../../../operator/console/mail-preview.ts';

const none = new Map<string, { type: string; base64: string }>();

test('no text makes an element that reaches out', () => {
  const part = fc.oneof(
    fc.constantFrom(
      '<',
      '</',
      '<link ',
      '<LINK\n',
      '<meta/',
      '<iframe>',
      '<<base ',
      '<form\t',
      '<a ',
      '>',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      expect(disarmHtml(parts.join(''), none)).not.toMatch(
        /<\/?(a|link|meta|base|object|embed|iframe|frame|form)[\s/>]/i,
      );
    }),
  );
});

test('what a mail usually holds stays as it is, but links lead nowhere', () => {
  const html = '<p class="x">Dear <b>Ada</b>,<br>a < b</p>';
  expect(disarmHtml(html, none).endsWith(html)).toBe(true);
  expect(disarmHtml('<a href="https://shop.example">shop</a>', none)).toMatch(
    /<x-a href="https:\/\/shop\.example">shop<\/x-a>$/,
  );
});

test('a picture of the mail itself is shown, and nothing that is no picture', () => {
  const parts = new Map([
    ['logo@shop', { type: 'image/PNG', base64: 'aGVsbG8=' }],
    ['page@shop', { type: 'text/html', base64: 'aGVsbG8=' }],
    ['drawing@shop', { type: 'image/svg+xml', base64: 'aGVsbG8=' }],
  ]);
  const shown = disarmHtml(
    '<img src="cid:logo@shop"><img src="cid:page@shop"><img src="cid:drawing@shop"><img src="cid:no">',
    parts,
  );
  expect(shown).toContain('<img src="data:image/png;base64,aGVsbG8=">');
  expect(shown.match(/data:/g)).toHaveLength(1);
});
