import type { AwsResponse } from './aws.ts';

export type AwsError = { readonly status: number; readonly code: string; readonly message: string };

type Shape = 'json' | 'restJson' | 'restXml' | 'query';

/** The protocol in which each service's SDK client reads errors; a service not listed reads JSON. */
const shapes: Readonly<Record<string, Shape>> = {
  dynamodb: 'json',
  sqs: 'json',
  events: 'json',
  secretsmanager: 'json',
  ses: 'restJson',
  lambda: 'restJson',
  scheduler: 'restJson',
  s3: 'restXml',
  sns: 'query',
  sts: 'query',
};

/**
 * Returns an error answer in the shape that the service's own SDK client understands.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization
 */
export function awsError(service: string, error: AwsError): AwsResponse {
  return write[shapes[service] ?? 'json'](error);
}

/**
 * Returns the refusal that a caller without the permission gets: 400 from JSON services, 403 from
 * the others, each with the service's own code.
 */
export function accessDenied(service: string, message: string): AwsResponse {
  const shape = shapes[service] ?? 'json';
  return write[shape]({ ...denials[shape], message });
}

const denials: Readonly<Record<Shape, { readonly status: number; readonly code: string }>> = {
  json: { status: 400, code: 'AccessDeniedException' },
  restJson: { status: 403, code: 'AccessDeniedException' },
  restXml: { status: 403, code: 'AccessDenied' },
  query: { status: 403, code: 'AuthorizationError' },
};

const write: Readonly<Record<Shape, (error: AwsError) => AwsResponse>> = {
  json: ({ status, code, message }) => ({
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ __type: code, message }),
  }),
  restJson: ({ status, code, message }) => ({
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify({ message }),
  }),
  restXml: ({ status, code, message }) => ({
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`,
  }),
  query: ({ status, code, message }) => ({
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error></ErrorResponse>`,
  }),
};

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
