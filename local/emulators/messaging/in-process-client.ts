import type { AwsResponse, JsonObject, Place } from '../../aws.ts';
import { objectOr, parseJson } from '../../json-access.ts';
import { askApp, type InProcessApp } from './in-process-app.ts';

/** Calls from inside the box, without signature and socket. An AWS error is thrown. */
export type InProcessClient = {
  readonly sqs: (operation: string, input: JsonObject) => Promise<JsonObject>;
  /** `form` has the flattened names of the query protocol; returns the XML. */
  readonly query: (action: string, form: Readonly<Record<string, string>>) => Promise<string>;
  readonly s3: (method: string, url: string) => Promise<AwsResponse>;
  readonly get: (url: string) => Promise<string>;
};

/** Returns the client for the fauxqs application of the box. */
export function createInProcessClient(app: InProcessApp, place: Place): InProcessClient {
  // fauxqs takes the region of new queues and topics from the signature.
  const authorization = `AWS4-HMAC-SHA256 Credential=box/20260101/${place.region}/box/aws4_request`;
  const ask = async (
    request: { readonly method: string; readonly url: string; readonly body?: string },
    headers: Readonly<Record<string, string>>,
  ): Promise<AwsResponse> => {
    const answer = await askApp(app, {
      method: request.method,
      url: request.url,
      headers: { host: '127.0.0.1', authorization, ...headers },
      body: Buffer.from(request.body ?? ''),
    });
    if (answer.status >= 300) {
      throw new Error(
        `the messaging emulator refuses ${request.method} ${request.url}: ${answer.body}`,
      );
    }
    return answer;
  };
  const textOf = (answer: AwsResponse): string => (answer.body ?? '').toString();
  return {
    sqs: async (operation, input) => {
      const answer = await ask(
        { method: 'POST', url: '/', body: JSON.stringify(input) },
        {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': `AmazonSQS.${operation}`,
        },
      );
      return objectOr(parseJson(textOf(answer)));
    },
    query: async (action, form) => {
      const body = new URLSearchParams({ Action: action, ...form }).toString();
      const type = 'application/x-www-form-urlencoded';
      return textOf(await ask({ method: 'POST', url: '/', body }, { 'content-type': type }));
    },
    s3: (method, url) => ask({ method, url }, {}),
    get: async (url) => textOf(await ask({ method: 'GET', url }, {})),
  };
}

/** Returns the query protocol's flattened form of an attribute map. */
export function attributeEntries(
  attributes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value], index) => [
      [`Attributes.entry.${index + 1}.key`, key],
      [`Attributes.entry.${index + 1}.value`, value],
    ]),
  );
}
