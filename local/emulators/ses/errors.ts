/** HTTP status of every error the emulator answers with. @see section 1.5 of the SES v2 API reference. */
export const httpStatusOf = {
  AccountSuspendedException: 400,
  AlreadyExistsException: 400,
  BadRequestException: 400,
  ConflictException: 409,
  InvalidNextTokenException: 400,
  LimitExceededException: 400,
  MailFromDomainNotVerifiedException: 400,
  MessageRejected: 400,
  NotFoundException: 404,
  SendingPausedException: 400,
  SerializationException: 400,
  TooManyRequestsException: 429,
  UnknownOperationException: 404,
} as const;

/** Names of SES's exceptions, as the SDK throws them. */
export type SesErrorCode = keyof typeof httpStatusOf;

/** One refusal in SES's own words; `handle` turns it into the HTTP answer. */
export class SesError extends Error {
  readonly code: SesErrorCode;
  /** SES answers some refusals with `{"message": null}`, which `Error.message` cannot hold. */
  readonly text: string | null;

  constructor(code: SesErrorCode, text: string | null) {
    super(text ?? code);
    this.name = 'SesError';
    this.code = code;
    this.text = text;
  }
}

/** Throws a refusal; an expression, so that it can stand at the end of `??`. */
export function refuse(code: SesErrorCode, text: string | null): never {
  throw new SesError(code, text);
}

/** Throws the text the AWS model validation gives for one member, e.g. `emailTags.1.member.name`. */
export function refuseMember(path: string, constraint: string): never {
  refuse(
    'BadRequestException',
    `1 validation error detected: Value at '${path}' failed to satisfy constraint: ${constraint}`,
  );
}
