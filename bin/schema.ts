/** Writes the JSON Schemas; run it after a change of contract/send-request.ts or of the scenario format. */
import { writeFileSync } from 'node:fs';
import { requestJsonSchema } from '../contract/request-json-schema.ts';
import { scenarioJsonSchema } from '../simulation/reputation/scenario.ts';

for (const [path, schema] of [
  ['contract/send-request.schema.json', requestJsonSchema()],
  ['scenarios/scenario.schema.json', scenarioJsonSchema()],
] as const) {
  writeFileSync(new URL(`../${path}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`wrote ${path}`);
}
