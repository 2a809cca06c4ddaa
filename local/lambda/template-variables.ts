/**
 * Names Lambda keeps for itself. `TZ` is not among them.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
const reservedVariables: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

const variableName = /^[a-zA-Z][a-zA-Z0-9_]+$/;
const variablesBytesMax = 4_096;

/**
 * Refuses the environment variables of a template that Lambda would refuse at creation: reserved
 * names, malformed names, and more than 4 KB. As in Lambda the size is that of the JSON text.
 *
 * @throws Error with what, got, allowed, what to do.
 */
export function checkTemplateVariables(
  variables: Readonly<Record<string, string>>,
  logicalId: string,
): void {
  const where = `AWS::Lambda::Function ${logicalId}: environment variable`;
  for (const name of Object.keys(variables)) {
    if (reservedVariables.has(name)) {
      throw new Error(`${where} got ${name}, which Lambda reserves for itself: rename it`);
    }
    if (!variableName.test(name)) {
      throw new Error(
        `${where} got ${JSON.stringify(name)}, allowed are a letter, then letters, digits and _: ` +
          'rename it',
      );
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > variablesBytesMax) {
    throw new Error(
      `${where}s got ${bytes} bytes as JSON, allowed ${variablesBytesMax}: ` +
        'move the large ones into a table or a secret',
    );
  }
}
