/**
 * SQS takes every character that XML does, those beyond the Basic Multilingual Plane included; fauxqs
 * looks at UTF-16 halves and refuses them (an emoji in a subject). Its pattern is corrected in place,
 * because the package exports no way to give it another.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export async function admitAstralCharacters(): Promise<void> {
  const types: unknown = await import(
    new URL('./sqs/sqsTypes.js', import.meta.resolve('fauxqs')).href
  );
  const pattern =
    typeof types === 'object' && types !== null && 'INVALID_MESSAGE_BODY_CHAR' in types
      ? types.INVALID_MESSAGE_BODY_CHAR
      : undefined;
  if (!(pattern instanceof RegExp))
    throw new Error(
      'fauxqs keeps its pattern of message characters elsewhere; look at sqsTypes.js again',
    );
  // Configurable, because a process may open a second runtime.
  Object.defineProperty(pattern, 'test', {
    value: (body: string) => refused.test(body),
    configurable: true,
  });
}

/** What SQS refuses, counted in whole characters. */
const refused = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
