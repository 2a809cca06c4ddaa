/** Client configuration that reaches the box, signing as the laptop's owner or as a function. */
export function clientConfig(
  endpoint: string,
  principal = 'owner',
): {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
} {
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: principal, secretAccessKey: 'box' },
    maxAttempts: 1,
  };
}
