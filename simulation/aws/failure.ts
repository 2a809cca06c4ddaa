/** An AWS error as the SDK throws it: adapters tell them apart by name and status. */
export class AwsFailure extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode?: number };

  constructor(name: string, message: string, about: { status?: number } = {}) {
    super(message);
    this.name = name;
    this.$metadata = about.status === undefined ? {} : { httpStatusCode: about.status };
  }
}

/** Returns the error of a client that waited in vain: nobody knows what AWS did. */
export function timeOut(service: string): AwsFailure {
  return new AwsFailure('TimeoutError', `${service}: the connection timed out`);
}

/** Returns the error of an operation that the simulation does not know. */
export function unknownOperation(service: string, operation: string): AwsFailure {
  return new AwsFailure(
    'UnknownOperationException',
    `the simulated ${service} does not know ${operation}; add it in simulation/aws`,
    { status: 400 },
  );
}
