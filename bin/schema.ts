/** Writes contract/send-request.schema.json; run it after a change of contract/send-request.ts. */
import { writeFileSync } from 'node:fs';
import { requestJsonSchema } from '../contract/request-json-schema.ts';

const file = new URL('../contract/send-request.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(requestJsonSchema(), null, 2)}\n`);
console.log('wrote contract/send-request.schema.json');
