/**
 * The plain name in a name, a partial ARN or an ARN of a function, with or without `:$LATEST`;
 * undefined when it names a version or an alias, which do not exist in the box.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
export function functionName(nameOrArn: string): string | undefined {
  const parts = nameOrArn.split(':');
  const start = parts.lastIndexOf('function') + 1;
  const [name, qualifier] = parts.slice(start);
  if (name === undefined || name === '') return undefined;
  return qualifier === undefined || qualifier === '$LATEST' ? name : undefined;
}
