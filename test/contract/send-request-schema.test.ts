import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parseRequest } from '../../contract/parse-request.ts';
import { pipelineOnly, requestJsonSchema } from '../../contract/request-json-schema.ts';
import { badRequests } from './bad-requests.ts';
import { goodRequests } from './good-requests.ts';

const file = new URL('../../contract/send-request.schema.json', import.meta.url);
const ajv = new Ajv2020({ strict: true, strictRequired: false, formats: { 'date-time': true } });
const accepts = ajv.compile(requestJsonSchema());

test('the committed schema is current: write it with node bin/schema.ts', () => {
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(requestJsonSchema())),
  );
});

test('the schema says what only the pipeline checks', () => {
  const { description } = requestJsonSchema();
  for (const check of pipelineOnly) expect(description).toContain(check);
});

test('every field is described', () => {
  const undescribed: string[] = [];
  const visit = (node: unknown, path: string) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, child] of Object.entries(node)) {
      if (key === 'properties')
        for (const [name, field] of Object.entries(child))
          if (!Object.hasOwn(Object(field), 'description')) undescribed.push(`${path}.${name}`);
      visit(child, `${path}.${key}`);
    }
  };
  visit(requestJsonSchema(), '');
  expect(undescribed).toEqual([]);
});

describe('the schema agrees with the pipeline:', () => {
  test.each(goodRequests)('$title is accepted', ({ request }) => {
    const plain = JSON.parse(JSON.stringify(request));
    expect(accepts(plain), JSON.stringify(accepts.errors)).toBe(true);
  });

  const structural = badRequests.filter((bad) => !bad.pipelineOnly && isJson(bad.request));
  test.each(structural)('$title is refused', ({ request }) => {
    expect(accepts(toJson(request))).toBe(false);
  });

  const beyond = badRequests.filter((bad) => bad.pipelineOnly);
  test.each(beyond)('$title is for the pipeline alone to refuse', ({ request }) => {
    expect(accepts(toJson(request))).toBe(true);
    const body = typeof request === 'string' ? request : JSON.stringify(request);
    expect(parseRequest(body).ok).toBe(false);
  });
});

function toJson(request: unknown): unknown {
  return JSON.parse(typeof request === 'string' ? request : JSON.stringify(request));
}

function isJson(request: unknown): boolean {
  try {
    toJson(request);
    return true;
  } catch {
    return false;
  }
}
